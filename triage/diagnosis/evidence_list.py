"""The lines that an incident cites, each numbered once."""

from collections.abc import Callable

import msgspec

from triage.models import Entry, Event, Evidence
from triage.text import excerpt
from triage.window import format_timestamp

#: The keys under which exports hold the text of an entry.
_TEXTS = ("textPayload", "text_payload", "textpayload")
_ESCAPE = "\x1b"

#: Characters of a message that evidence repeats.
_MESSAGE_LENGTH = 600

Link = Callable[[Event], str]


class EvidenceList:
    """The numbered evidence of one incident, while it is built."""

    def __init__(self, link: Link) -> None:
        """Create an empty list; ``link`` returns the Logs Explorer link of an event."""
        self._link = link
        self._evidence: dict[tuple[int, str, str], Evidence] = {}

    @property
    def evidence(self) -> list[Evidence]:
        """Return the evidence in the order of its numbers."""
        return list(self._evidence.values())

    def cite(self, event: Event, count: int, keep: str = "") -> str:
        """Return the number of a line, adding it if it is new; ``count`` lines are similar.

        keep: the part of a long message that stays in its excerpt.
        """
        entry = event.entry
        key = (entry.timestamp, entry.insert_id, entry.message)
        if key not in self._evidence:
            line = to_evidence(entry, self._link(event), keep)
            number, rule = f"E{len(self._evidence) + 1}", event.name if event.rule else ""
            self._evidence[key] = msgspec.structs.replace(line, id=number, rule=rule, count=count)
        return self._evidence[key].id


def to_evidence(entry: Entry, link: str, keep: str = "") -> Evidence:
    """Return an entry as evidence, without a number; ``keep`` stays in the excerpt of its message."""
    return Evidence(
        id="",
        insert_id=entry.insert_id,
        timestamp=format_timestamp(entry.timestamp),
        message=excerpt(_as_printed(entry), _MESSAGE_LENGTH, keep),
        link=link,
        severity=entry.severity,
        service=entry.service,
        revision=entry.revision,
        instance=entry.instance,
    )


def _as_printed(entry: Entry) -> str:
    """Return the message of an entry with the prefix that its logger printed, but no terminal codes."""
    if not entry.message or not any(name.encode() in entry.raw for name in _TEXTS):
        return entry.message
    raw = msgspec.json.decode(entry.raw)
    text = next((raw[name] for name in _TEXTS if isinstance(raw.get(name), str)), "")
    return text if text.endswith(entry.message) and _ESCAPE not in text else entry.message
