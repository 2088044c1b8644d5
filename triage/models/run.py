"""A run through the readiness chain, past a gate or from birth to ready: the timeline."""

from typing import Any, Literal

import msgspec

from triage.models.coverage import Coverage
from triage.models.event import RunKind
from triage.models.requests import Requests
from triage.models.unchanging import Unchanging

Verdict = Literal["ready", "degraded", "not_ready", "unknown"]
Outcome = Literal["passed", "failed", "warned", "tolerated", "not_reached", "seen"]


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One step of a run. ``at`` is RFC 3339 (null when the step was not reached), ``elapsed`` in seconds.

    ``evidence`` are the insertIds of the lines that say so; ``reason`` is what they give as the reason.
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


class Run(Unchanging, msgspec.Struct, frozen=True, kw_only=True):
    """One run. Its words are those of the output document; see docs/documents.md.

    ``complete`` is false when its beginning or its end is outside the logs; ``overlaps`` when another run on the same
    instance was open at the same time; ``repeats`` is the id of the run whose cached verdict a gate gave again.
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
        """Return whether it says that its service is ready or not.

        A request refused by the header check alone, a cached answer, a boot that came up and a run without a verdict
        decide nothing.
        """
        if self.verdict == "unknown" or self.repeats or self.condition == "gate_rejected":
            return False
        return self.kind != "boot" or self.verdict == "not_ready"


class Timeline(msgspec.Struct, frozen=True, kw_only=True):
    """The document of ``triage timeline``: runs in order of time, what was requested meanwhile, and what they rest on."""

    schema: Literal["triage.timeline/1"] = "triage.timeline/1"
    coverage: Coverage
    runs: list[Run]
    requests: list[Requests] = []

    def to_dict(self) -> dict[str, Any]:
        """Return the document as plain data, secrets masked."""
        from triage.redact import redact_document

        document: dict[str, Any] = redact_document(msgspec.to_builtins(self))
        return document
