"""Two analyses to what changed between them."""

from collections.abc import Callable, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

import msgspec

from triage.checks.compare import Side
from triage.checks.compare import compare as held_against
from triage.errors import UsageError
from triage.models import Comparison, Fetched, FetchPlan, Pack, Progress, ServiceState
from triage.pipeline.analyser import Analysis
from triage.pipeline.analysing import analyse
from triage.pipeline.fetching import fetch
from triage.pipeline.selecting import ALL, Selection
from triage.window import Window, format_timestamp

#: So many revisions are named where one has to be chosen.
_NAMED = 20


class Compared(msgspec.Struct, frozen=True):
    """A comparison and what it was made of."""

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

    ``names`` are what the reader calls the sides. ``windows`` are the times that were asked for whole, as a fetch does;
    without one a side lasts from its first to its last entry. ``history`` are the services with all the revisions
    that are walked for the last good one; without it those of both sides.
    """
    sides = (
        _side(of, name, window) for of, name, window in zip((before, after), names, windows, strict=True)
    )
    return held_against(*sides, history=history)


def narrow(analysis: Analysis, revision: str) -> Analysis:
    """Return what an analysis says of the revisions that a name or a glob pattern names.

    Its coverage begins with their first entry that tells something and ends with their last; the counts stay those of
    the whole.
    """

    def named(name: str) -> bool:
        return fnmatchcase(name, revision)

    timeline, diagnosis = analysis.timeline, analysis.diagnosis
    states = [state for of in diagnosis.services if (state := _of_revisions(of, named))]
    leading = min(states, key=lambda state: not state.primary, default=None)
    presences = [seen for seen in analysis.presences if named(seen.revision)]
    coverage = msgspec.structs.replace(
        timeline.coverage,
        first=min((seen.first for seen in presences), default=None),
        last=max((seen.last for seen in presences), default=None),
    )
    return Analysis(
        timeline=msgspec.structs.replace(
            timeline,
            coverage=coverage,
            runs=[run for run in timeline.runs if named(run.revision)],
            requests=[asked for asked in timeline.requests if named(asked.revision)],
        ),
        diagnosis=msgspec.structs.replace(
            diagnosis,
            coverage=coverage,
            verdict=leading.verdict if leading else "no_data",
            recovered=leading.recovered if leading else False,
            services=states,
            incidents=[found for found in diagnosis.incidents if any(map(named, found.scope.revisions))],
        ),
        errors=[error for error in analysis.errors if named(error.revision)],
        presences=presences,
        witnesses=[seen for seen in analysis.witnesses if named(seen.line.revision)],
        impact=analysis.impact,
    )


def compare_exports(
    exports: tuple[str, ...],
    *,
    packs: Sequence[Pack],
    selection: Selection = ALL,
    tell: Callable[[str], None] | None = None,
) -> Compared:
    """Return what changed between the two exports: a file, a folder, a glob or a table each.

    A file that ``triage fetch`` wrote is taken for the whole window that it was fetched for.

    Raises:
        BadDataError: an export holds no LogEntry.
        IOFailureError: an export cannot be read.
        UsageError: the filter of the selection is no Logging filter.

    """
    from triage.fetching.write import fetched_window

    before, after = exports
    first, second = (
        analyse(type(exports)([export]), packs=packs, selection=selection, tell=tell) for export in exports
    )
    windows = fetched_window(Path(before)), fetched_window(Path(after))
    return Compared(compare(first, second, names=(before, after), windows=windows), first, second)


def compare_revisions(
    exports: tuple[str, ...],
    revision: str,
    other: str,
    *,
    packs: Sequence[Pack],
    selection: Selection = ALL,
    tell: Callable[[str], None] | None = None,
) -> Compared:
    """Return what changed from one revision of some exports to another; both are names or glob patterns, "" for none.

    Raises:
        BadDataError: the export holds no LogEntry.
        IOFailureError: the export cannot be read.
        UsageError: a revision is not in the export, or both name the same one; the message says which there are.

    """
    whole = analyse(exports, packs=packs, selection=selection, tell=tell)
    known = {name for state in whole.diagnosis.services for name in state.revisions}
    first, second = ({name for name in known if fnmatchcase(name, pattern)} for pattern in (revision, other))
    for pattern, found, option in ((revision, first, "--revision"), (other, second, "--with")):
        if not found:
            said = (
                f"{option}: no revision is called {pattern!r}"
                if pattern
                else f"one EXPORT is compared by its revisions: {option} NAME is missing"
            )
            raise UsageError(said, _revisions(whole))
    if both := first & second:
        raise UsageError(f"--revision and --with both name {min(both)}", _revisions(whole))
    before, after = narrow(whole, revision), narrow(whole, other)
    history = whole.diagnosis.services
    return Compared(compare(before, after, names=(revision, other), history=history), before, after)


def compare_windows(
    before: FetchPlan,
    after: FetchPlan,
    packs: Sequence[Pack],
    *,
    tell: Callable[[str], None],
    show: Callable[[Progress], None],
) -> tuple[list[Fetched], Compared]:
    """Fetch two windows of a service, and return the files and what changed from one to the other.

    Raises:
        TriageError: as ``fetch`` says; what was fetched is kept.

    """
    first, earlier = fetch(before, packs, tell=tell, show=show)
    second, later = fetch(after, packs, tell=tell, show=show)
    windows = first[0].window, second[0].window
    names = str(windows[0]), str(windows[1])
    compared = compare(earlier, later, names=names, windows=windows)
    return [*first, *second], Compared(compared, earlier, later)


def verification(compared: Compared) -> str:
    """Return the report of a comparison as Markdown: the answer, and the plan of BEFORE's incident measured on AFTER."""
    from triage.rendering.markdown import verification as render

    after = compared.after
    incident = next(iter(compared.before.diagnosis.incidents), None)
    service = incident.service if incident else ""
    revision = next((state.revision for state in after.diagnosis.services if state.service == service), "")
    measured = msgspec.structs.replace(
        after.timeline,
        runs=[run for run in after.timeline.runs if (run.service, run.revision) == (service, revision)],
        requests=[
            asked
            for asked in after.timeline.requests
            if (asked.service, asked.revision) == (service, revision)
        ],
    )
    return render(compared.comparison, incident, measured, revision)


def _revisions(analysis: Analysis) -> str:
    """Return which revisions there are, the newest of each service first."""
    named = [
        f"{name} ({verdict.replace('_', ' ')})"
        for state in analysis.diagnosis.services
        for name, verdict in state.revisions.items()
        if name
    ]
    more = f" and {len(named) - _NAMED} more" if len(named) > _NAMED else ""
    return f"in these logs are {', '.join(named[:_NAMED])}{more}" if named else "these logs name no revision"


def _side(analysis: Analysis, name: str, window: Window | None) -> Side:
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
        presences=analysis.presences,
        gaps=coverage.gaps,
        first=first,
        last=last,
    )


def _of_revisions(state: ServiceState, named: Callable[[str], bool]) -> ServiceState | None:
    """Return the state of a service on some of its revisions: that of the newest of them that decided something."""
    revisions = {name: verdict for name, verdict in state.revisions.items() if named(name)}
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
