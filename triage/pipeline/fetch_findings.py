"""What fetched logs show to be missing: parts of runs, earlier changes, lines around failures, traces."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from triage.models import (
    SERVER_ERROR,
    Diagnosis,
    FailedTraces,
    Neighborhoods,
    Pack,
    UnknownChange,
    WindowShortfall,
    service_of_function,
)
from triage.models.change import AppliedChange
from triage.pipeline.analysis_runner import analyze, read_entries
from triage.pipeline.analyzer import Analyzer
from triage.window import Window, format_timestamp, format_utc_and_local, parse_timestamp

_CLIENT_ERROR = 400
#: Traces of one service that are kept, of server errors and of other failures each.
_MAX_TRACES = 1000
_TRACE = re.compile(r"[\w.:/-]{1,300}", re.ASCII)


class FetchFindings:
    """What the files of a fetch lack, by their analysis."""

    def __init__(self, packs: Sequence[Pack]) -> None:
        """Analyze with these packs."""
        self._packs = packs

    def find_shortfalls(self, files: Sequence[Path], window: Window, asked: Window) -> list[WindowShortfall]:
        """Return what the window cuts."""
        from triage.fetching import window_growth

        if not files:
            return []
        found = analyze(files, packs=self._packs)
        return window_growth.find_shortfalls(found.timeline, found.diagnosis, files, window, asked)

    def find_neighborhoods(self, files: Sequence[Path]) -> Neighborhoods:
        """Return the windows around the failures whose evidence is still to be read."""
        analyzer = Analyzer(self._packs)
        analyzer.observe(read_entries(files))
        return analyzer.neighborhoods

    def find_unknown_changes(
        self, files: Sequence[Path], window: Window, since: Mapping[str, int]
    ) -> list[UnknownChange]:
        """Return for which services earlier changes are needed.

        Where something failed, all changes of the day before may explain it; beyond that, the deployment
        before the first failure and those after it are needed, each with what it altered.
        """
        if not files:
            return []
        found = analyze(files, packs=self._packs)
        return [
            unknown
            for service, reached in since.items()
            if (
                unknown := _unknown_change(
                    service, found.diagnosis, found.changes, is_searched=reached < window.start
                )
            )
        ]

    def find_failed_traces(self, files: Sequence[Path]) -> FailedTraces:
        """Return the traces of the failed requests of each service, server errors first."""
        server: dict[str, dict[str, None]] = defaultdict(dict)
        client: dict[str, dict[str, None]] = defaultdict(dict)
        omitted = 0
        for entry in read_entries(files):
            status = (entry.http and entry.http.status) or 0
            if status < _CLIENT_ERROR or not entry.trace:
                continue
            traces = (server if status >= SERVER_ERROR else client)[entry.service]
            if len(traces) < _MAX_TRACES and _TRACE.fullmatch(entry.trace):
                traces[entry.trace] = None
            elif entry.trace not in traces:
                omitted += 1
        return FailedTraces(
            {name: list(server[name] | client[name]) for name in sorted(server.keys() | client.keys())},
            omitted,
        )


def _unknown_change(
    service: str, diagnosis: Diagnosis, changes: Sequence[AppliedChange], *, is_searched: bool
) -> UnknownChange | None:
    names = {service, service_of_function(service)}
    failures = [
        parse_timestamp(incident.first_seen)
        for incident in diagnosis.incidents
        if incident.service in names and incident.is_open
    ]
    if failures and not is_searched:
        return UnknownChange(service=service, says=f"{service} failed")
    deployments = list(_deployments(names, changes))
    if failures:
        before = [change for change in deployments if change.at <= min(failures)]
        if not before:
            return UnknownChange(service=service, says=f"no deployment of {service} is known")
        deployments = [change for change in deployments if change.at >= before[-1].at]
    unknown = next(
        (found for found in deployments if not (found.change.config_known or found.change.is_creation)), None
    )
    if unknown is None:
        return None
    at = format_utc_and_local(parse_timestamp(f"{format_timestamp(unknown.at)[:19]}Z"))
    return UnknownChange(
        service=service,
        says=f"the configuration of {service} before its deployment at {at} is unknown",
        deployed=unknown.previous_since,
    )


def _deployments(names: set[str], changes: Sequence[AppliedChange]) -> Iterator[AppliedChange]:
    """Yield the deployments of a service."""
    for change in changes:
        if change.kind in ("service", "job", "worker pool") and change.change.service in names:
            yield change
