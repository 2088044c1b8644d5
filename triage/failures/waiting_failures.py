"""Failures that wait until what was said around them is read."""

import zlib
from collections.abc import Iterable, Sequence

import msgspec

from triage.failures.instance import Failure
from triage.failures.meaning import Meanings
from triage.failures.points import FailurePoint, PointKey, point_key
from triage.failures.statements import Statement
from triage.models import Entry, Event

#: Failures that are compressed together, and blocks of them that are held as they are: few logs have more.
_BLOCK, _PLAIN = 128, 4

#: The entries, events, text and reason of a statement.
_Said = tuple[Sequence[Entry], Sequence[Event], str, str]


class WaitingFailures:
    """Failures by their points, in the order in which they came.

    A failure takes about 5 kB with its entries. Of many, most are held compressed, in a tenth of that.
    """

    def __init__(self, meanings: Meanings) -> None:
        """Begin with none; ``meanings`` gives what statements mean."""
        self._meanings = meanings
        self._numbers: dict[PointKey, list[int]] = {}
        self._blocks: list[list[Failure] | bytes] = []
        self._last: list[Failure] = []

    def add(self, failure: Failure) -> None:
        """Take a failure."""
        number = len(self._blocks) * _BLOCK + len(self._last)
        self._numbers.setdefault(point_key(failure.point), []).append(number)
        self._last.append(failure)
        if len(self._last) == _BLOCK:
            self._blocks.append(self._last if len(self._blocks) < _PLAIN else _compress(self._last))
            self._last = []

    def drop(self, points: Iterable[FailurePoint]) -> bool:
        """Let go of the failures that have one of these points; return whether there are any."""
        dropped = [self._numbers.pop(point_key(point), None) for point in points]
        return any(dropped)

    def take_all(self) -> list[Failure]:
        """Return the failures that still wait, and let go of them."""
        numbers = {number for same in self._numbers.values() for number in same}
        blocks = [*self._blocks, self._last]
        self._numbers, self._blocks, self._last = {}, [], []
        found: list[Failure] = []
        for index, block in enumerate(blocks):
            begin = index * _BLOCK
            if not numbers.isdisjoint(range(begin, begin + _BLOCK)):
                failures = self._expand(block) if isinstance(block, bytes) else block
                found += [failure for number, failure in enumerate(failures, begin) if number in numbers]
        return found

    def _expand(self, block: bytes) -> list[Failure]:
        return msgspec.msgpack.decode(zlib.decompress(block), type=list[Failure], dec_hook=self._say_again)

    def _say_again(self, _type: type, said: object) -> Statement:
        entries, events, text, reason = msgspec.convert(said, _Said)
        text = entries[0].message if text == entries[0].message else text
        return Statement(self._meanings, entries, text, events, reason)


def _compress(failures: list[Failure]) -> bytes:
    return zlib.compress(msgspec.msgpack.encode(failures, enc_hook=_parts_of), 1)


def _parts_of(statement: Statement) -> _Said:
    """Return of what a statement is made; what it means is worked out again."""
    return statement.entries, statement.events, statement.text, statement.meaning.reason
