"""Which incident comes first, and which is only a symptom of another."""

from collections.abc import Mapping

from triage.diagnosis.case import Case
from triage.diagnosis.scene import TIERS
from triage.models import Incident, ServiceState

_CONFIDENCE = ("high", "medium", "low")
#: Leads that are told one by one; there may be hundreds of shapes.
_LEADS = 25


def attach(cases: list[Case]) -> list[Case]:
    """Return the cases that stand for themselves; what another case explains is attached to it as a symptom.

    A case explains another at the same service and revision when its cause outranks the other's, and every symptom
    there when it is none itself.
    """
    standing = []
    for case in cases:
        deeper = next((other for other in cases if _explains(other, case)), None)
        if deeper is None:
            standing.append(case)
        else:
            deeper.symptoms.append(case)
    return standing


def _explains(deeper: Case, case: Case) -> bool:
    if deeper is case or deeper.service != case.service or not set(deeper.revisions) & set(case.revisions):
        return False
    if case.known.cause.id in deeper.known.cause.outranks:
        return deeper.known.cause.id not in case.known.cause.outranks
    return case.known.cause.tier == "symptom" and deeper.known.cause.tier not in ("symptom", "runtime")


def rank(incidents: list[Incident], states: Mapping[str, ServiceState]) -> list[Incident]:
    """Return the incidents, the one to act on first.

    The primary service before others, what still holds before what recovered, the revision that decides before
    older ones, then the deeper tier, the surer and the later.
    """

    def key(incident: Incident) -> tuple[bool, bool, bool, bool, int, int, str]:
        state = states.get(incident.service) or ServiceState(service=incident.service, verdict="inconclusive")
        return (
            incident.cause == "unknown-error",
            not state.primary,
            incident.recovered,
            state.revision not in incident.scope.revisions,
            TIERS.index(incident.tier),
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
