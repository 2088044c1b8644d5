"""What is judged: one revision of a service, and all that the logs say of it."""

from collections.abc import Collection, Sequence

import msgspec

from triage.models import (
    Diagnosis,
    ErrorPattern,
    Evidence,
    EvidenceSample,
    Incident,
    RequestCounts,
    RevisionActivity,
    Run,
    SampleKind,
    ServiceState,
    ServiceVerdict,
    Timeline,
)
from triage.release.comparison import build_revision_history


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """A revision with its own runs, requests, errors and lines; nothing of another revision counts.

    ``verdict`` and ``why`` are the diagnosis's, ``incident`` is its first one of this revision.
    ``last`` is the time of the last entry of all, RFC 3339. ``project`` and ``location`` are "" where no entry names them.
    """

    service: str
    revision: str
    verdict: ServiceVerdict
    why: str
    environment: str | None = None
    project: str = ""
    location: str = ""
    last: str | None = None
    incident: Incident | None = None
    runs: list[Run] = []
    requests: list[RequestCounts] = []
    errors: list[ErrorPattern] = []
    samples: list[EvidenceSample] = []

    def lines(self, shows: SampleKind, runs: Collection[str] | None = None) -> list[Evidence]:
        """Return the lines that show something, of some runs only where they are named."""
        found = [seen for seen in self.samples if seen.shows == shows]
        return [seen.line for seen in found if runs is None or seen.run in runs]


def select_subject(
    timeline: Timeline,
    diagnosis: Diagnosis,
    errors: Sequence[ErrorPattern],
    activities: Sequence[RevisionActivity],
    samples: Sequence[EvidenceSample],
    *,
    service: str = "",
    revision: str = "",
    baseline: str = "",
) -> Subject:
    """Return what the logs say of a revision.

    Without a ``service`` it is the one that the diagnosis's verdict is of; without a ``revision`` the newest one that
    is in the logs, whether it decided something yet or not: an older one's verdict is not its own. Where that is the
    ``baseline``, the one to be judged is not there yet.
    """
    state = next((of for of in diagnosis.services if service in ("", of.service)), None)
    name = state.service if state else service
    judged = revision or next(iter(state.revisions if state else ()), "")
    if judged and judged == baseline and not revision:
        why = f"the logs hold no revision that is newer than the baseline {baseline}"
        return Subject(service=name, revision="", verdict="no_data", why=why)
    verdict, why = _revision_verdict(state, judged)
    place = next((seen for seen in activities if (seen.service, seen.revision) == (name, judged)), None)
    return Subject(
        service=name,
        revision=judged,
        verdict=verdict,
        why=why,
        environment=state.environment if state else None,
        project=place.project if place else "",
        location=place.location if place else "",
        last=timeline.coverage.last,
        incident=_first_incident(diagnosis, name, judged),
        runs=[run for run in timeline.runs if (run.service, run.revision) == (name, judged)],
        requests=[asked for asked in timeline.requests if (asked.service, asked.revision) == (name, judged)],
        errors=[error for error in errors if (error.service, error.revision) == (name, judged)],
        samples=[seen for seen in samples if (seen.line.service, seen.line.revision) == (name, judged)],
    )


def find_last_good(diagnosis: Diagnosis, service: str, revision: str) -> str:
    """Return the newest revision older than this one that the logs show ready, "" where they show none."""
    state = next((of for of in diagnosis.services if of.service == service), None)
    names = list(state.revisions) if state else []
    older = names[names.index(revision) + 1 :] if revision in names else names
    return (
        build_revision_history(service, {name: state.revisions[name] for name in older}).last_good or ""
        if state
        else ""
    )


def _revision_verdict(state: ServiceState | None, revision: str) -> tuple[ServiceVerdict, str]:
    """Return what the diagnosis says of a revision, and why."""
    if state is None:
        return "no_data", "the logs hold nothing of this service"
    if revision == state.revision:
        return state.verdict, state.why
    if revision not in state.revisions:
        seen = ", ".join(filter(None, state.revisions)) or "none that is named"
        return "no_data", f"the logs hold nothing of this revision, only of: {seen}"
    verdict = state.revisions[revision]
    undecided = f"nothing in these logs decides it (the service's verdict is that of {state.revision})"
    return verdict, undecided if verdict == "inconclusive" else ""


def _first_incident(diagnosis: Diagnosis, service: str, revision: str) -> Incident | None:
    """Return the first incident of a revision; those that the service got over come last in a diagnosis."""
    return next(
        (
            incident
            for incident in diagnosis.incidents
            if incident.service == service and revision in incident.scope.revisions
        ),
        None,
    )
