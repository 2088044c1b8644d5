"""Whether a revision may stay: the judgement of a gate, criterion by criterion."""

from typing import Any, Literal

import msgspec

from triage.models.coverage import Coverage
from triage.models.diagnosis import Evidence, ServiceVerdict

GateStatus = Literal["passed", "failed", "inconclusive"]
CriterionOutcome = Literal["met", "failed", "not_measured"]


class Criterion(msgspec.Struct, frozen=True, kw_only=True):
    """One criterion: the condition in words, and what was measured of it.

    ``value`` is held against the one of ``at_least`` and ``at_most`` that is not null; it is null where nothing was
    measured, or where the condition is no number. ``evidence`` are ids of the document's evidence.
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
    """One thing to do, and the commands that do it."""

    says: str
    commands: list[str]


class Rollback(msgspec.Struct, frozen=True, kw_only=True):
    """How traffic goes back. ``missing`` are the words in capitals that stand for names which the logs do not show."""

    last_good: str
    steps: list[RollbackStep]
    missing: list[str]


class Baseline(msgspec.Struct, frozen=True, kw_only=True):
    """What new errors are told by: the name as it was given, and the revision that it stands for ("" for none)."""

    name: str
    kind: Literal["revision", "export"]
    revision: str


class Gate(msgspec.Struct, frozen=True, kw_only=True):
    """The document of ``triage gate``: whether a revision may stay, why, and how to go back where it may not."""

    schema: Literal["triage.gate/1"] = "triage.gate/1"
    status: GateStatus
    why: str
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
    limits: list[str] = []
    coverage: Coverage

    def to_dict(self) -> dict[str, Any]:
        """Return the document as plain data, secrets masked."""
        from triage.redact import redact_document

        document: dict[str, Any] = redact_document(msgspec.to_builtins(self))
        return document
