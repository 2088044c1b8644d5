"""The briefs of a diagnosis, and of logs that were fetched and diagnosed."""

from triage.models.brief import Brief, BriefLine, BriefModel, BriefReason
from triage.models.diagnosis import IncidentStatus, ServiceVerdict
from triage.models.pack import Confidence
from triage.models.playbook import Severity


class BriefAction(BriefModel, frozen=True, kw_only=True):
    """One thing to do, for a person to decide on.

    Attributes:
        says: what to do.
        commands: its commands, filled with the names that the logs hold.
        replace: words in the commands that have to be replaced.

    """

    says: str
    commands: list[str] = []
    replace: list[str] = []


class BriefIncident(BriefModel, frozen=True, kw_only=True):
    """One incident.

    Attributes:
        id: fingerprint of the incident.
        cause: id of its cause.
        title: its title, "" where the headline has it.
        service: affected service.
        severity: P0 to P2.
        confidence: how sure the cause is.
        status: open, over, or minor: it goes on and does not affect the verdict.
        count: number of occurrences.
        first_seen: time of the first line, RFC 3339.
        last_seen: time of the last line, RFC 3339.
        check: failing check.
        failed: how many failed of how many, as text.
        revisions: affected revisions.
        change: what it began after, as a sentence.

    """

    id: str
    cause: str
    title: str = ""
    service: str
    severity: Severity
    confidence: Confidence
    status: IncidentStatus
    count: int
    first_seen: str
    last_seen: str
    check: str = ""
    failed: str = ""
    revisions: list[str] = []
    change: str = ""


class BriefOther(BriefModel, frozen=True, kw_only=True):
    """Another incident than the one that a brief is about.

    Attributes:
        id: fingerprint of the incident.
        cause: id of its cause.
        title: its title.
        service: affected service, "" for that of the brief.
        severity: P0 to P2.
        status: open, over, or minor: it goes on and does not affect the verdict.
        count: number of occurrences.

    """

    id: str
    cause: str
    title: str
    service: str = ""
    severity: Severity
    status: IncidentStatus
    count: int


class BriefService(BriefModel, frozen=True, kw_only=True):
    """The verdict of one service.

    Attributes:
        service: the service.
        verdict: its verdict.
        why: the reason, as a sentence.

    """

    service: str
    verdict: ServiceVerdict
    why: str = ""


class BriefItem(BriefModel, frozen=True, kw_only=True):
    """One part of a configuration that differs.

    Attributes:
        name: what differs.
        before: text before, "" for nothing or unknown.
        after: text after, "" for nothing or unknown.

    """

    name: str
    before: str = ""
    after: str = ""


class BriefChange(BriefModel, frozen=True, kw_only=True):
    """One change of a service.

    Attributes:
        at: time of the call, RFC 3339.
        method: method that was called.
        service: the service, "" for a secret, a database or a project.
        revision: revision that it created.
        items: what it altered.

    """

    at: str
    method: str
    service: str = ""
    revision: str = ""
    items: list[BriefItem] = []


class DiagnosisBrief(Brief, frozen=True, kw_only=True):
    """What broke and how we know.

    Attributes:
        verdict: verdict of the leading service.
        service: that service.
        headline: verdict, service and what broke, as one sentence.
        why: reason of the verdict, as a sentence; "" where the headline has it.
        recovered: whether the service failed before and is ready now.
        incident: the incident that the brief is about.
        decisive_line: the line that names its cause.
        because: the reasons, the nearest to the cause first, each with the ids of its lines.
        do_now: what to do first.
        ruled_out: causes that were excluded, with the reason.
        other_incidents: the other incidents.
        services: verdicts of all services, where there are several.
        evidence_ids: ids of all lines of the incident.
        lines: lines of the incident, where they were asked for.
        changes: what was changed.
        to_confirm: which question further logs would answer.
        confirm_filter: Logging filter of these logs.
        records: number of records that were read.
        first: time of the first entry, RFC 3339.
        last: time of the last entry, RFC 3339.
        limits: what was not read, and what the logs cannot show.

    """

    HEAD = ("verdict", "service", "headline")

    verdict: ServiceVerdict
    service: str = ""
    headline: str
    why: str = ""
    recovered: bool = False
    incident: BriefIncident | None = None
    decisive_line: BriefLine | None = None
    because: list[BriefReason] = []
    do_now: list[BriefAction] = []
    ruled_out: list[BriefReason] = []
    other_incidents: list[BriefOther] = []
    services: list[BriefService] = []
    evidence_ids: list[str] = []
    lines: list[BriefLine] = []
    changes: list[BriefChange] = []
    to_confirm: str = ""
    confirm_filter: str = ""
    records: int = 0
    first: str = ""
    last: str = ""
    limits: list[str] = []


class BriefFile(BriefModel, frozen=True, kw_only=True):
    """One file that was fetched.

    Attributes:
        path: its path, for the other tools; it exists as long as the server runs.
        service: the service.
        entries: number of entries in it.
        window: window that was fetched.
        cut: why it is incomplete, "" where it is complete.

    """

    path: str = ""
    service: str
    entries: int
    window: str
    cut: str = ""


class FetchBrief(DiagnosisBrief, frozen=True, kw_only=True):
    """The diagnosis of logs that were fetched.

    Attributes:
        files: the files that were fetched.
        project: the project.

    """

    files: list[BriefFile] = []
    project: str = ""
