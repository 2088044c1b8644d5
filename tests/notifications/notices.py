"""Notices of an invented service."""

from typing import Any

from triage.models import Message, Notice, NoticeUpdate, SentNotice
from triage.notifications import next_message
from triage.notifications.messages import told

AT = "2026-03-01T08:00:00Z"


def notice(fingerprint: str = "0a1b2c3d4e5f", **fields: Any) -> Notice:
    known = {
        "service": "kiosk",
        "severity": "P1",
        "title": "The database refused the password",
        "revisions": ["kiosk-00007-abc"],
        "lines": ["12 requests returned 500", "Log: FATAL: password refused"],
    }
    return Notice(fingerprint=fingerprint, **known | fields)


def update(*notices: Notice, **fields: Any) -> NoticeUpdate:
    return NoticeUpdate(notices=list(notices), **fields)


def due(known: dict[str, SentNotice], state: NoticeUpdate) -> list[Message]:
    """Return all messages that are due, and remember them in ``known``."""
    messages = []
    while (message := next_message(state, known)) is not None:
        known[message.fingerprint] = told(message, state, known, AT)
        messages.append(message)
    return messages
