"""The lines that an incident cites, numbered: each once, whatever rests on it."""

from collections.abc import Callable

import msgspec

from triage.models import Entry, Event, Evidence
from triage.text import excerpt
from triage.window import format_timestamp

#: Characters of a message that evidence repeats; the entry itself is found by its insertId.
_MESSAGE = 600

Link = Callable[[Event], str]


class Exhibits:
    """Evidence while it is gathered."""

    def __init__(self, link: Link) -> None:
        """Begin with none; ``link`` opens an event's entry in Logs Explorer."""
        self._link = link
        self._cited: dict[tuple[int, str, str], Evidence] = {}

    @property
    def evidence(self) -> list[Evidence]:
        """Return the lines in the order of their numbers."""
        return list(self._cited.values())

    def cite(self, event: Event, count: int) -> str:
        """Return the number of a line, which gets one when it is cited first. ``count`` lines say the same."""
        entry = event.entry
        key = (entry.timestamp, entry.insert_id, entry.message)
        if key not in self._cited:
            line = line_of(entry, self._link(event))
            number, rule = f"E{len(self._cited) + 1}", event.name if event.rule else ""
            self._cited[key] = msgspec.structs.replace(line, id=number, rule=rule, count=count)
        return self._cited[key].id


def line_of(entry: Entry, link: str) -> Evidence:
    """Return an entry as it is cited, without a number yet."""
    return Evidence(
        id="",
        insert_id=entry.insert_id,
        timestamp=format_timestamp(entry.timestamp),
        message=excerpt(entry.message, _MESSAGE),
        link=link,
        severity=entry.severity,
        service=entry.service,
        revision=entry.revision,
        instance=entry.instance,
    )
