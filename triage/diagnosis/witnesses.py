"""A few lines of each revision that show how its boots, checks and connections went: what a judgement cites."""

from collections.abc import Callable

import msgspec

from triage.diagnosis.exhibits import line_of
from triage.models import Entry, Event, Evidence, Passage, RequestKind, Run, Shows, Witness
from triage.text import shape
from triage.window import format_timestamp

#: Lines of each kind that are kept of a revision.
_KEPT = 3
_REFUSED = 400


class Witnesses:
    """Keeps lines while entries and runs come in; lines that say the same are counted."""

    def __init__(self, link: Callable[[Entry], str]) -> None:
        """Begin with none; ``link`` opens an entry in Logs Explorer."""
        self._link = link
        self._failures: dict[tuple[str, str, Shows], dict[str, Witness]] = {}
        self._slowest: dict[tuple[str, str], list[tuple[float, str, Entry, Entry]]] = {}

    def see(self, entry: Entry, kind: RequestKind | None) -> None:
        """Look at an entry; ``kind`` is what it asks for, None for no request that is counted."""
        if kind == "socket" and entry.http is not None and (entry.http.status or 0) >= _REFUSED:
            self._note("socket_refused", f"{entry.http.path} {entry.http.status}", "", entry)

    def add(self, passage: Passage) -> None:
        """Look at a run that is over."""
        run = passage.run
        if run.kind == "boot" and run.verdict == "not_ready":
            entry = _failing(passage).entry
            self._note("boot_failed", shape(entry.message), run.id, entry)
        elif run.kind == "boot" and run.verdict == "ready":
            slowest = self._slowest.setdefault((run.service, run.revision), [])
            slowest.append((-run.elapsed, run.id, passage.events[0].entry, passage.events[-1].entry))
            slowest.sort(key=lambda boot: boot[:2])
            del slowest[_KEPT:]
        if run.failed_checks:
            entry = _failing(passage).entry
            self._note("check_failed", shape(entry.message), run.id, entry)

    def all(self) -> list[Witness]:
        """Return the lines, those of a kind and a revision in order of time."""
        found = [witness for kept in self._failures.values() for witness in kept.values()]
        for boots in self._slowest.values():
            for _, run, first, last in boots:
                entries = [first] if first is last else [first, last]
                found += [Witness(shows="boot_ready", run=run, line=self._line(entry)) for entry in entries]
        return found

    def _note(self, shows: Shows, key: str, run: str, entry: Entry) -> None:
        kept = self._failures.setdefault((entry.service, entry.revision, shows), {})
        if key in kept:
            line = msgspec.structs.replace(kept[key].line, count=kept[key].line.count + 1)
            kept[key] = msgspec.structs.replace(kept[key], line=line)
        elif len(kept) < _KEPT:
            kept[key] = Witness(shows=shows, run=run, line=self._line(entry))

    def _line(self, entry: Entry) -> Evidence:
        return line_of(entry, self._link(entry))


def _failing(passage: Passage) -> Event:
    """Return the line that shows best why a run failed: that of its first failed step, of a check if one is named."""
    run = passage.run
    failed = [step for step in run.steps if step.outcome == "failed"]
    told = [step for step in failed if _blamed(run, step.check)] or failed
    at, rule = (told[0].at, told[0].rule) if told else ("", "")
    named = (
        event
        for event in passage.events
        if format_timestamp(event.entry.timestamp) == at and f"{event.pack}/{event.rule}" == rule
    )
    return next(named, passage.events[-1])


def _blamed(run: Run, check: str | None) -> bool:
    return check is not None and check in run.failed_checks
