"""The lines that a service logged for the requests of a probe, found by trace."""

from collections import deque
from collections.abc import Iterable

from triage.diagnosis.incident_builder import IncidentBuilder
from triage.models import Entry, Event, Observed

#: Traced lines that are kept until a probe reports their request, and lines of one request.
_MAX_REMEMBERED, _MAX_LINES = 2000, 6


class RequestTraces:
    """The first lines of each request that a probe sent.

    Lines of other requests are kept only for a while. By instance, the line of a probe precedes the lines of
    the service. By time it may follow them, because the clocks differ; then a line is found if no more than
    2000 traced lines came between.
    """

    def __init__(self) -> None:
        """Create an empty collection."""
        self._recent: deque[Observed] = deque(maxlen=_MAX_REMEMBERED)
        self._by_trace: dict[str, list[Event]] = {}

    def observe(self, observed: Iterable[Observed]) -> None:
        """Record entries with what rules say of them."""
        for one in observed:
            entry, event, _ = one
            if not entry.trace:
                continue
            if event is not None and event.run == "probe":
                self._add_probe(_trace_id(entry))
                continue
            # Ids are only compared once there is a probe.
            trace = _trace_id(entry) if self._by_trace else ""
            if trace in self._by_trace:
                self._by_trace[trace] = _first_lines([*self._by_trace[trace], _line_of(one)])
            else:
                self._recent.append(one)

    def _add_probe(self, trace: str) -> None:
        """Keep the lines of a probe's request."""
        if trace and trace not in self._by_trace:
            self._by_trace[trace] = _first_lines(
                [_line_of(one) for one in self._recent if _trace_id(one[0]) == trace]
            )

    def lines_of(self, incident: IncidentBuilder) -> list[Event]:
        """Return what the service logged for the failed requests of an incident."""
        events = (event for found in incident.matches.values() for event in found.samples)
        traces = dict.fromkeys(
            _trace_id(event.entry) for event in events if event.outcome in ("failed", "warned")
        )
        return [line for trace in traces for line in self._by_trace.get(trace, [])]


def _line_of(observed: Observed) -> Event:
    entry, event, _ = observed
    return event or Event(entry=entry, pack="", rule="")


def _first_lines(lines: list[Event]) -> list[Event]:
    return sorted(lines, key=lambda line: line.entry.sort_key)[:_MAX_LINES]


def _trace_id(entry: Entry) -> str:
    """Return the id of a trace: "projects/P/traces/ID" contains it, or it is the ID alone."""
    return entry.trace.rpartition("/")[2]
