"""What a service logged of the requests that a client's probe sent: found by their trace."""

from collections import deque

from triage.diagnosis.case import Case
from triage.models import Entry, Event

#: Traced lines that are remembered before a probe tells of their request; and lines of one request.
_REMEMBERED, _LINES = 2000, 6


class Traces:
    """The first lines of requests that a probe tells of; of all other requests only the last lines are kept.

    All are found where the probe's line comes before them, as it does by instance: it has none, so it is among the
    first. By time it may come after them, as the service's clock may be behind the client's; then they are found if
    no more than 2000 traced lines came in between.
    """

    def __init__(self) -> None:
        """Begin with none."""
        self._before: deque[Event] = deque(maxlen=_REMEMBERED)
        self._asked: dict[str, list[Event]] = {}

    def see(self, entry: Entry, event: Event | None) -> None:
        """Look at one entry, with what a rule says of it."""
        trace = _id(entry)
        if not trace:
            return
        lines = self._asked.get(trace)
        if event is not None and event.run == "probe":
            if lines is None:
                self._asked[trace] = _first([line for line in self._before if _id(line.entry) == trace])
            return
        line = event or Event(entry=entry, pack="", rule="")
        if lines is None:
            self._before.append(line)
        else:
            self._asked[trace] = _first([*lines, line])

    def of(self, case: Case) -> list[Event]:
        """Return what the service logged of the requests that went wrong in a case."""
        told = (event for sighting in case.seen.values() for event in sighting.samples)
        traces = dict.fromkeys(_id(event.entry) for event in told if event.outcome in ("failed", "warned"))
        return [line for trace in traces for line in self._asked.get(trace, [])]


def _first(lines: list[Event]) -> list[Event]:
    return sorted(lines, key=lambda line: line.entry.turn)[:_LINES]


def _id(entry: Entry) -> str:
    """Return the trace's id: "projects/P/traces/ID" names it, or ID alone."""
    return entry.trace.rpartition("/")[2]
