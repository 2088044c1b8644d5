"""A round over the services of a project: what is wrong, and which issues say so."""

from typing import Literal

import msgspec

from triage.models.diagnosis import ServiceVerdict
from triage.models.playbook import Severity
from triage.window import Window

#: What is done with an issue. What begins with "would" is not done, as nothing is to be written.
IssueAction = Literal[
    "opened",
    "updated",
    "unchanged",
    "left closed",
    "not written",
    "refused",
    "would open",
    "would update",
    "would leave closed",
    "would write",
]


class SweepPlan(msgspec.Struct, frozen=True, kw_only=True):
    """What a round reads.

    Attributes:
        services: the services; none for all that have entries.
        first_length: length of the window of a first round, in nanoseconds.
        project: project, "" for the default one.
        state: path of the file that keeps the end of the last round, "" for none.
        max_calls: largest number of calls to Cloud Logging.
        reads_per_minute: read quota.
        endpoint: endpoint of the API, for tests.
        impersonate: service account to impersonate.

    """

    services: list[str]
    first_length: int
    project: str = ""
    state: str = ""
    max_calls: int = 300
    reads_per_minute: int = 60
    endpoint: str = ""
    impersonate: str = ""


class SweptIncident(msgspec.Struct, frozen=True, kw_only=True):
    """An incident that a round found, with its issue.

    Attributes:
        severity: P0 or P1.
        title: one-line title, secrets masked.
        since: time of its first line, RFC 3339.
        recovered: whether the service was ready afterwards.
        action: what is done with its issue, "" where it needs none.
        url: page of the issue, "" where none is known.
        note: more about the action, "" for nothing.

    """

    severity: Severity
    title: str
    since: str
    recovered: bool = False
    action: IssueAction | Literal[""] = ""
    url: str = ""
    note: str = ""


class SweptService(msgspec.Struct, frozen=True, kw_only=True):
    """A service in a round.

    Attributes:
        service: the service.
        verdict: its verdict, None if it was not read.
        incidents: what is wrong with it, the most severe first.
        omitted: number of further incidents.
        unread_since: from when on the next round reads it again, in nanoseconds; None if all was read.

    """

    service: str
    verdict: ServiceVerdict | None
    incidents: list[SweptIncident] = []
    omitted: int = 0
    unread_since: int | None = None


class Sweep(msgspec.Struct, frozen=True, kw_only=True):
    """The result of a round.

    Attributes:
        window: window of the round.
        services: the services, those that were not read last.
        calls: calls to Cloud Logging.
        stopped: why not all was read or written, "" if it was.
        refused: why an issue was refused while others were written, "" if none was.

    """

    window: Window
    services: list[SweptService]
    calls: int
    stopped: str = ""
    refused: str = ""
