"""Which of many searches can find something in a text, by the literals that each of them needs."""

from collections.abc import Sequence

from ahocorasick_rs import AhoCorasick, Implementation


class Hints:
    """The literals of some searches, found in one pass over a text."""

    def __init__(self, searches: Sequence[Sequence[str]]) -> None:
        """Take the literals of each search, of which a text must hold one; none means any text."""
        bits: dict[str, int] = {}
        for number, literals in enumerate(searches):
            for hint in literals:
                bits[hint] = bits.get(hint, 0) | 1 << number
        hints = sorted(bits)
        self._bits = [bits[hint] for hint in hints]
        self._always = sum(1 << number for number, literals in enumerate(searches) if not literals)
        self._index = AhoCorasick(hints, implementation=Implementation.DFA)

    def find(self, text: str) -> int:
        """Return the searches that can find something in a text, as bits by their position."""
        chosen = self._always
        try:
            found = self._index.find_matches_as_indexes(text, overlapping=True)
        except UnicodeEncodeError:  # a lone surrogate
            readable = text.encode("utf-8", "replace").decode()
            found = self._index.find_matches_as_indexes(readable, overlapping=True)
        for hint, _, _ in found:
            chosen |= self._bits[hint]
        return chosen
