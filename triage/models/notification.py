"""What chats and pagers learn of incidents."""

from typing import Literal

import msgspec

from triage.models.playbook import Severity

#: Why a message is sent.
MessageKind = Literal["opened", "changed", "reopened", "resolved"]


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """The state of one incident, for chats and pagers; secrets are masked.

    Attributes:
        fingerprint: id of the incident.
        service: affected service.
        severity: P0 to P2.
        title: one-line title.
        revisions: affected revisions.
        is_open: whether it goes on.
        lines: what is known, the most important line first; of one that is over, why it is over.

    """

    fingerprint: str
    service: str
    severity: Severity
    title: str
    revisions: list[str] = []
    is_open: bool = True
    lines: list[str] = []


class NoticeUpdate(msgspec.Struct, frozen=True, kw_only=True):
    """All that is known at one moment.

    Attributes:
        notices: the incidents in the logs.
        unreported: fingerprints of incidents that go on, of which no message is due.
        over_at: services at which every other incident is over, with the reason.

    """

    notices: list[Notice] = []
    unreported: list[str] = []
    over_at: dict[str, str] = {}


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """A message about one incident, before it is sized to a channel.

    Attributes:
        kind: why it is sent.
        fingerprint: id of the incident.
        severity: P0 to P2.
        title: its first line.
        lines: its other lines, the most important first.

    """

    kind: MessageKind
    fingerprint: str
    severity: Severity
    title: str
    lines: list[str]


class SentNotice(msgspec.Struct, frozen=True, kw_only=True):
    """What a channel was told last about an incident.

    Attributes:
        at: when, RFC 3339.
        service: affected service.
        severity: severity that was sent.
        title: title that was sent.
        revisions: revisions that were sent.
        is_open: whether it went on.

    """

    at: str
    service: str
    severity: Severity
    title: str
    revisions: list[str]
    is_open: bool
