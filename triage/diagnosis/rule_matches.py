"""Events counted and sampled by rule, in bounded memory."""

from collections.abc import Iterable, Sequence
from typing import TypeVar

import msgspec

from triage.models import Entry, Event

Key = TypeVar("Key")

#: Number of first events kept for citation, and of checks whose first event is kept.
_SAMPLES, _CHECKS = 3, 12
#: Paths and statuses that are counted separately.
_PATHS = 12


class RuleMatches(msgspec.Struct):
    """The events of one rule in one place. Their order of arrival changes nothing.

    Attributes:
        rule: full name of the rule.
        count: number of events.
        ended: time of the last event, nanoseconds.
        checks: number of events of each check; of too many, the alphabetically first.
        first_per_check: first event of each check.
        first_events: first events.
        paths: number and first event of each path and status; of too many, the alphabetically first.

    """

    rule: str
    count: int = 0
    ended: int = 0
    checks: dict[str, int] = {}
    first_per_check: dict[str, Event] = {}
    first_events: list[Event] = []
    paths: dict[str, tuple[int, Event]] = {}

    def add(self, events: Sequence[Event]) -> None:
        """Count more events."""
        for check, found in _group(events, [event.check for event in events]):
            self._add_check(check, len(found), _first_of(found))
        for path, found in _group(events, [_path_of(event) for event in events]):
            if path:
                self._add_path(path, len(found), _first_of(found))
        self.ended = max(self.ended, *[event.entry.timestamp for event in events])
        self.count += len(events)
        if len(self.first_events) == _SAMPLES:
            latest = self.first_events[-1].entry.timestamp
            events = [event for event in events if event.entry.timestamp <= latest]
        for event in events:
            self._add_first(event)

    def absorb(self, other: "RuleMatches") -> None:
        """Add the events of another place."""
        for check, first in other.first_per_check.items():
            self._add_check(check, other.checks[check], first)
        for event in other.first_events:
            self._add_first(event)
        for path, (count, first) in other.paths.items():
            self._add_path(path, count, first)
        self.ended = max(self.ended, other.ended)
        self.count += other.count

    def _add_check(self, check: str, count: int, first: Event) -> None:
        """Count events of a check; ``first`` is the first of them."""
        current = self.first_per_check.get(check)
        if current is None:
            self.first_per_check[check] = first
            self.checks[check] = count
            if len(self.first_per_check) > _CHECKS:
                largest = max(self.first_per_check)
                del self.first_per_check[largest], self.checks[largest]
            return
        self.checks[check] += count
        if first.entry.precedes(current.entry):
            self.first_per_check[check] = first

    def _add_path(self, path: str, count: int, first: Event) -> None:
        """Count events of a path; ``first`` is the first of them."""
        known = self.paths.get(path)
        if known is not None:
            self.paths[path] = (known[0] + count, first if first.entry.precedes(known[1].entry) else known[1])
            return
        self.paths[path] = (count, first)
        if len(self.paths) > _PATHS:
            del self.paths[max(self.paths)]

    def _add_first(self, event: Event) -> None:
        """Insert an event among the first ones, in order."""
        index = len(self.first_events)
        while index and event.entry.precedes(self.first_events[index - 1].entry):
            index -= 1
        self.first_events.insert(index, event)
        del self.first_events[_SAMPLES:]

    @property
    def samples(self) -> list[Event]:
        """Return the first events and the first event of each check."""
        others = [
            event
            for event in self.first_per_check.values()
            if not any(event is first for first in self.first_events)
        ]
        return sorted([*self.first_events, *others], key=lambda event: event.entry.sort_key)

    @property
    def first(self) -> Event:
        """Return the first event."""
        return self.first_events[0]

    @property
    def began(self) -> int:
        """Return the time of the first event in nanoseconds."""
        return self.first_events[0].entry.timestamp


def _path_of(event: Event) -> str:
    """Return the path that an event is about, with the status of a request; "" for none."""
    http = event.entry.http
    if http is not None and http.path:
        return f"{http.path} {http.status}"
    return event.fields.get("path", "")


MatchesByRule = dict[str, RuleMatches]


def record(by_rule: MatchesByRule, events: Sequence[Event]) -> None:
    """Add events to the matches of their rules."""
    for _, found in _group(events, [(event.pack, event.rule) for event in events]):
        name = found[0].name
        matches = by_rule.get(name)
        if matches is None:
            matches = by_rule[name] = RuleMatches(name)
        matches.add(found)


def group_by_rule(events: Sequence[Event]) -> MatchesByRule:
    """Return the events grouped by the full name of their rule."""
    by_rule: MatchesByRule = {}
    record(by_rule, events)
    return by_rule


def first_entry(matches: MatchesByRule) -> Entry:
    """Return the first entry that a rule matches."""
    return min((found.first.entry for found in matches.values()), key=lambda entry: entry.sort_key)


def _group(events: Sequence[Event], keys: Sequence[Key]) -> Iterable[tuple[Key, Sequence[Event]]]:
    """Return the events of each key, in order."""
    distinct = set(keys)
    if len(distinct) == 1:
        return [(keys[0], events)]
    groups: dict[Key, list[Event]] = {}
    for key, event in zip(keys, events, strict=True):
        groups.setdefault(key, []).append(event)
    return groups.items()


def _first_of(events: Sequence[Event]) -> Event:
    """Return the first of some events in order of their entries."""
    first = events[0]
    for event in events:
        if event.entry.timestamp <= first.entry.timestamp and event.entry.precedes(first.entry):
            first = event
    return first
