"""What broke, the evidence for it, and what was ruled out."""

from collections.abc import Sequence
from typing import Any, Literal

import msgspec

from triage.models.change import Change
from triage.models.coverage import Coverage
from triage.models.fetch import WorkloadKind
from triage.models.pack import Confidence, Tier
from triage.models.playbook import Severity
from triage.text import pluralize

ServiceVerdict = Literal["ready", "degraded", "not_ready", "inconclusive", "no_data"]
IncidentStatus = Literal["open", "over", "minor"]


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """One log entry that supports a statement.

    Attributes:
        id: number of the evidence in its incident ("E1").
        insert_id: insertId of the entry.
        timestamp: time of the entry, RFC 3339.
        message: message of the entry, cut to a readable length.
        link: Logs Explorer link, "" where the project is unknown.
        severity: severity of the entry.
        service: service of the entry.
        revision: revision of the entry.
        instance: instance of the entry.
        rule: rule that matched the entry ("pack/id"), "" for none.
        count: number of entries that say the same.
        filter: part of a Logging filter that finds all of them, "" where none does.

    """

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
    filter: str = ""


class Because(msgspec.Struct, frozen=True):
    """One sentence that leads from the symptom to the cause.

    Attributes:
        says: the sentence.
        evidence: ids of its evidence.

    """

    says: str
    evidence: list[str]


class RuledOut(msgspec.Struct, frozen=True):
    """A cause that was considered and excluded.

    Attributes:
        cause: id of the cause or check.
        why: the reason, as a sentence.
        evidence: ids of its evidence.

    """

    cause: str
    why: str
    evidence: list[str] = []


class Scope(msgspec.Struct, frozen=True, kw_only=True):
    """Where an incident happened.

    Attributes:
        service: affected service.
        project: Google Cloud project, "" where no entry names it.
        location: region, "" where no entry names it.
        environment: environment that the runs report.
        revisions: affected revisions, in order of appearance.
        instances: first affected instances.
        runs: ids of the first affected runs.

    """

    service: str
    project: str = ""
    location: str = ""
    environment: str | None = None
    revisions: list[str] = []
    instances: list[str] = []
    runs: list[str] = []


class FailedShare(msgspec.Struct, frozen=True, kw_only=True):
    """How many failed of how many.

    Attributes:
        failed: how many failed.
        total: how many there were.
        of: what is counted: instances, requests, boots or validations.

    """

    failed: int
    total: int
    of: str

    def __str__(self) -> str:
        """Return the share in words: "3 of 4 instances" or "1 of 1 boot"."""
        return f"{self.failed:,} of {pluralize(self.total, self.of.removesuffix('s'))}"


class AffectedService(msgspec.Struct, frozen=True):
    """A service that passed on the failure of another one.

    Attributes:
        service: the service.
        requests: requests of it that failed because of the other.

    """

    service: str
    requests: int


class SeenBefore(msgspec.Struct, frozen=True, kw_only=True):
    """The last issue of the same incident in an issue tracker.

    Attributes:
        issue: its number.
        url: its page.
        is_open: whether it is open.
        at: when it was opened, of a closed one when it was closed; RFC 3339, "" where the tracker does not
            say.
        closed_as: "completed", "not planned" or "duplicate"; "" where the tracker does not say.
        count: how many issues of the incident there are.

    """

    issue: int
    url: str
    is_open: bool
    at: str = ""
    closed_as: str = ""
    count: int = 1

    @property
    def says(self) -> str:
        """Return it as a sentence without its page: "Seen before: issue #12, closed on 2026-03-02"."""
        since = f" since {self.at[:10]}" if self.is_open else f" on {self.at[:10]}"
        state = f"{'open' if self.is_open else 'closed'}{since if self.at else ''}"
        more = f" (the last of {self.count} issues)" if self.count > 1 else ""
        return f"Seen before: issue #{self.issue}, {state}{self.closed_as and ' as '}{self.closed_as}{more}"


class Incident(msgspec.Struct, frozen=True, kw_only=True):
    """A cause with its evidence.

    Attributes:
        id: stable fingerprint: the same cause at the same service gives the same id.
        cause: id of the cause.
        title: one-line title.
        service: affected service.
        check: failing check, null for none.
        condition: condition of the run or the cause, null for none.
        severity: P0 to P2.
        confidence: high, medium or low.
        tier: how deep the cause is.
        playbook: name of the playbook that fixes it.
        because: the reasons as sentences, each with the ids of its evidence.
        reasons: the same reasons, as data.
        scope: where it happened.
        first_seen: time of the first line, RFC 3339.
        last_seen: time of the last line, RFC 3339.
        count: number of occurrences.
        recovered: whether the service was ready afterwards.
        evidence: the cited entries.
        ruled_out: causes that were excluded.
        symptoms: headlines of the incidents that this one explains.
        share: how many failed of how many, null where it is not known.
        captures: what the rule of the cause captured, by name; it fills the commands of the playbook.
        change: id of the change that explains it, null for none.
        change_says: what it began after, as a sentence, or that nothing was changed before; "" where neither
            is known.
        change_items: names of the changed items that fit the cause.
        affected: services that passed this failure on.
        seen_before: the last issue of the same incident; null where there is none, or none was asked for.

    """

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
    share: FailedShare | None = None
    captures: dict[str, str] = {}
    change: str | None = None
    change_says: str = ""
    change_items: list[str] = []
    affected: list[AffectedService] = []
    seen_before: SeenBefore | None = None

    @property
    def is_open(self) -> bool:
        """Return whether it goes on and matters for the verdict; what is only P2 never does."""
        return not self.recovered and self.severity != "P2"

    @property
    def status(self) -> IncidentStatus:
        """Return open, over, or minor: it goes on and does not affect the verdict."""
        return "open" if self.is_open else "over" if self.recovered else "minor"

    @property
    def occurrences(self) -> str:
        """Return how often it occurred, and how many failed: "5 times: 2 of 4 boots failed"."""
        times = pluralize(self.count, "time")
        if self.share is None:
            return times
        return f"{'' if self.share.failed == self.count else f'{times}: '}{self.share} failed"

    def ordered_reasons(self) -> list[tuple[Because, list[Evidence]]]:
        """Return the reasons with the lines that each one cites first, in order of time.

        A reason without a line of its own stays behind the one before it.
        """
        lines = {line.id: line for line in self.evidence}
        placed: list[tuple[str, Because, list[Evidence]]] = []
        time = ""
        for reason in self.reasons or [Because(text, []) for text in self.because]:
            own = [lines.pop(cited) for cited in reason.evidence if cited in lines]
            time = min((line.timestamp for line in own), default=time)
            placed.append((time, reason, own))
        return [(reason, own) for _, reason, own in sorted(placed, key=lambda found: found[0])]


class ServiceState(msgspec.Struct, frozen=True, kw_only=True):
    """The verdict of one service.

    Attributes:
        service: the service, "" where the entries name none.
        kind: kind of the workload.
        verdict: its verdict.
        revision: the revision that decides the verdict.
        environment: environment that its runs report.
        why: the reason, as a sentence.
        recovered: whether it failed before, was ready afterwards, and none of its incidents is open.
        open_incidents: number of its incidents, P0 or P1, that are not over.
        primary: whether a pack names it as a primary service.
        chain: id of the pack with its readiness chain, "" for none.
        revisions: verdict of each revision, newest first.
        regions: verdict of each region where the service runs in several; the worst one decides.

    """

    service: str
    verdict: ServiceVerdict
    kind: WorkloadKind = "service"
    revision: str = ""
    environment: str | None = None
    why: str = ""
    recovered: bool = False
    open_incidents: int = 0
    primary: bool = False
    chain: str = ""
    revisions: dict[str, ServiceVerdict] = {}
    regions: dict[str, ServiceVerdict] = {}

    def last_good(self, revisions: Sequence[str]) -> str:
        """Return the newest ready revision older than some, else the newest other ready one; "" for none."""
        names = list(self.revisions)
        last = max((names.index(name) for name in revisions if name in names), default=-1)
        others = [name for name in [*names[last + 1 :], *names[: last + 1]] if name and name not in revisions]
        return next((name for name in others if self.revisions[name] in ("ready", "degraded")), "")


class Next(msgspec.Struct, frozen=True):
    """What to fetch next.

    Attributes:
        filter: Logging filter.
        why: the question that its entries would answer.

    """

    filter: str
    why: str


class Noise(msgspec.Struct, frozen=True):
    """Known noise: lines that never make an incident.

    Attributes:
        title: title of the noise.
        count: number of lines.

    """

    title: str
    count: int


class Diagnosis(msgspec.Struct, frozen=True, kw_only=True):
    """The document of ``triage diagnose``.

    Attributes:
        schema: name and version of the document.
        verdict: verdict of the leading service.
        recovered: whether that service failed before, was ready afterwards, and no incident is open.
        open_incidents: number of incidents, P0 or P1, that are not over.
        services: state of each service, the leading one first.
        coverage: entries that the diagnosis is based on.
        limits: what the logs cannot show, as sentences.
        answer_limits: those of them that may change the answer.
        incidents: incidents in order of rank.
        changes: what was changed, in order of time.
        next: what to fetch next, null for nothing.
        noise: known noise with its counts.

    """

    schema: Literal["triage.diagnosis/1"] = "triage.diagnosis/1"
    verdict: ServiceVerdict
    recovered: bool = False
    open_incidents: int = 0
    services: list[ServiceState] = []
    coverage: Coverage
    limits: list[str] = []
    answer_limits: list[str] = []
    incidents: list[Incident] = []
    changes: list[Change] = []
    next: Next | None = None
    noise: list[Noise] = []

    @property
    def answer_incident(self) -> Incident | None:
        """Return the incident of the answer: the first one, of a ready service the first open one."""
        shown = (incident for incident in self.incidents if incident.is_open or self.verdict != "ready")
        return next(shown, None)

    def state_of(self, service: str) -> ServiceState | None:
        """Return the state of a service, None for none."""
        return next((state for state in self.services if state.service == service), None)

    def to_dict(self) -> dict[str, Any]:
        """Return the document as plain data, secrets masked."""
        from triage.redact import redact_document

        document: dict[str, Any] = redact_document(msgspec.to_builtins(self))
        return document
