"""Runs and the timeline document."""

from typing import Any, Literal

import msgspec

from triage.models.coverage import Coverage
from triage.models.event import RunKind
from triage.models.immutable import Immutable
from triage.models.request_counts import RequestCounts

Verdict = Literal["ready", "degraded", "not_ready", "unknown"]
Outcome = Literal["passed", "failed", "warned", "tolerated", "not_reached", "seen"]


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One step of a run.

    Attributes:
        step: name of the step.
        outcome: outcome of the step.
        check: check that it is about, null for none.
        phase: number of the phase, null for none.
        at: time, RFC 3339; null where the step was not reached.
        elapsed: seconds, null where no line gives them.
        attempts: number of attempts, null where no line gives it.
        reason: reason that the lines give.
        rule: rule that matched the line.
        evidence: insertIds of its lines.

    """

    step: str
    outcome: Outcome
    check: str | None = None
    phase: int | None = None
    at: str | None = None
    elapsed: float | None = None
    attempts: int | None = None
    reason: str | None = None
    rule: str | None = None
    evidence: list[str] = []


class Run(Immutable, msgspec.Struct, frozen=True, kw_only=True):
    """One validation, gated request, boot or probe, as in docs/documents.md.

    Attributes:
        id: stable id of the run.
        kind: kind of the run.
        service: the service.
        revision: the revision.
        instance: the instance.
        started: time of the first line, RFC 3339.
        ended: time of the last line, RFC 3339.
        elapsed: seconds between them.
        complete: false where its start or its end is outside the logs.
        verdict: verdict of the run.
        environment: environment that it reports.
        failed_checks: failed critical checks, in order.
        noncritical_failed: failed non-critical checks.
        tolerated: checks that passed with a documented exception.
        first_failed: first failed critical check.
        condition: condition that its lines report.
        overlaps: whether another run was open on the instance at the same time.
        repeats: id of the run whose cached verdict it repeats.
        steps: steps in order.

    """

    id: str
    kind: RunKind
    service: str
    revision: str
    instance: str
    started: str
    ended: str
    elapsed: float
    complete: bool
    verdict: Verdict
    environment: str | None = None
    failed_checks: list[str] = []
    noncritical_failed: list[str] = []
    tolerated: list[str] = []
    first_failed: str | None = None
    condition: str | None = None
    overlaps: bool = False
    repeats: str | None = None
    steps: list[Step] = []

    @property
    def decides(self) -> bool:
        """Return whether the run decides if its service is ready.

        A request refused by the header check alone, a cached answer, a successful boot and a run without a
        verdict do not.
        """
        if self.verdict == "unknown" or self.repeats or self.condition == "gate_rejected":
            return False
        return self.kind != "boot" or self.verdict == "not_ready"


class Timeline(msgspec.Struct, frozen=True, kw_only=True):
    """The document of ``triage timeline``.

    Attributes:
        schema: name and version of the document.
        coverage: entries that it is based on.
        runs: runs in order of time.
        requests: requests to WebSocket paths and health checks, counted.

    """

    schema: Literal["triage.timeline/1"] = "triage.timeline/1"
    coverage: Coverage
    runs: list[Run]
    requests: list[RequestCounts] = []

    def to_dict(self) -> dict[str, Any]:
        """Return the document as plain data, secrets masked."""
        from triage.redact import redact_document

        document: dict[str, Any] = redact_document(msgspec.to_builtins(self))
        return document
