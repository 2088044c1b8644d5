"""The subject of a gate: one revision and everything logged about it."""

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
    RevisionTraffic,
    Run,
    SampleKind,
    ServiceState,
    ServiceVerdict,
    Timeline,
)


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """A revision with its own runs, requests, errors and lines.

    Attributes:
        service: the service.
        revision: the revision.
        verdict: the verdict of the diagnosis.
        why: the reason of the verdict.
        environment: the environment, if the logs name it.
        project: the project; "" if no entry names it.
        location: the region; "" if no entry names it.
        last: time of the last entry of all (RFC 3339).
        incident: the first incident of this revision.
        runs: its runs.
        requests: its request counts.
        errors: its error patterns.
        samples: sample lines that show how it went.
        traffic: all its requests by status, None for none.
        chain: id of the pack with the readiness chain of the service, "" for none.
        open_incidents: number of incidents of this revision, P0 or P1, that are not over.

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
    traffic: RevisionTraffic | None = None
    chain: str = ""
    open_incidents: int = 0

    def lines(self, shows: SampleKind, runs: Collection[str] | None = None) -> list[Evidence]:
        """Return the sample lines of a kind, optionally of some runs only."""
        found = [seen for seen in self.samples if seen.shows == shows]
        return [seen.line for seen in found if runs is None or seen.run in runs]


def select_subject(
    timeline: Timeline,
    diagnosis: Diagnosis,
    errors: Sequence[ErrorPattern],
    activities: Sequence[RevisionActivity],
    samples: Sequence[EvidenceSample],
    *,
    traffic: Sequence[RevisionTraffic] = (),
    service: str = "",
    revision: str = "",
    baseline: str = "",
) -> Subject:
    """Return the subject of the gate.

    The default ``service`` is the one that the verdict is about. The default ``revision`` is the newest one
    in the logs, even without a verdict: it does not inherit that of an older one. If this is the
    ``baseline``, the revision to be evaluated has not logged yet.
    """
    state = next((of for of in diagnosis.services if service in ("", of.service)), None)
    name = state.service if state else service
    chosen = revision or next(iter(state.revisions if state else ()), "")
    if chosen and chosen == baseline and not revision:
        why = f"the logs hold no revision that is newer than the baseline {baseline}"
        return Subject(service=name, revision="", verdict="no_data", why=why)
    verdict, why = _revision_verdict(state, chosen)
    incidents = _incidents_of(diagnosis, name, chosen)
    activity = next((seen for seen in activities if (seen.service, seen.revision) == (name, chosen)), None)
    return Subject(
        service=name,
        revision=chosen,
        verdict=verdict,
        why=why,
        environment=state.environment if state else None,
        project=activity.project if activity else "",
        location=activity.location if activity else "",
        last=timeline.coverage.last,
        incident=next((incident for incident in incidents if incident.is_open), next(iter(incidents), None)),
        runs=[run for run in timeline.runs if (run.service, run.revision) == (name, chosen)],
        requests=[
            counts for counts in timeline.requests if (counts.service, counts.revision) == (name, chosen)
        ],
        errors=[error for error in errors if (error.service, error.revision) == (name, chosen)],
        samples=[seen for seen in samples if (seen.line.service, seen.line.revision) == (name, chosen)],
        traffic=next((seen for seen in traffic if (seen.service, seen.revision) == (name, chosen)), None),
        chain=state.chain if state else "",
        open_incidents=sum(incident.is_open for incident in incidents),
    )


def find_last_good(diagnosis: Diagnosis, service: str, revision: str) -> str:
    """Return the newest older revision that was ready; "" without one."""
    state = diagnosis.state_of(service)
    names = list(state.revisions) if state else []
    newer = names[: names.index(revision)] if revision in names else []
    return state.last_good([revision, *newer]) if state else ""


def _revision_verdict(state: ServiceState | None, revision: str) -> tuple[ServiceVerdict, str]:
    """Return the verdict of a revision and its reason."""
    if state is None:
        return "no_data", "the logs hold nothing of this service"
    if revision == state.revision:
        # Without a chain the service is degraded where an older revision serves and this one does not.
        return state.verdict if state.chain else state.revisions.get(revision, state.verdict), state.why
    if revision not in state.revisions:
        seen = ", ".join(filter(None, state.revisions)) or "none that is named"
        return "no_data", f"the logs hold nothing of this revision, only of: {seen}"
    verdict = state.revisions[revision]
    if verdict == "inconclusive":
        return (
            verdict,
            f"nothing in these logs decides it (the service's verdict is that of {state.revision})",
        )
    serves = verdict in ("ready", "degraded") and not state.chain
    return verdict, "serving (no readiness chain known)" if serves else ""


def _incidents_of(diagnosis: Diagnosis, service: str, revision: str) -> list[Incident]:
    """Return the incidents of a revision; recovered ones come last."""
    return [
        incident
        for incident in diagnosis.incidents
        if incident.service == service and revision in incident.scope.revisions
    ]
