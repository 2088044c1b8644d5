"""Entries over the size limit, which Cloud Logging stores in parts, made whole again."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import attrgetter
from typing import Any

import msgspec

from triage.entries.decode import decode
from triage.entries.shapes import TEXTS, loaded
from triage.entries.sorting import Sorter
from triage.models import Entry, Gap, Record

_LARGEST = 32 << 20
_PAYLOADS = {"textpayload", "jsonpayload", "protopayload", "protopayloadauditlog"}


class Parts:
    """Parts of split entries, taken in any order.

    ``joined`` and ``duplicate`` count those that make no entry of their own.
    """

    def __init__(self, room: int) -> None:
        """Begin without parts; ``room`` is about how many bytes of them are held at a time."""
        self._room = room
        self._sorter = Sorter(_place, room)
        self.joined = 0
        self.duplicate = 0

    def add(self, part: Entry) -> None:
        """Take one part in."""
        self._sorter.add(part)

    def whole(self) -> Iterator[Entry | Gap]:
        """Yield each split entry as one, its parts in order of their index, and a Gap for what is missing of it.

        They are given away: parts that come later are of others.
        """
        parted, self._sorter = self._sorter, Sorter(_place, self._room)
        for uid, found in groupby(parted, key=lambda part: _place(part)[0]):
            parts, total = self._gathered(found)
            first = parts[min(parts)]
            missing = list(_ranges(sorted(set(parts)), total))
            for low, high in missing:
                detail = f"{_named(low, high, total)} of the entry that was split as {uid[:80]!a} missing"
                yield Gap("missing_part", first.source.path, detail, first.source.position, high - low + 1)
            yield decode(Record(_joined(parts, missing, total), first.source))

    def _gathered(self, found: Iterable[Entry]) -> tuple[dict[int, Entry], int]:
        """Return the parts by their index, as many as can be held, and how many there should be."""
        parts: dict[int, Entry] = {}
        total = weight = 0
        for part in found:
            index = _place(part)[1]
            total = max(total, part.split.total if part.split else 0, index + 1)
            twin = parts.get(index)
            if twin:
                self.duplicate += 1
                parts[index] = min(twin, part, key=attrgetter("content"))
                continue
            if parts:
                self.joined += 1
            if weight <= _LARGEST:
                parts[index] = part
                weight += len(part.raw)
        return parts, total


def _place(part: Entry) -> tuple[str, int]:
    return (part.split.uid, part.split.index) if part.split else ("", 0)


def _ranges(indices: list[int], total: int) -> Iterator[tuple[int, int]]:
    """Yield the first and last index of each run that is missing."""
    due = 0
    for index in [*indices, total]:
        if index > due:
            yield due, index - 1
        due = index + 1


def _named(low: int, high: int, total: int) -> str:
    return f"part {low + 1} of {total}" if low == high else f"parts {low + 1} to {high + 1} of {total}"


def _joined(parts: dict[int, Entry], missing: list[tuple[int, int]], total: int) -> bytes:
    """Return the JSON of the whole entry; where text is missing, a line says so."""
    pieces: dict[int, dict[str, Any]] = {index: _objects(part.raw) for index, part in parts.items()}
    first = pieces[min(pieces)]
    for low, high in missing:
        before, after = "\n" if low else "", "\n" if high < total - 1 else ""
        pieces[low] = _alike(first, f"{before}[{_named(low, high, total)} missing]{after}")
    whole = {key: value for key, value in first.items() if key not in _payloads(first) and key != "split"}
    for _, piece in sorted(pieces.items()):
        for key in _payloads(piece):
            whole[key] = _merged(whole.get(key), piece[key], key, "")
    return msgspec.json.encode(whole)


def _objects(raw: bytes) -> dict[str, Any]:
    """Return the part, its payload an object also where it was exported as a JSON string."""
    part: dict[str, Any] = msgspec.json.decode(raw)
    return part | {key: loaded(part[key]) for key in _payloads(part) if _squashed(key) != "textpayload"}


def _payloads(part: dict[str, Any]) -> list[str]:
    return [key for key in part if _squashed(key) in _PAYLOADS]


def _squashed(key: str) -> str:
    return key.replace("_", "").lower()


def _alike(part: dict[str, Any], text: str) -> dict[str, Any]:
    """Return a payload that holds the text where the part holds its own."""
    for key in _payloads(part):
        value = part[key]
        if isinstance(value, str):
            return {key: text}
        if isinstance(value, dict):
            texts = {
                name: text for name in value if _squashed(name) in TEXTS and isinstance(value[name], str)
            }
            if texts:
                return {key: texts}
    return {}


def _merged(first: Any, then: Any, key: str, within: str) -> Any:
    """Return what two parts say together: text goes on, objects and lists are filled up, all else stays as it is."""
    if first is None:
        return then
    if isinstance(first, dict) and isinstance(then, dict):
        return first | {name: _merged(first.get(name), value, name, key) for name, value in then.items()}
    if isinstance(first, list) and isinstance(then, list):
        return first + then
    if isinstance(first, str) and isinstance(then, str):
        goes_on = _squashed(key) in TEXTS and _squashed(within) in ("", "jsonpayload")
        return first + then if goes_on or first != then else first
    return first
