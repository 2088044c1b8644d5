"""Replay an export as if it happened now, with shortened silences."""

import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from triage.window import NANOSECONDS, format_timestamp, parse_timestamp

Entry = dict[str, Any]
_MOMENT = 0.2


def shift_to_now(entries: Iterable[Entry], began: int, silence: float) -> Iterator[tuple[int, Entry]]:
    """Yield the entries in order with new times from ``began`` on.

    Silences are at most ``silence`` seconds. Each entry comes with its new time in nanoseconds.
    """
    longest = round(silence * NANOSECONDS)
    last, at = None, began
    for entry in sorted(entries, key=lambda entry: parse_timestamp(entry["timestamp"])):
        timestamp = parse_timestamp(entry["timestamp"])
        at += min(timestamp - last, longest) if last is not None else 0
        last = timestamp
        stamps = {"timestamp": format_timestamp(at), "receiveTimestamp": format_timestamp(at + 10**8)}
        yield at, entry | stamps


def shift_to_last_hour(entries: Iterable[Entry]) -> list[Entry]:
    """Return the entries in order with new times, the last of them two minutes ago."""
    given = list(entries)
    times = [parse_timestamp(entry["timestamp"]) for entry in given]
    began = time.time_ns() - 120 * NANOSECONDS - (max(times) - min(times))
    return [entry for _, entry in shift_to_now(given, began, silence=86_400)]


def replay(entries: Iterable[Entry], silence: float, arrive: Callable[[list[Entry]], None]) -> None:
    """Deliver the entries from now on at their original pace, silences shortened."""
    waiting = list(shift_to_now(entries, time.time_ns(), silence))
    while waiting:
        time.sleep(_MOMENT)
        now = time.time_ns()
        due = [entry for at, entry in waiting if at <= now]
        del waiting[: len(due)]
        arrive(due)
