"""What other parts of a diagnosis change in a verdict or an incident."""

from collections.abc import Collection, Sequence

import msgspec

from triage.models import Coverage, Incident, ServiceState


def with_open_incidents(state: ServiceState, incidents: Sequence[Incident]) -> ServiceState:
    """Return the state with the number of open incidents; with one, the service has not recovered."""
    count = sum(incident.service == state.service and incident.is_open for incident in incidents)
    return msgspec.structs.replace(state, open_incidents=count, recovered=state.recovered and not count)


def limit_confidence(incident: Incident, filtered: Collection[str]) -> Incident:
    """Return the incident at medium confidence at most where a filter hides a later success."""
    if incident.service in filtered and incident.confidence == "high" and incident.tier != "runtime":
        return msgspec.structs.replace(incident, confidence="medium")
    return incident


def explain_lost_payloads(state: ServiceState, coverage: Coverage) -> ServiceState:
    """Return an inconclusive state with its reason where the exporter dropped payloads."""
    if state.verdict != "inconclusive" or not any(gap.kind == "payload_lost" for gap in coverage.gaps):
        return state
    return msgspec.structs.replace(
        state, why="the exporter lost the payloads of these logs, so they cannot tell"
    )
