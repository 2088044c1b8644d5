"""A filter that stands in a file, with the position of each of its characters."""

from collections.abc import Iterator
from typing import NamedTuple

from triage.models import FilterPurpose

#: Stands for a value that is known only when the file is used.
PLACEHOLDER = "x"


class Letter(NamedTuple):
    """One character of a filter.

    Attributes:
        text: the character.
        offset: where it begins in the file.
        known: whether the file says it, or it stands for a value that it does not know.

    """

    text: str
    offset: int
    known: bool = True


class FoundFilter(NamedTuple):
    """A filter in a file.

    Attributes:
        where: the resource or the command that it belongs to.
        purpose: what Cloud Logging uses it for.
        letters: its characters; None if it is no text in its place.
        offset: where its value begins in the file.

    """

    where: str
    purpose: FilterPurpose
    letters: tuple[Letter, ...] | None
    offset: int

    @property
    def text(self) -> str:
        """Return the text of the filter."""
        return "".join(letter.text for letter in self.letters or ())

    @property
    def complete(self) -> bool:
        """Return whether the file knows every character."""
        return self.letters is not None and self.knows(0, len(self.letters))

    def knows(self, start: int, end: int) -> bool:
        """Return whether the file knows a span of the filter."""
        return all(letter.known for letter in (self.letters or ())[start : max(end, start + 1)])


def align(value: str, source: str, start: int, end: int) -> Iterator[Letter]:
    """Yield the characters of a value that stands between two offsets of a file, with escapes or folded.

    A character that the file writes otherwise, such as an escaped line break, has the offset of the one
    before it.
    """
    position = start
    for text in value:
        after = position
        while after < end and source[after] != text and (source[after] in "\\'\"|>-+ \t\r\n"):
            after += 1
        if after < end and source[after] == text:
            yield Letter(text, after)
            position = after + 1
        else:
            yield Letter(text, min(position, end))
