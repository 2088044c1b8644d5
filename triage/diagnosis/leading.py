"""Which service gives the verdict of a document."""

from collections.abc import Mapping, Sequence

from triage.diagnosis.service_tracker import ServiceTracker
from triage.models import ServiceState, ServiceVerdict

#: The worst first: the verdict of a document is the worst of its primary services.
WORST_FIRST: tuple[ServiceVerdict, ...] = ("not_ready", "inconclusive", "degraded", "ready")


def leading_state(states: Sequence[ServiceState], services: Mapping[str, ServiceTracker]) -> ServiceState:
    """Return the state that gives the verdict: the worst.

    A service of which nothing is known hides neither that another fails nor, where there are only audit
    entries of it, that another is ready.
    """
    fails = any(state.verdict == "degraded" for state in states)

    def says_nothing(state: ServiceState) -> bool:
        service = services.get(state.service)
        is_unknown = state.verdict == "inconclusive" and not state.chain
        return is_unknown and (fails or (service is not None and service.is_only_audited))

    known = [state for state in states if not says_nothing(state)] or states
    return min(known, key=lambda state: WORST_FIRST.index(state.verdict))
