"""Alert policies for the causes of rule packs."""

from collections.abc import Iterator, Sequence

import msgspec

from triage.alerts import (
    ELSEWHERE,
    MOST_CONTENT_BYTES,
    CauseFilter,
    InexpressibleCause,
    build_alert,
    sample_entries,
)
from triage.entries import decode
from triage.fetching.workloads import workload_clause
from triage.lql import FilterError, matcher
from triage.models import (
    Alert,
    AlertSet,
    Entry,
    Pack,
    Record,
    RefusedCause,
    Source,
    WorkloadKind,
)
from triage.pipeline.cause_catalog import find_cause, list_causes
from triage.pipeline.compiled_packs import CompiledPacks, compile_packs
from triage.pipeline.expressible_causes import WorkloadCauses
from triage.rendering.alert_policies import alert_settings, render_documentation
from triage.rendering.formats import find_renderer
from triage.rules import general_title, load_packs, own_playbooks


def build_alerts(
    names: Sequence[str], packs: Sequence[Pack], causes: Sequence[str] = (), *, kind: WorkloadKind = "service"
) -> AlertSet:
    """Return the alert policies of workloads for causes, and the causes that no filter can express.

    names: names of the workloads.
    causes: ids of the causes; without any, all causes of the packs that apply.

    Raises:
        UsageError: no cause has such an id, or a name is invalid.

    """
    groups = list_causes(packs)
    for cause in causes:
        find_cause(cause, groups)
    alerts: list[Alert] = []
    refused: dict[str, RefusedCause] = {}
    for name in names:
        maker = _AlertMaker(name, kind, packs)
        for cause in dict.fromkeys(causes or maker.causes.ids):
            try:
                alerts.append(maker.make(cause))
            except InexpressibleCause as error:
                refused[cause] = RefusedCause(cause, str(error))
    return AlertSet(alerts, list(refused.values()))


def render_alerts(alerts: Sequence[Alert], name: str) -> str:
    """Return alerts in a format."""
    text: str = find_renderer("alerts", name)(alerts)
    return text


class _AlertMaker:
    """Makes the alert policies of one workload."""

    def __init__(self, name: str, kind: WorkloadKind, packs: Sequence[Pack]) -> None:
        self._name, self._kind = name, kind
        self.causes = WorkloadCauses(name, kind, packs)
        self._clause = workload_clause(name, kind)
        self._playbooks = own_playbooks(packs)
        self._shipped = load_packs()

    def make(self, cause_id: str) -> Alert:
        """Return the alert of a cause.

        Raises:
            InexpressibleCause: no filter can express it.

        """
        found = self.causes.build_filter(cause_id)
        text = f"{self._clause}\n{found.text}"
        if all(found.pack is not shipped for shipped in self._shipped):
            self._prove(found, text)
        settings = alert_settings()
        documentation = render_documentation(
            found.cause,
            general_title(found.cause),
            self._name,
            self._kind,
            rate=settings.rate if found.counts_requests else None,
            most_bytes=MOST_CONTENT_BYTES,
            playbooks=self._playbooks,
        )
        return build_alert(
            found, self._name, self._kind, text=text, settings=settings, documentation=documentation
        )

    def _prove(self, found: CauseFilter, text: str) -> None:
        """Check the filter of a user's cause as tests check those of the shipped ones.

        Raises:
            InexpressibleCause: it differs from the rules.

        """
        differences = filter_differences(found, text, self._name, self._kind, self.causes.packs)
        try:
            wrong = next(differences, "")
        except FilterError:
            return  # only google-re2 runs it, which is not installed
        if wrong:
            what = f"a filter decides otherwise than its rules on a sample {wrong}"
            raise InexpressibleCause(f"{what}: {ELSEWHERE}")


def filter_differences(
    found: CauseFilter, text: str, name: str, kind: WorkloadKind, packs: Sequence[Pack]
) -> Iterator[str]:
    """Yield each sample of the rules of a cause for which a filter says something else than the rules.

    Raises:
        FilterError: the filter cannot be evaluated here.

    """
    matches = matcher(text)
    compiled = compile_packs(packs)
    wanted = {id(rule) for rule in found.rules}
    for rule in found.rules:
        for line in (*rule.hits, *rule.misses):
            for entry in sample_entries(rule, line, name, kind, found.keys):
                shows = _shows(entry, found, wanted, compiled)
                if matches(entry) is not shows:
                    yield f"of the rule {rule.id}: {line!r}"


def _shows(entry: dict[str, object], found: CauseFilter, wanted: set[int], compiled: CompiledPacks) -> bool:
    """Return whether a diagnosis would use one of the rules of a cause for an entry."""
    decoded = decode(Record(msgspec.json.encode(entry), Source("sample", 1)))
    used = compiled.failures if found.cause.scope == "failure" else compiled.matcher
    event = used.match(decoded) if isinstance(decoded, Entry) else None
    if event is None:
        return False
    pack = next(pack for pack in compiled.packs if pack.id == event.pack)
    return any(id(rule) in wanted for rule in pack.rules if rule.id == event.rule)
