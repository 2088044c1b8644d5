"""The deployment gate: passes or fails a revision, criterion by criterion."""

from typing import Any, Literal

import msgspec

from triage.models.change import ConfigurationDifference
from triage.models.coverage import Coverage
from triage.models.diagnosis import Evidence, ServiceVerdict
from triage.text import pluralize

GateStatus = Literal["passed", "failed", "inconclusive"]
CriterionOutcome = Literal["met", "failed", "not_measured"]


class Criterion(msgspec.Struct, frozen=True, kw_only=True):
    """One criterion with its measurement.

    Attributes:
        id: id of the criterion.
        need: whether it is required.
        says: condition, as a sentence.
        outcome: whether it is met.
        measured: measurement, as a sentence.
        value: measured number, null for none.
        at_least: lower bound of ``value``, null for none.
        at_most: upper bound of ``value``, null for none.
        evidence: ids of evidence of the document.

    """

    id: str
    need: Literal["required", "optional"]
    says: str
    outcome: CriterionOutcome
    measured: str
    value: float | None = None
    at_least: float | None = None
    at_most: float | None = None
    evidence: list[str] = []


class RollbackStep(msgspec.Struct, frozen=True):
    """One step of a rollback.

    Attributes:
        says: what to do.
        commands: commands that do it.

    """

    says: str
    commands: list[str]


class Rollback(msgspec.Struct, frozen=True, kw_only=True):
    """How to send traffic back to the last good revision.

    Attributes:
        last_good: revision to return to.
        steps: steps in order.
        missing: placeholders in capitals for names that the logs do not show.

    """

    last_good: str
    steps: list[RollbackStep]
    missing: list[str]


class Baseline(msgspec.Struct, frozen=True, kw_only=True):
    """What new errors are compared with.

    Attributes:
        name: name as given.
        kind: whether it is a revision or an export.
        revision: the revision, "" for none.

    """

    name: str
    kind: Literal["revision", "export"]
    revision: str


class Gate(msgspec.Struct, frozen=True, kw_only=True):
    """The document of ``triage gate``.

    Attributes:
        schema: name and version of the document.
        status: whether the revision passes.
        why: reason, as a sentence.
        incident: title of the first incident of the revision that is open or, at a gate that did not pass,
            of its first incident; "" for none.
        open_incidents: number of incidents of the revision, P0 or P1, that are not over.
        service: the service.
        revision: the revision.
        project: project.
        location: region.
        environment: environment that its runs report.
        verdict: verdict of the diagnosis.
        baseline: what new errors are compared with, null for none.
        criteria: the criteria.
        evidence: cited entries.
        rollback: how to roll back, null where nothing is to roll back.
        configuration: what the revision changed since its baseline, or since the last good revision.
        limits: what the logs cannot show.
        coverage: entries that the answer is based on.

    """

    schema: Literal["triage.gate/1"] = "triage.gate/1"
    status: GateStatus
    why: str
    incident: str = ""
    open_incidents: int = 0
    service: str
    revision: str
    project: str = ""
    location: str = ""
    environment: str | None = None
    verdict: ServiceVerdict
    baseline: Baseline | None = None
    criteria: list[Criterion]
    evidence: list[Evidence] = []
    rollback: Rollback | None = None
    configuration: list[ConfigurationDifference] = []
    limits: list[str] = []
    coverage: Coverage

    @property
    def summary(self) -> str:
        """Return the reason with the incident, in one line."""
        if not self.incident:
            return self.why
        label = pluralize(self.open_incidents, "open incident") if self.open_incidents else "incident"
        return f"{self.why}; {label}: {self.incident}"

    def to_dict(self) -> dict[str, Any]:
        """Return the document as plain data, secrets masked."""
        from triage.redact import redact_document

        document: dict[str, Any] = redact_document(msgspec.to_builtins(self))
        return document
