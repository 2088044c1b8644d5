"""A few lines of each revision that show how its boots, checks and connections went: what a judgement cites."""

from collections.abc import Callable

import msgspec

from triage.diagnosis.exhibits import line_of
from triage.models import Entry, Event, Evidence, Passage, RequestKind, Run, Shows, Witness
from triage.text import shape
from triage.window import format_timestamp

#: Lines of each kind that are told of a revision: the first ones of those that are kept.
_TOLD, _KEPT = 3, 50
_REFUSED = 400


class _Shown:
    """The first line that shows something, the run that it is of, and how many show the same."""

    def __init__(self, entry: Entry, run: str) -> None:
        self.entry, self.run, self.count = entry, run, 0


class Witnesses:
    """Keeps lines while entries and runs come in; lines that say the same are counted.

    Of very many that say different things those are kept that come first by their letters.
    """

    def __init__(self, link: Callable[[Entry], str]) -> None:
        """Begin with none; ``link`` opens an entry in Logs Explorer."""
        self._link = link
        self._failures: dict[tuple[str, str, Shows], dict[str, _Shown]] = {}
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
            del slowest[_TOLD:]
        if run.failed_checks:
            entry = _failing(passage).entry
            self._note("check_failed", shape(entry.message), run.id, entry)

    def all(self) -> list[Witness]:
        """Return the lines, those of a kind and a revision in order of time."""
        failures = [
            (shows, sorted(kept.values(), key=lambda shown: shown.entry.turn)[:_TOLD])
            for (_, _, shows), kept in self._failures.items()
        ]
        failures.sort(key=lambda failure: (failure[1][0].entry.turn, failure[0]))
        found = [self._witness(shows, shown) for shows, kept in failures for shown in kept]
        for boots in sorted(self._slowest.values(), key=lambda boots: min(boot[3].turn for boot in boots)):
            for _, run, first, last in boots:
                entries = [first] if first is last else [first, last]
                found += [Witness(shows="boot_ready", run=run, line=self._line(entry)) for entry in entries]
        return found

    def _witness(self, shows: Shows, shown: _Shown) -> Witness:
        line = msgspec.structs.replace(self._line(shown.entry), count=shown.count)
        return Witness(shows=shows, run=shown.run, line=line)

    def _note(self, shows: Shows, key: str, run: str, entry: Entry) -> None:
        kept = self._failures.setdefault((entry.service, entry.revision, shows), {})
        shown = kept.get(key)
        if shown is None:
            shown = kept[key] = _Shown(entry, run)
            if len(kept) > _KEPT:
                del kept[max(kept)]
        elif entry.is_before(shown.entry):
            shown.entry, shown.run = entry, run
        shown.count += 1

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
        if format_timestamp(event.entry.timestamp) == at and event.name == rule
    )
    return next(named, passage.events[-1])


def _blamed(run: Run, check: str | None) -> bool:
    return check is not None and check in run.failed_checks
