"""The error of an invalid filter, with its position."""

from triage.errors import UsageError

_CONTEXT = 30


class FilterError(UsageError):
    """The filter is invalid.

    The message is one line. It quotes the filter around the position, with ``^`` in front of the invalid
    text.

    Attributes:
        line: line of the position, from 1.
        column: column of the position, from 1.

    """

    def __init__(self, what: str, hint: str, *, text: str, offset: int, token: str = "") -> None:
        """Build the message; ``offset`` is the position in ``text``, from 0."""
        self.line, self.column = line_and_column(text, offset)
        where = f"at line {self.line}, column {self.column}" + (f", token {token}" if token else "")
        before, after = text[max(0, offset - _CONTEXT) : offset], text[offset : offset + _CONTEXT]
        near = " ".join(f"{before}^{after}".split())
        super().__init__(f"{what} {where} (near: {near})", hint)


def syntax_error(token: str, hint: str, *, text: str, offset: int) -> FilterError:
    """Return the error of a syntax mistake, in Cloud Logging's wording."""
    return FilterError("Unparseable filter: syntax error", hint, text=text, offset=offset, token=token)


def line_and_column(text: str, offset: int) -> tuple[int, int]:
    """Return the line and the column of an offset, both from 1."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)
