"""The order of incidents, and which of them are symptoms of another."""

from collections.abc import Collection, Iterable, Mapping

from triage.diagnosis.incident_builder import NEARBY, IncidentBuilder
from triage.diagnosis.matching import TIERS
from triage.models import Incident, ServiceState
from triage.window import NANOSECONDS, parse_timestamp

_SEVERITY = ("P0", "P1", "P2")
#: An incident is minor if another one of its service failed so many times as many requests.
_MINOR = 10
#: An incident may cause another one that began at most so long before it, or after it, in nanoseconds.
_WITH, _AFTER = 60 * NANOSECONDS, 600 * NANOSECONDS
_CONFIDENCE = ("high", "medium", "low")


def attach_symptoms(builders: list[IncidentBuilder]) -> list[IncidentBuilder]:
    """Return the root incidents, with the incidents that they explain attached as symptoms.

    An incident explains another at the same service and revision when its cause supersedes the other's. It
    also explains every symptom there, unless it is a symptom itself or a cause that supersedes the symptom is
    present. What only a probe saw explains only what its cause supersedes.
    """
    parents: dict[str, IncidentBuilder] = {}
    for builder in builders:
        others = [other for other in builders if _root(other, parents) is not builder]
        parent = next((other for other in others if _supersedes(other, builder)), None) or next(
            (other for other in others if _implies(other, builder)), None
        )
        if parent is not None:
            parents[builder.id] = parent
    roots = [builder for builder in builders if builder.id not in parents]
    for builder in builders:
        if builder.id in parents:
            _root(builder, parents).symptoms.append(builder)
    return roots


def _root(builder: IncidentBuilder, parents: Mapping[str, IncidentBuilder]) -> IncidentBuilder:
    """Return the incident at the end of the chain of parents."""
    while builder.id in parents:
        builder = parents[builder.id]
    return builder


def _overlap(parent: IncidentBuilder, builder: IncidentBuilder) -> bool:
    """Return whether two incidents share a revision, or a time where the revision is unknown."""
    if parent.service != builder.service:
        return False
    if parent.revision_unknown or builder.revision_unknown:
        return parent.began <= builder.ended + NEARBY and builder.began <= parent.ended + NEARBY
    return bool(parent.revisions.shares(builder.revisions))


def _supersedes(parent: IncidentBuilder, builder: IncidentBuilder) -> bool:
    return (
        _overlap(parent, builder)
        and builder.pack_cause.cause.id in parent.pack_cause.cause.supersedes
        and parent.pack_cause.cause.id not in builder.pack_cause.cause.supersedes
    )


def _implies(parent: IncidentBuilder, builder: IncidentBuilder) -> bool:
    return (
        _overlap(parent, builder)
        and not parent.is_probe_only
        and builder.pack_cause.cause.tier == "symptom"
        and parent.pack_cause.cause.tier not in ("symptom", "runtime")
    )


def rank(
    incidents: list[Incident], states: Mapping[str, ServiceState], behind: Collection[str] = ()
) -> list[Incident]:
    """Return the incidents, the one to act on first.

    The order is: primary services, many failed requests before few at the same time, open before recovered,
    the deciding revision, others before those ``behind``, deeper tiers, higher severity, higher confidence,
    several times as many failed requests, later.

    behind: ids of incidents that changed nothing, or may follow from others.
    """
    minor = {incident.id for incident in incidents if _is_minor(incident, incidents)}

    def key(incident: Incident) -> tuple[bool, bool, bool, bool, bool, bool, int, int, int, int, str]:
        state = states.get(incident.service) or ServiceState(service=incident.service, verdict="inconclusive")
        return (
            not state.primary,
            incident.id in minor,
            incident.recovered,
            bool(incident.scope.revisions) and state.revision not in incident.scope.revisions,
            incident.severity == "P2",
            incident.id in behind,
            TIERS.index(incident.tier),
            _SEVERITY.index(incident.severity),
            _CONFIDENCE.index(incident.confidence),
            -(_failed_requests(incident).bit_length() // 3),
            "".join(chr(0x10FFFF - ord(character)) for character in incident.last_seen),
        )

    return sorted(incidents, key=key)


def _is_minor(incident: Incident, others: Iterable[Incident]) -> bool:
    """Return whether another incident, of the same service and time, failed many times as many requests."""
    failed = _failed_requests(incident)
    return failed > 0 and any(
        other.service == incident.service
        and other.tier != "symptom"
        and other.severity != "P2"
        and other.first_seen <= incident.last_seen
        and incident.first_seen <= other.last_seen
        and failed * _MINOR <= _failed_requests(other)
        and not _may_cause(incident, other)
        for other in others
    )


def _may_cause(incident: Incident, other: Incident) -> bool:
    """Return whether another incident began with one or soon after it: few failures may cause many."""
    began, followed = parse_timestamp(incident.first_seen), parse_timestamp(other.first_seen)
    return began - _WITH <= followed <= began + _AFTER


def _failed_requests(incident: Incident) -> int:
    """Return how many requests failed with what only failed requests show, 0 for another incident."""
    share = incident.share
    return share.failed if share is not None and share.of == "requests" else 0
