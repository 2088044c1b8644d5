"""The notes of texts that differ in identifiers only: worked out for the first few, copied for the others.

What a text says hardly ever depends on its identifiers, but nothing proves it. So the notes of the first few
texts of a kind are worked out and compared. Only where they differ in nothing but the identifiers are further
ones copied from them.
"""

import re
from collections.abc import Sequence
from itertools import chain

from triage.models import Entry
from triage.text import remember_texts, split_at_identifiers

#: Texts of a kind whose notes are compared with those of the first one before any are copied.
_COMPARED = 16


class _Kind:
    """Texts that differ in identifiers only.

    is_known: whether notes of further texts can be copied.
    """

    def __init__(self) -> None:
        """Begin without texts."""
        self.is_known = False
        self._first: tuple[Sequence[bytes], bytes] | None = None
        self._between: list[bytes] = []
        self._slots: list[int] = []
        self._equal = 0
        self._is_mixed = False

    def compare(self, identifiers: Sequence[bytes], notes: bytes) -> None:
        """Compare the notes that were worked out for one of the texts with those of the first one."""
        if self._first is None:
            self._first = identifiers, notes
            return
        if not self._between:
            self._split(*self._first)
        self._is_mixed |= self.copy(identifiers) != notes
        self._equal += 1
        self.is_known = self._equal >= _COMPARED and not self._is_mixed

    def _split(self, identifiers: Sequence[bytes], notes: bytes) -> None:
        """Keep what stands between the identifiers in the notes of the first text."""
        slots = {identifier: slot for slot, identifier in enumerate(identifiers)}
        longest_first = sorted(slots, key=len, reverse=True)
        parts = re.split(b"(%b)" % b"|".join(longest_first), notes)
        self._between, self._slots = parts[::2], [slots[part] for part in parts[1::2]]

    def copy(self, identifiers: Sequence[bytes]) -> bytes:
        """Return the notes of a text with these identifiers."""
        first, *others = self._between
        own = [identifiers[slot] for slot in self._slots]
        return b"".join([first, *chain.from_iterable(zip(own, others, strict=True))])


class SimilarText:
    """A text as one of its kind."""

    __slots__ = ("_identifiers", "_kind")

    def __init__(self, kind: _Kind, identifiers: Sequence[bytes]) -> None:
        """Take the identifiers of a text."""
        self._kind, self._identifiers = kind, identifiers

    def copy_notes(self) -> bytes | None:
        """Return the notes of this text, None while they must be worked out."""
        return self._kind.copy(self._identifiers) if self._kind.is_known else None

    def learn(self, notes: bytes) -> None:
        """Learn from the notes that were worked out for this text."""
        self._kind.compare(self._identifiers, notes)


class SimilarTexts:
    """Finds the texts that differ in identifiers only, said by the same speaker at the same level."""

    def __init__(self) -> None:
        """Begin without texts."""
        self._kinds = remember_texts(_create_kind)

    def find(self, entry: Entry, text: str, reason: str) -> SimilarText | None:
        """Return the text of an entry as one of its kind, None if it holds no identifier."""
        is_message = not reason and text == entry.message
        whole = text if is_message else f"{text}\0{entry.message}\0{reason}"
        between, identifiers = split_at_identifiers(whole)
        if not identifiers:
            return None
        # Copied notes have the length of the first ones, and an identifier may stand in them more than once.
        places = {identifier: place for place, identifier in enumerate(dict.fromkeys(identifiers))}
        shape = tuple([(places[identifier], len(identifier)) for identifier in identifiers])
        said_by = entry.service, entry.log_name, entry.logger, entry.level
        kind = self._kinds("\0".join(between), shape, *said_by)
        return SimilarText(kind, [identifier.encode() for identifier in identifiers])


def _create_kind(_between: str, _shape: tuple[tuple[int, int], ...], *_said_by: object) -> _Kind:
    """Return a kind of which no text is known."""
    return _Kind()
