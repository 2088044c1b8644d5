"""Compare two analyses."""

from collections.abc import Callable, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from triage.changes import Configuration
from triage.errors import UsageError
from triage.models import Comparison, FetchPlan, FetchResult, LoadTest, Pack, Progress, ServiceState
from triage.pipeline.analysis_runner import analyze
from triage.pipeline.analyzer import Analysis
from triage.pipeline.configuration_differences import between_analyses, between_revisions
from triage.pipeline.fetch_run import fetch
from triage.pipeline.selection import ALL, Selection
from triage.release.comparison import Side
from triage.release.comparison import compare as compare_sides
from triage.window import Window, format_timestamp

if TYPE_CHECKING:
    from triage.fetching.writer import FetchedRange

#: The most revisions that a hint lists.
_MAX_LISTED = 20


class ComparedAnalyses(msgspec.Struct, frozen=True):
    """A comparison with its two analyses.

    comparison: what changed.
    before: the earlier analysis.
    after: the later analysis.
    """

    comparison: Comparison
    before: Analysis
    after: Analysis


def compare(
    before: Analysis,
    after: Analysis,
    *,
    names: tuple[str, str] = ("BEFORE", "AFTER"),
    windows: tuple[Window | None, Window | None] = (None, None),
    history: Sequence[ServiceState] | None = None,
) -> Comparison:
    """Return what is better, worse, new or gone in ``after``.

    names: the names of the sides.
    windows: the windows that were fetched completely; None means from the first to the last entry of a side.
    history: the services with the revisions to search for the last good one; None means those of both sides.
    """
    sides = (
        _build_side(of, name, window)
        for of, name, window in zip((before, after), names, windows, strict=True)
    )
    compared = compare_sides(*sides, history=history)
    return msgspec.structs.replace(compared, configuration=between_analyses(before, after))


def restrict_to_revision(analysis: Analysis, revision: str) -> Analysis:
    """Return an analysis restricted to revisions that match a name or glob pattern.

    Its coverage spans the first to the last relevant entry of these revisions. Its counts stay those of the
    whole.
    """

    def matches(name: str) -> bool:
        return fnmatchcase(name, revision)

    timeline, diagnosis = analysis.timeline, analysis.diagnosis
    states = [state for of in diagnosis.services if (state := _restrict_state(of, matches))]
    leading = min(states, key=lambda state: not state.primary, default=None)
    activities = [activity for activity in analysis.activities if matches(activity.revision)]
    incidents = [found for found in diagnosis.incidents if any(map(matches, found.scope.revisions))]
    coverage = msgspec.structs.replace(
        timeline.coverage,
        first=min((activity.first for activity in activities), default=None),
        last=max((activity.last for activity in activities), default=None),
    )
    return Analysis(
        timeline=msgspec.structs.replace(
            timeline,
            coverage=coverage,
            runs=[run for run in timeline.runs if matches(run.revision)],
            requests=[counts for counts in timeline.requests if matches(counts.revision)],
        ),
        diagnosis=msgspec.structs.replace(
            diagnosis,
            coverage=coverage,
            verdict=leading.verdict if leading else "no_data",
            recovered=leading.recovered if leading else False,
            open_incidents=sum(found.is_open for found in incidents),
            services=states,
            incidents=incidents,
        ),
        errors=[error for error in analysis.errors if matches(error.revision)],
        activities=activities,
        samples=[activity for activity in analysis.samples if matches(activity.line.revision)],
        impact=analysis.impact,
        playbooks=analysis.playbooks,
        traffic=[found for found in analysis.traffic if matches(found.revision)],
    )


def compare_exports(
    exports: tuple[str, ...],
    *,
    packs: Sequence[Pack],
    selection: Selection = ALL,
    configurations: Sequence[Configuration] = (),
    notify: Callable[[str], None] | None = None,
) -> ComparedAnalyses:
    """Return what changed between two exports: a file, folder, glob or table each.

    A file that ``triage fetch`` wrote covers the whole window of the fetch.

    Raises:
        BadDataError: an export holds no LogEntry.
        IOFailureError: an export cannot be read.
        UsageError: the filter of the selection is invalid.

    """
    from triage.fetching.writer import fetched_range

    before, after = exports
    ranges = [fetched_range(Path(export)) for export in exports]
    first, second = (
        analyze(
            type(exports)([export]),
            packs=packs,
            selection=_within_fetched(selection, fetched),
            configurations=configurations,
            notify=notify,
        )
        for export, fetched in zip(exports, ranges, strict=True)
    )
    earlier, later = (fetched.window if fetched else None for fetched in ranges)
    return ComparedAnalyses(
        compare(first, second, names=(before, after), windows=(earlier, later)), first, second
    )


def _within_fetched(selection: Selection, fetched: "FetchedRange | None") -> Selection:
    """Return the selection of a fetched file: of entries before its window only the changes count."""
    if fetched is None or fetched.changes_since is None or selection.since is not None:
        return selection
    return msgspec.structs.replace(selection, since=fetched.window.start, changes_since=fetched.changes_since)


def compare_revisions(
    exports: tuple[str, ...],
    revision: str,
    other: str,
    *,
    packs: Sequence[Pack],
    selection: Selection = ALL,
    configurations: Sequence[Configuration] = (),
    notify: Callable[[str], None] | None = None,
) -> ComparedAnalyses:
    """Return what changed between two revisions of some exports.

    revision, other: names or glob patterns; "" if the user gave none.

    Raises:
        BadDataError: an export holds no LogEntry.
        IOFailureError: an export cannot be read.
        UsageError: a revision is not in the exports, or both match the same one; the hint lists the
            revisions.

    """
    whole = analyze(exports, packs=packs, selection=selection, configurations=configurations, notify=notify)
    known = {name for state in whole.diagnosis.services for name in state.revisions}
    first, second = ({name for name in known if fnmatchcase(name, pattern)} for pattern in (revision, other))
    for pattern, found, option in ((revision, first, "--revision"), (other, second, "--with")):
        if not found:
            problem = (
                f"{option}: no revision is called {pattern!r}"
                if pattern
                else f"one EXPORT is compared by its revisions: {option} NAME is missing"
            )
            raise UsageError(problem, _list_revisions(whole))
    if both := first & second:
        raise UsageError(f"--revision and --with both name {min(both)}", _list_revisions(whole))
    before, after = restrict_to_revision(whole, revision), restrict_to_revision(whole, other)
    history = whole.diagnosis.services
    compared = compare(before, after, names=(revision, other), history=history)
    compared = msgspec.structs.replace(compared, configuration=between_revisions(whole, revision, other))
    return ComparedAnalyses(compared, before, after)


def compare_windows(
    before: FetchPlan,
    after: FetchPlan,
    packs: Sequence[Pack],
    *,
    notify: Callable[[str], None],
    show_progress: Callable[[Progress], None],
) -> tuple[list[FetchResult], ComparedAnalyses]:
    """Fetch two windows of a service; return the files and what changed.

    Raises:
        TriageError: as ``fetch``; fetched files are kept.

    """
    first, earlier = fetch(before, packs, notify=notify, show_progress=show_progress)
    second, later = fetch(after, packs, notify=notify, show_progress=show_progress)
    windows = first[0].window, second[0].window
    names = str(windows[0]), str(windows[1])
    compared = compare(earlier, later, names=names, windows=windows)
    return [*first, *second], ComparedAnalyses(compared, earlier, later)


def verification_report(compared: ComparedAnalyses, load: LoadTest | None = None) -> str:
    """Return the report of a comparison as Markdown.

    It measures the remediation plan of the incident in BEFORE on AFTER, and on a load test of its service.
    """
    from triage.rendering.markdown_report import render_verification as render

    after = compared.after
    incident = next(iter(compared.before.diagnosis.incidents), None)
    service = incident.service if incident else ""
    revision = next((state.revision for state in after.diagnosis.services if state.service == service), "")
    measured = msgspec.structs.replace(
        after.timeline,
        runs=[run for run in after.timeline.runs if (run.service, run.revision) == (service, revision)],
        requests=[
            counts
            for counts in after.timeline.requests
            if (counts.service, counts.revision) == (service, revision)
        ],
    )
    return render(compared.comparison, incident, measured, revision, compared.before.playbooks, load=load)


def _list_revisions(analysis: Analysis) -> str:
    """Return the list of revisions as a hint, the newest of each service first."""
    matches = [
        f"{name} ({verdict.replace('_', ' ')})"
        for state in analysis.diagnosis.services
        for name, verdict in state.revisions.items()
        if name
    ]
    more = f" and {len(matches) - _MAX_LISTED} more" if len(matches) > _MAX_LISTED else ""
    return (
        f"in these logs are {', '.join(matches[:_MAX_LISTED])}{more}"
        if matches
        else "these logs name no revision"
    )


def _build_side(analysis: Analysis, name: str, window: Window | None) -> Side:
    timeline, diagnosis = analysis.timeline, analysis.diagnosis
    coverage = timeline.coverage
    first, last = (
        (format_timestamp(window.start), format_timestamp(window.end))
        if window
        else (coverage.first, coverage.last)
    )
    return Side(
        name=name,
        verdict=diagnosis.verdict,
        states=diagnosis.services,
        incidents=diagnosis.incidents,
        runs=timeline.runs,
        requests=timeline.requests,
        errors=analysis.errors,
        activities=analysis.activities,
        traffic=analysis.traffic,
        gaps=coverage.gaps,
        first=first,
        last=last,
    )


def _restrict_state(state: ServiceState, matches: Callable[[str], bool]) -> ServiceState | None:
    """Return the state of a service on some of its revisions, None without any.

    It is that of the newest conclusive revision.
    """
    revisions = {name: verdict for name, verdict in state.revisions.items() if matches(name)}
    if not revisions:
        return None
    newest = next(
        (name for name, verdict in revisions.items() if verdict != "inconclusive"), next(iter(revisions))
    )
    decides = newest == state.revision
    return msgspec.structs.replace(
        state,
        verdict=revisions[newest],
        revision=newest,
        why=state.why if decides else "",
        recovered=state.recovered and decides,
        revisions=revisions,
    )
