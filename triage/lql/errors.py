"""A filter that is refused before it is used, with its place in Google's words."""

from triage.errors import UsageError

_CONTEXT = 30


class FilterError(UsageError):
    """The filter cannot be used; ``line`` and ``column`` (both from 1) say where its text goes wrong.

    The message is one line. It shows the piece of the filter round the place, with ``^`` in front of what is wrong.
    """

    def __init__(self, what: str, hint: str, *, text: str, offset: int, token: str = "") -> None:
        """Keep what is wrong and where: ``offset`` characters of ``text`` stand before the place."""
        self.line, self.column = line_and_column(text, offset)
        where = f"at line {self.line}, column {self.column}" + (f", token {token}" if token else "")
        before, after = text[max(0, offset - _CONTEXT) : offset], text[offset : offset + _CONTEXT]
        near = " ".join(f"{before}^{after}".split())
        super().__init__(f"{what} {where} (near: {near})", hint)


def syntax_error(token: str, hint: str, *, text: str, offset: int) -> FilterError:
    """Return the error of a text that does not follow the grammar, worded as Cloud Logging words it."""
    return FilterError("Unparseable filter: syntax error", hint, text=text, offset=offset, token=token)


def line_and_column(text: str, offset: int) -> tuple[int, int]:
    """Return the line and the column of a place in the text, both from 1."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)
