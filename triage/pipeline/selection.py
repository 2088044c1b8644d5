"""Which entries are looked at."""

from collections.abc import Callable

from triage.entries import Bounds, api_form
from triage.models import Entry


class Selection(Bounds, frozen=True, kw_only=True):
    """Which entries are looked at: those within bounds of time and names, and of those what a Logging filter admits.

    ``max_bytes`` is how much may be read of tables for them.
    """

    filter: str | None = None
    max_bytes: int | None = None


ALL = Selection()


def selection_test(selection: Selection) -> Callable[[Entry], bool]:
    """Return the test whether an entry is among those selected."""
    passes_filter = _filter_test(selection.filter) if selection.filter else None

    def is_selected(entry: Entry) -> bool:
        if not selection.contains(entry.timestamp, entry.service, entry.revision, entry.instance):
            return False
        return passes_filter is None or passes_filter(entry)

    return is_selected


def _filter_test(text: str) -> Callable[[Entry], bool]:
    from triage.lql import matcher

    matches = matcher(text)
    return lambda entry: matches(api_form(entry))
