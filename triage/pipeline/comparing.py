"""Two analyses to what changed between them."""

from collections.abc import Callable, Sequence
from fnmatch import fnmatchcase

import msgspec

from triage.checks.compare import Side
from triage.checks.compare import compare as held_against
from triage.models import Comparison, ServiceState
from triage.pipeline.analysing import Analysis
from triage.window import Window, format_timestamp


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
        runs=timeline.runs,
        requests=timeline.requests,
        errors=analysis.errors,
        presences=analysis.presences,
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
