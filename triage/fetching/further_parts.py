"""What is fetched after the logs of the window: changes, lines around failures, entries of others."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from triage.fetching import around_failures, earlier_changes, shared_traces
from triage.fetching.journal import Journal, Part, Purpose
from triage.models import FailedTraces, FetchPlan, Neighborhoods, UnknownChange, WindowShortfall
from triage.text import pluralize
from triage.window import Window, format_utc_and_local

#: Return what a window cuts, given the files so far, their window and the requested one.
FindShortfalls = Callable[[Sequence[Path], Window, Window], Sequence[WindowShortfall]]
#: Return the windows around the failures in the files so far whose evidence is still to be read.
FindNeighborhoods = Callable[[Sequence[Path]], Neighborhoods]
#: Return what the files do not show of the changes of each service, given the window of the logs and from
#: when on changes were searched.
FindUnknownChanges = Callable[[Sequence[Path], Window, Mapping[str, int]], Sequence[UnknownChange]]
#: Return the traces of the failed requests in the files so far.
FindFailedTraces = Callable[[Sequence[Path]], FailedTraces]


class Findings(msgspec.Struct, frozen=True, kw_only=True):
    """What the logs so far show to be missing, as functions of their files; by default nothing.

    Attributes:
        shortfalls: what the window cuts, asked after each round.
        unknown_changes: which changes before the window are needed.
        neighborhoods: the windows around failures, of which all lines are fetched.
        failed_traces: the traces of failed requests, of which the entries of others are fetched.

    """

    shortfalls: FindShortfalls = lambda *_: ()
    unknown_changes: FindUnknownChanges = lambda *_: ()
    neighborhoods: FindNeighborhoods = lambda _: Neighborhoods()
    failed_traces: FindFailedTraces = lambda _: FailedTraces()


class FurtherParts:
    """Adds parts to the journal after the logs of the window, and fetches them."""

    def __init__(
        self,
        plan: FetchPlan,
        journal: Journal,
        findings: Findings,
        *,
        fetch_all: Callable[[Purpose], None],
        notify: Callable[[str], None],
    ) -> None:
        """Begin with the journal that holds the logs.

        ``fetch_all`` fetches the parts of a purpose that are not fetched yet.
        """
        self._plan = plan
        self._journal = journal
        self._findings = findings
        self._fetch_all = fetch_all
        self._notify = notify

    def collect(self) -> Iterator[str]:
        """Fetch what the plan asks for; yield what stays cut, or ""."""
        if self._plan.asks_for_changes:
            yield self._collect_changes()
        if self._plan.asks_around_failures:
            yield self._collect_around_failures()
        if self._plan.with_callers:
            yield self._collect_traces()

    def _collect_changes(self) -> str:
        """Fetch the changes before the window as far as needed; return what stays cut, or ""."""
        journal = self._journal
        while True:
            self._fetch_all("changes")
            if self._journal.is_limited("changes"):
                return "not all changes before the window were read: a shorter window reads them"
            window, since = journal.window, self._changes_since()
            unknown = self._findings.unknown_changes(journal.files("logs", "changes"), window, since)
            searches = [
                (one, search)
                for one in unknown
                if (search := earlier_changes.next_search(window, since[one.service], one.deployed))
            ]
            if not searches:
                return ""
            for one, search in searches:
                self._notify(
                    f"{one.says}: fetching the changes of {format_utc_and_local(search.start)} to "
                    f"{format_utc_and_local(search.end)}, in at most {earlier_changes.MAX_PAGES} calls"
                )
            journal.add_parts(
                Part(
                    service=one.service,
                    start=search.start,
                    end=search.end,
                    purpose="changes",
                    filter=earlier_changes.changes_filter(one.service, self._plan.kind),
                    max_pages=earlier_changes.MAX_PAGES,
                )
                for one, search in searches
            )

    def _changes_since(self) -> dict[str, int]:
        """Return from when on changes of each service were searched; by default the start of the window."""
        journal = self._journal
        since = dict.fromkeys(journal.state.clauses, journal.window.start)
        for part in (journal.state.parts[index] for index in journal.indexes("changes")):
            since[part.service] = min(since[part.service], part.start)
        return since

    def _collect_around_failures(self) -> str:
        """Fetch all lines around failures; return what stays cut, or ""."""
        omitted = 0 if self._journal.indexes("around") else self._add_parts_around_failures()
        self._fetch_all("around")
        if omitted or self._journal.is_limited("around"):
            return "not all lines around failures were read: --everything, or a shorter window, reads them"
        return ""

    def _add_parts_around_failures(self) -> int:
        """Add the parts around failures; return how many windows have no room."""
        journal = self._journal
        files = journal.files("logs")
        neighborhoods = self._findings.neighborhoods(files) if files else Neighborhoods()
        omitted = neighborhoods.omitted
        parts: list[Part] = []
        for service in journal.state.clauses:
            queries, left = around_failures.build_around_queries(
                service, self._plan.kind, neighborhoods, journal.window
            )
            omitted += left
            parts += [
                Part(
                    service=service,
                    start=query.window.start,
                    end=query.window.end,
                    purpose="around",
                    filter=query.filter,
                    asked=query.windows,
                    max_pages=around_failures.MAX_PAGES,
                )
                for query in queries
            ]
        self._add_bounded_parts(parts, "fetching all lines around failures", "window")
        return omitted

    def _collect_traces(self) -> str:
        """Fetch what others logged of failed requests; return what stays cut, or ""."""
        omitted = 0 if self._journal.indexes("traces") else self._add_parts_of_traces()
        self._fetch_all("traces")
        if omitted or self._journal.is_limited("traces"):
            more = f" ({omitted:,} more failed requests)" if omitted else ""
            return f"not all traces of failed requests were followed{more}: a shorter window follows them"
        return ""

    def _add_parts_of_traces(self) -> int:
        """Add the parts of traces; return how many failed requests have no room."""
        journal = self._journal
        files = journal.files("logs")
        failed = self._findings.failed_traces(files) if files else FailedTraces()
        omitted = failed.omitted
        window = shared_traces.search_window(journal.window)
        parts: list[Part] = []
        for service in journal.state.clauses:
            queries, left = shared_traces.build_trace_queries(
                service, self._plan.kind, failed.traces.get(service, [])
            )
            omitted += left
            parts += [
                Part(
                    service=service,
                    start=window.start,
                    end=window.end,
                    purpose="traces",
                    filter=query.filter,
                    asked=query.traces,
                    max_pages=shared_traces.MAX_PAGES,
                )
                for query in queries
            ]
        self._add_bounded_parts(
            parts, "fetching what other services and load balancers logged of failed requests", "trace"
        )
        return omitted

    def _add_bounded_parts(self, parts: Sequence[Part], says: str, unit: str) -> None:
        """Add parts with a largest number of pages, if there are any, and say so."""
        if parts:
            asked = sum(part.asked for part in parts)
            calls = sum(part.max_pages or 0 for part in parts)
            self._notify(f"{says}: {pluralize(asked, unit)}, in at most {calls} calls")
            self._journal.add_parts(parts)
