"""When and how each incident began: what the changes before it are held against."""

from collections.abc import Iterable

from triage.diagnosis.incident_builder import IncidentBuilder
from triage.models import FailureGroup, Incident
from triage.models.change import Onset

#: Kinds of failure points in the words of reports/change-links.toml; a request is named by its status.
_KINDS = {
    "memory": "memory",
    "exit": "exit",
    "worker": "exit",
    "task": "exit",
    "execution": "exit",
    "signal": "signal",
    "terminated": "signal",
    "startup_probe": "startup",
    "liveness_probe": "liveness",
    "readiness_probe": "readiness",
    "deployment": "rollout",
}
_TIMEOUT, _TOO_MANY = 504, 429
#: Characters of the texts of an incident that are compared with changes.
_LONGEST = 20_000


def onset_of(incident: Incident, groups: Iterable[FailureGroup]) -> Onset:
    """Return how an incident began, from its failures: the first one of each revision."""
    groups = list(groups)
    first: dict[str, int] = {}
    kinds: set[str] = set()
    texts = [incident.title, *(line.message for line in incident.evidence)]
    for group in groups:
        for revision, at in group.revisions.items():
            first[revision] = min(at, first.get(revision, at))
        kinds |= _kinds_of(group)
        for sample in group.samples:
            quotes = [*([sample.statement] if sample.statement else []), *sample.tail]
            texts += [sample.entry.message, *(quote.text for quote in quotes)]
    return Onset(
        incident=incident.id,
        service=incident.service,
        first_failures=first,
        project=incident.scope.project,
        location=incident.scope.location,
        kinds=frozenset(kinds),
        cause=incident.cause,
        text="\n".join(dict.fromkeys(texts))[:_LONGEST],
    )


def onset_of_runs(incident: Incident, builder: IncidentBuilder) -> Onset:
    """Return how an incident of a chain or a pack began.

    Its first line, and the failures that it explains.
    """
    first: dict[str, int] = {}
    for found in builder.matches.values():
        entry = found.first.entry
        first[entry.revision] = min(entry.timestamp, first.get(entry.revision, entry.timestamp))
    onset = onset_of(incident, builder.failures)
    for revision, at in onset.first_failures.items():
        first[revision] = min(at, first.get(revision, at))
    return Onset(
        incident=onset.incident,
        service=onset.service,
        first_failures=first,
        project=onset.project,
        location=onset.location,
        kinds=onset.kinds,
        cause=onset.cause,
        text=onset.text,
    )


def is_refused(onset: Onset) -> bool:
    """Return whether an incident is of nothing but deployments that no revision came of."""
    return onset.kinds == {"rollout"} and not onset.first_failures.keys() - {""}


def _kinds_of(group: FailureGroup) -> set[str]:
    kinds = {_KINDS[kind] for kind in [*group.kinds, *group.consequences] if kind in _KINDS}
    statuses = {status for _, status in group.paths if status}
    kinds |= {str(status) for status in statuses}
    if _TIMEOUT in statuses:
        kinds.add("request timeout")
    if _TOO_MANY in statuses:
        kinds.add("no instance")
    return kinds
