"""What is counted as an error: a statement of an application, or an entry by itself."""

from collections.abc import Sequence
from typing import Protocol

from triage.models import Entry, Event, Immutable, Quote
from triage.text import message_template, summary_line


class ErrorStatement(Protocol):
    """A statement that is an error."""

    @property
    def decisive_entry(self) -> Entry:
        """Return the entry that holds the decisive line."""

    @property
    def events(self) -> Sequence[Event]:
        """Return what rules say of its entries."""

    @property
    def template(self) -> str:
        """Return its decisive line with the variable parts replaced."""

    @property
    def quote(self) -> Quote:
        """Return it as the diagnosis cites it."""


class SingleEntry(Immutable):
    """An entry that is no part of a statement."""

    __slots__ = ("decisive_entry", "events", "template")

    def __init__(self, entry: Entry) -> None:
        """Take the entry."""
        self.decisive_entry = entry
        self.events: Sequence[Event] = ()
        self.template = message_template(entry.message)

    @property
    def quote(self) -> Quote:
        """Return it as the diagnosis cites it."""
        entry = self.decisive_entry
        return Quote(entry, entry.message, summary_line(entry.message), self.template)
