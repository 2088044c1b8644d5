"""Which causes a filter can express."""

from collections.abc import Sequence

from triage.alerts import CauseFilter, FilterBuilder, InexpressibleCause
from triage.models import Cause, Diagnosis, Pack, Rule, WorkloadKind, service_of_function
from triage.rules.matcher import Subject, applies_to, match_rule


class WorkloadCauses:
    """The causes that the packs of a workload have, and their filters.

    Attributes:
        packs: the packs that apply to the workload.

    """

    def __init__(self, name: str, kind: WorkloadKind, packs: Sequence[Pack]) -> None:
        """Index the causes; of several with one id, the first of the packs is used."""
        logged_as = service_of_function(name) if kind == "function" else name
        self.packs = [pack for pack in packs if applies_to(pack, logged_as)]
        self._others = [pack for pack in packs if pack not in self.packs]
        self._builder = FilterBuilder(self.packs, kind, _matches)
        self._by_id: dict[str, tuple[Cause, Pack]] = {}
        for pack in self.packs:
            for cause in pack.causes:
                self._by_id.setdefault(cause.id, (cause, pack))

    @property
    def ids(self) -> list[str]:
        """Return the ids of the causes."""
        return list(self._by_id)

    def is_expressible(self, cause: str) -> bool:
        """Return whether a filter can express a cause."""
        try:
            self._builder.check(*self._find(cause))
        except InexpressibleCause:
            return False
        return True

    def build_filter(self, cause: str) -> CauseFilter:
        """Return the filter of a cause, without the clause of the workload.

        Raises:
            InexpressibleCause: no filter can express it.

        """
        return self._builder.build(*self._find(cause))

    def _find(self, cause: str) -> tuple[Cause, Pack]:
        if cause in self._by_id:
            return self._by_id[cause]
        for pack in self._others:
            if any(known.id == cause for known in pack.causes):
                raise InexpressibleCause(f"its pack is for {', '.join(pack.services)}: give one of them")
        raise InexpressibleCause("no rule names its lines: triage rules new drafts a pack from logs")


def causes_with_alert(diagnosis: Diagnosis, packs: Sequence[Pack]) -> list[str]:
    """Return the causes of the incidents of a diagnosis that a filter can express."""
    kinds = {state.service: state.kind for state in diagnosis.services}
    services = {incident.service for incident in diagnosis.incidents if incident.service}
    known = {name: WorkloadCauses(name, kinds.get(name, "service"), packs) for name in services}
    return sorted({
        incident.cause
        for incident in diagnosis.incidents
        if incident.service and known[incident.service].is_expressible(incident.cause)
    })  # fmt: skip


def _matches(rule: Rule, line: str) -> bool:
    return match_rule(rule, Subject.of(line)) is not None
