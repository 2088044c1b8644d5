"""What broke, how we know and what was ruled out."""

from typing import Any, Literal

import msgspec

from triage.models.coverage import Coverage
from triage.models.pack import Confidence, Severity, Tier

ServiceVerdict = Literal["ready", "degraded", "not_ready", "inconclusive", "no_data"]


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """One entry that shows something. ``says`` is the rule that recognised it; ``link`` opens it in Logs Explorer."""

    id: str
    insert_id: str
    timestamp: str
    message: str
    link: str = ""
    severity: str = "DEFAULT"
    service: str = ""
    revision: str = ""
    instance: str = ""
    rule: str = ""
    count: int = 1


class Because(msgspec.Struct, frozen=True):
    """One sentence on the way from symptom to cause, with the ids of its evidence."""

    says: str
    evidence: list[str]


class RuledOut(msgspec.Struct, frozen=True):
    """A cause that was considered and cleared."""

    cause: str
    why: str
    evidence: list[str] = []


class Scope(msgspec.Struct, frozen=True, kw_only=True):
    """Where it happened: revisions and instances by name, and how many runs."""

    service: str
    project: str = ""
    location: str = ""
    environment: str | None = None
    revisions: list[str] = []
    instances: list[str] = []
    runs: list[str] = []


class Incident(msgspec.Struct, frozen=True, kw_only=True):
    """A cause with its evidence. ``id`` is stable: the same cause on the same service gives the same id."""

    id: str
    cause: str
    title: str
    service: str
    check: str | None
    condition: str | None
    severity: Severity
    confidence: Confidence
    tier: Tier
    playbook: str
    because: list[str]
    reasons: list[Because] = []
    scope: Scope
    first_seen: str
    last_seen: str
    count: int
    recovered: bool = False
    evidence: list[Evidence] = []
    ruled_out: list[RuledOut] = []
    symptoms: list[str] = []


class ServiceState(msgspec.Struct, frozen=True, kw_only=True):
    """The verdict of one service, on the revision that decides it, and why."""

    service: str
    verdict: ServiceVerdict
    revision: str = ""
    environment: str | None = None
    why: str = ""
    recovered: bool = False
    primary: bool = False
    chain: str = ""
    revisions: dict[str, ServiceVerdict] = {}


class Next(msgspec.Struct, frozen=True):
    """What to fetch next: a Logging filter, and what it would settle."""

    filter: str
    why: str


class Noise(msgspec.Struct, frozen=True):
    """A chronic line that is never an incident, with its count."""

    title: str
    count: int


class Diagnosis(msgspec.Struct, frozen=True, kw_only=True):
    """The document of ``triage diagnose``: the verdict, its incidents in order of rank, and its limits."""

    schema: Literal["triage.diagnosis/1"] = "triage.diagnosis/1"
    verdict: ServiceVerdict
    recovered: bool = False
    services: list[ServiceState] = []
    coverage: Coverage
    limits: list[str] = []
    incidents: list[Incident] = []
    next: Next | None = None
    noise: list[Noise] = []

    def to_dict(self) -> dict[str, Any]:
        """Return the document as plain data, secrets masked."""
        from triage.redact import redact_document

        document: dict[str, Any] = redact_document(msgspec.to_builtins(self))
        return document
