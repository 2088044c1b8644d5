"""Which incident comes first, and which is only a symptom of another."""

from collections.abc import Mapping

from triage.diagnosis.case import AROUND, Case
from triage.diagnosis.scene import TIERS
from triage.models import Incident, ServiceState

_SEVERITY = ("P0", "P1", "P2")
_CONFIDENCE = ("high", "medium", "low")
#: Leads that are told one by one; there may be hundreds of shapes.
_LEADS = 25


def attach(cases: list[Case]) -> list[Case]:
    """Return the cases that stand for themselves; what another case explains is attached to it as a symptom.

    A case explains another at the same service and revision when its cause outranks the other's, and every symptom
    there when it is none itself and no cause that names the symptom stands beside it. What a client saw explains only
    what it names.
    """
    under: dict[str, Case] = {}
    for case in cases:
        others = [other for other in cases if _root(other, under) is not case]
        deeper = next((other for other in others if _outranks(other, case)), None) or next(
            (other for other in others if _implies(other, case)), None
        )
        if deeper is not None:
            under[case.id] = deeper
    standing = [case for case in cases if case.id not in under]
    for case in cases:
        if case.id in under:
            _root(case, under).symptoms.append(case)
    return standing


def _root(case: Case, under: Mapping[str, Case]) -> Case:
    """Return the case at the end of the chain: a symptom of a symptom is one of what explains both."""
    while case.id in under:
        case = under[case.id]
    return case


def _together(deeper: Case, case: Case) -> bool:
    """Return whether two cases are of one revision; what a client saw may be of any at that time, if no line tells which."""
    if deeper.service != case.service:
        return False
    if deeper.may_be_anywhere or case.may_be_anywhere:
        return deeper.began <= case.ended + AROUND and case.began <= deeper.ended + AROUND
    return bool(deeper.revisions.shares(case.revisions))


def _outranks(deeper: Case, case: Case) -> bool:
    return (
        _together(deeper, case)
        and case.known.cause.id in deeper.known.cause.outranks
        and deeper.known.cause.id not in case.known.cause.outranks
    )


def _implies(deeper: Case, case: Case) -> bool:
    return (
        _together(deeper, case)
        and not deeper.is_seen_from_outside
        and case.known.cause.tier == "symptom"
        and deeper.known.cause.tier not in ("symptom", "runtime")
    )


def rank(incidents: list[Incident], states: Mapping[str, ServiceState]) -> list[Incident]:
    """Return the incidents, the one to act on first.

    The primary service before others, what still holds before what recovered, the revision that decides before
    older ones, then the deeper tier, the graver, the surer and the later.
    """

    def key(incident: Incident) -> tuple[bool, bool, bool, bool, int, int, int, str]:
        state = states.get(incident.service) or ServiceState(service=incident.service, verdict="inconclusive")
        return (
            incident.cause == "unknown-error",
            not state.primary,
            incident.recovered,
            bool(incident.scope.revisions) and state.revision not in incident.scope.revisions,
            TIERS.index(incident.tier),
            _SEVERITY.index(incident.severity),
            _CONFIDENCE.index(incident.confidence),
            "".join(chr(0x10FFFF - ord(character)) for character in incident.last_seen),
        )

    ordered = sorted(incidents, key=key)
    known = [incident for incident in ordered if incident.cause != "unknown-error"]
    leads = sorted(
        (incident for incident in ordered if incident.cause == "unknown-error"),
        key=lambda lead: (key(lead)[1:4], -lead.count, lead.first_seen),
    )
    return known + leads[:_LEADS]
