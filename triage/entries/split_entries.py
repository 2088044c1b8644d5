"""Join entries that Cloud Logging split because of their size."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import attrgetter
from typing import Any

import msgspec

from triage.entries.decoder import IgnoredErrors, decode
from triage.entries.foreign_forms import MESSAGE_KEYS
from triage.entries.sorter import Sorter
from triage.models import Entry, Gap, Record
from triage.models.layouts import parse_json_object

_MAX_BYTES = 32 << 20
_PAYLOADS = {"textpayload", "jsonpayload", "protopayload", "protopayloadauditlog"}


class SplitEntryJoiner:
    """Joins parts of split entries, which come in any order.

    joined: how many parts were joined into the first part of their entry.
    duplicate: how many parts came more than once.
    """

    def __init__(self, max_bytes: int, ignored: IgnoredErrors = frozenset()) -> None:
        """Create a joiner that holds about ``max_bytes`` of parts in memory.

        ignored: exceptions of payloads that are no error.
        """
        self._ignored = ignored
        self._max_bytes = max_bytes
        self._sorter = Sorter(_part_key, max_bytes)
        self.joined = 0
        self.duplicate = 0

    def add(self, part: Entry) -> None:
        """Add a part."""
        self._sorter.add(part)

    def join(self) -> Iterator[Entry | Gap]:
        """Yield each split entry as one, and a Gap for its missing parts.

        Afterwards the joiner is empty.
        """
        sorted_parts, self._sorter = self._sorter, Sorter(_part_key, self._max_bytes)
        for uid, found in groupby(sorted_parts, key=lambda part: _part_key(part)[0]):
            parts, total = self._collect(found)
            first = parts[min(parts)]
            missing = list(_missing_ranges(sorted(set(parts)), total))
            for low, high in missing:
                detail = (
                    f"{_format_range(low, high, total)} of the entry that was split as {uid[:80]!a} missing"
                )
                yield Gap("missing_part", first.source.path, detail, first.source.position, high - low + 1)
            yield decode(Record(_join_json(uid, parts, missing, total), first.source), self._ignored)

    def _collect(self, found: Iterable[Entry]) -> tuple[dict[int, Entry], int]:
        """Return as many parts as fit into memory by index, and the expected number."""
        parts: dict[int, Entry] = {}
        total = weight = 0
        for part in found:
            index = _part_key(part)[1]
            total = max(total, part.split.total if part.split else 0, index + 1)
            copy = parts.get(index)
            if copy:
                self.duplicate += 1
                parts[index] = min(copy, part, key=attrgetter("canonical_json"))
                continue
            if parts:
                self.joined += 1
            if weight <= _MAX_BYTES:
                parts[index] = part
                weight += len(part.raw)
        return parts, total


def _part_key(part: Entry) -> tuple[str, int]:
    return (part.split.uid, part.split.index) if part.split else ("", 0)


def _missing_ranges(indices: list[int], total: int) -> Iterator[tuple[int, int]]:
    """Yield the first and last index of each missing range."""
    expected = 0
    for index in [*indices, total]:
        if index > expected:
            yield expected, index - 1
        expected = index + 1


def _format_range(low: int, high: int, total: int) -> str:
    return f"part {low + 1} of {total}" if low == high else f"parts {low + 1} to {high + 1} of {total}"


def _join_json(uid: str, parts: dict[int, Entry], missing: list[tuple[int, int]], total: int) -> bytes:
    """Return the JSON of the joined entry; a line stands for missing text."""
    pieces: dict[int, dict[str, Any]] = {index: _decode_part(part.raw) for index, part in parts.items()}
    first = pieces[min(pieces)]
    for low, high in missing:
        before, after = "\n" if low else "", "\n" if high < total - 1 else ""
        pieces[low] = _placeholder_payload(
            first, f"{before}[{_format_range(low, high, total)} missing]{after}"
        )
    # The uid stays, for filters; without a number of parts the entry is whole.
    join = {key: value for key, value in first.items() if key not in _payload_keys(first)}
    join["split"] = {"uid": uid}
    for _, piece in sorted(pieces.items()):
        for key in _payload_keys(piece):
            join[key] = _merge(join.get(key), piece[key], key, "")
    return msgspec.json.encode(join)


def _decode_part(raw: bytes) -> dict[str, Any]:
    """Return a part, with a payload that is a JSON string decoded."""
    part: dict[str, Any] = msgspec.json.decode(raw)
    return part | {
        key: parse_json_object(part[key]) for key in _payload_keys(part) if _fold_key(key) != "textpayload"
    }


def _payload_keys(part: dict[str, Any]) -> list[str]:
    return [key for key in part if _fold_key(key) in _PAYLOADS]


def _fold_key(key: str) -> str:
    return key.replace("_", "").lower()


def _placeholder_payload(part: dict[str, Any], text: str) -> dict[str, Any]:
    """Return a payload with the text in the fields that hold the part's own text."""
    for key in _payload_keys(part):
        value = part[key]
        if isinstance(value, str):
            return {key: text}
        if isinstance(value, dict):
            texts = {
                name: text
                for name in value
                if _fold_key(name) in MESSAGE_KEYS and isinstance(value[name], str)
            }
            if texts:
                return {key: texts}
    return {}


def _merge(first: Any, then: Any, key: str, within: str) -> Any:
    """Return the values of two parts merged: text and lists joined, objects united."""
    if first is None:
        return then
    if isinstance(first, dict) and isinstance(then, dict):
        return first | {name: _merge(first.get(name), value, name, key) for name, value in then.items()}
    if isinstance(first, list) and isinstance(then, list):
        return first + then
    if isinstance(first, str) and isinstance(then, str):
        is_continued = _fold_key(key) in MESSAGE_KEYS and _fold_key(within) in ("", "jsonpayload")
        return first + then if is_continued or first != then else first
    return first
