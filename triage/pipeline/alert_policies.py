"""Alert policies for the causes of rule packs."""

from collections.abc import Iterator, Sequence

import msgspec

from triage.alerts import (
    MOST_CONTENT_BYTES,
    CauseFilter,
    FilterBuilder,
    InexpressibleCause,
    build_alert,
    sample_entries,
)
from triage.entries import decode
from triage.fetching.workloads import workload_clause
from triage.lql import FilterError, lint, matcher
from triage.models import (
    Alert,
    AlertSet,
    Cause,
    Diagnosis,
    Entry,
    Pack,
    Record,
    RefusedCause,
    Rule,
    Source,
    WorkloadKind,
    service_of_function,
)
from triage.pipeline.analysis_runner import load_packs
from triage.pipeline.cause_catalogue import find_cause, list_causes
from triage.pipeline.compiled_packs import CompiledPacks, compile_packs
from triage.rendering.alert_policies import alert_settings, render_documentation
from triage.rendering.formats import find_renderer
from triage.rules import general_title, own_playbooks
from triage.rules.matcher import Subject, applies_to, match_rule


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
        for cause in dict.fromkeys(causes or maker.causes):
            try:
                alerts.append(maker.make(cause))
            except InexpressibleCause as error:
                refused[cause] = RefusedCause(cause, str(error))
    return AlertSet(alerts, list(refused.values()))


def render_alerts(alerts: Sequence[Alert], name: str) -> str:
    """Return alerts in a format."""
    text: str = find_renderer("alerts", name)(alerts)
    return text


def causes_with_alert(diagnosis: Diagnosis, packs: Sequence[Pack]) -> list[str]:
    """Return the causes of the incidents of a diagnosis for which ``build_alerts`` makes a policy."""
    kinds = {state.service: state.kind for state in diagnosis.services}
    incidents = {(incident.service, incident.cause) for incident in diagnosis.incidents}
    makers = {service: _AlertMaker(service, kinds.get(service, "service"), packs) for service, _ in incidents}
    return sorted({cause for service, cause in incidents if service and makers[service].can_make(cause)})


class _AlertMaker:
    """Makes the alert policies of one workload."""

    def __init__(self, name: str, kind: WorkloadKind, packs: Sequence[Pack]) -> None:
        self._name, self._kind = name, kind
        logged_as = service_of_function(name) if kind == "function" else name
        self._packs = [pack for pack in packs if applies_to(pack, logged_as)]
        self._playbooks = own_playbooks(packs)
        self._builder = FilterBuilder(self._packs, kind, _matches)
        self._by_id: dict[str, tuple[Cause, Pack]] = {}
        for pack in self._packs:
            for cause in pack.causes:
                self._by_id.setdefault(cause.id, (cause, pack))

    @property
    def causes(self) -> list[str]:
        """Return the ids of the causes that the packs of the workload have."""
        return list(self._by_id)

    def can_make(self, cause: str) -> bool:
        """Return whether a filter can express a cause."""
        try:
            self._builder.check(*self._find(cause))
        except InexpressibleCause:
            return False
        return True

    def make(self, cause_id: str) -> Alert:
        """Return the alert of a cause.

        Raises:
            InexpressibleCause: no filter can express it.

        """
        cause, pack = self._find(cause_id)
        found = self._builder.build(cause, pack)
        text = f"{workload_clause(self._name, self._kind)}\n{found.text}"
        if all(pack is not shipped for shipped in load_packs()):
            self._prove(found, text)
        settings = alert_settings()
        documentation = render_documentation(
            cause,
            general_title(cause),
            self._name,
            self._kind,
            rate=settings.rate if found.counts_requests else None,
            most_bytes=MOST_CONTENT_BYTES,
            playbooks=self._playbooks,
        )
        return build_alert(
            found, self._name, self._kind, text=text, settings=settings, documentation=documentation
        )

    def _find(self, cause: str) -> tuple[Cause, Pack]:
        if cause not in self._by_id:
            raise InexpressibleCause(
                f"no pack of {self._name} names its lines: triage rules new drafts a pack from logs"
            )
        return self._by_id[cause]

    def _prove(self, found: CauseFilter, text: str) -> None:
        """Check the filter of a user's cause as tests check those of the shipped ones.

        Raises:
            InexpressibleCause: it differs from the rules.

        """
        findings = [finding.message for finding in lint(text, "alert")]
        try:
            wrong = [*findings, *filter_differences(found, text, self._name, self._kind, self._packs)]
        except FilterError:
            return  # only google-re2 runs it, which is not installed
        if wrong:
            raise InexpressibleCause(
                f"a filter matches other lines than its rules, {wrong[0]}: triage watch reports it"
            )


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
            for entry in sample_entries(rule, line, name, kind):
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


def _matches(rule: Rule, line: str) -> bool:
    return match_rule(rule, Subject.of(line)) is not None
