"""The lines that an incident cites, each numbered once."""

import re
from collections.abc import Callable

import msgspec

from triage.models import Entry, Event, Evidence, Quote, Recognized
from triage.text import clean, excerpt, message_template, quote
from triage.window import format_timestamp

#: The keys under which exports hold the text of an entry.
_TEXTS = ("textPayload", "text_payload", "textpayload")
_ESCAPE = "\x1b"

#: Characters of a message that evidence repeats.
_MESSAGE_LENGTH = 600
#: Characters of a message that a filter repeats.
_FILTER_LENGTH = 120
#: What a template puts in place of a variable part.
_VARIABLE = re.compile(r"<[a-z]+>")

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
            found_by = find_similar(event, count)
            self._evidence[key] = msgspec.structs.replace(
                line, id=number, rule=rule, count=count, filter=found_by
            )
        return self._evidence[key].id


def line_of_cause(quote: Quote, known: Recognized | None) -> str:
    """Return the line of a statement that names the cause: its decisive one, unless a rule read another."""
    read = known.event.entry.message if known is not None else ""
    is_other_line = bool(read) and "\n" not in read and read != quote.entry.message and read in quote.text
    return read if is_other_line else quote.decisive


def find_similar(event: Event, count: int) -> str:
    """Return the part of a Logging filter that finds a line and ``count`` similar ones, "" for none.

    One line is found by its insertId, requests by path and status, other lines by the text that they share.
    """
    entry = event.entry
    if count == 1:
        return _compare("insertId=", entry.insert_id)
    http, details = entry.http, entry.balancer.details if entry.balancer is not None else ""
    if http is not None and http.status and (details or entry.message.endswith(f" {http.status}")):
        path = _compare(" AND httpRequest.requestUrl:", http.path)
        return f"httpRequest.status={http.status}{path}{_compare(' AND jsonPayload.statusDetails=', details)}"
    return _compare("", event.literal or _longest_constant(entry.message))


def _compare(start: str, value: str) -> str:
    """Return a comparison with a value, "" if it is empty or has characters that no filter should have."""
    return start + quote(value) if value and clean(value) == value and "\t" not in value else ""


def _longest_constant(message: str) -> str:
    """Return the longest part of a message that all lines of its template share."""
    parts = (part.strip()[:_FILTER_LENGTH] for part in _VARIABLE.split(message_template(message)))
    return max((part for part in parts if part in message), key=len, default="")


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
