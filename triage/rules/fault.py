"""A fault of a rule pack, its position, and words that help to fix it."""

from collections.abc import Iterable

import msgspec


class Fault(msgspec.Struct, frozen=True):
    """A fault of a pack. ``str()`` gives ``file:line: what``.

    Attributes:
        path: path of the file.
        line: line, from 1.
        what: the fault.

    """

    path: str
    line: int
    what: str

    def __str__(self) -> str:
        """Return the fault as one line."""
        return f"{self.path}:{self.line}: {self.what}"


def advice(word: str, allowed: Iterable[str]) -> str:
    """Return the nearest allowed word and all of them, to end a sentence about a word that is not allowed."""
    from difflib import get_close_matches

    words = list(dict.fromkeys(filter(None, allowed)))
    near = get_close_matches(word, words, n=1)
    if not words:
        return ""
    allowed_words = f"llowed: {', '.join(words)}"
    return f"; did you mean {near[0]}? A{allowed_words}" if near else f"; a{allowed_words}"


def nearest(word: str, known: Iterable[str]) -> str:
    """Return the nearest known word, to end a sentence about a word that is unknown; "" if none is near."""
    from difflib import get_close_matches

    near = get_close_matches(word, list(known), n=1)
    return f"; did you mean {near[0]}?" if near else ""
