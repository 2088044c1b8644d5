"""Select the entries to analyze."""

from collections.abc import Callable
from pathlib import Path

from triage.entries import Bounds, api_form
from triage.models import Entry


class Selection(Bounds, frozen=True, kw_only=True):
    """Bounds on time and names, and a Logging filter.

    filter: a Logging filter that entries match; None for all.
    max_bytes: how many bytes of tables may be read; None for no limit.
    roots: folders below which every file must lie, where links lead; () for anywhere.
    changes_since: from when on audit entries before ``since`` are selected too, in nanoseconds; None selects
        none of them.
    """

    filter: str | None = None
    max_bytes: int | None = None
    roots: tuple[Path, ...] = ()
    changes_since: int | None = None


ALL = Selection()


def selection_test(selection: Selection) -> Callable[[Entry], bool]:
    """Return the test whether an entry is selected."""
    passes_filter = _filter_test(selection.filter) if selection.filter else None

    def is_selected(entry: Entry) -> bool:
        service, timestamp = entry.service, entry.timestamp
        if entry.audit is not None and selection.since is not None and selection.changes_since is not None:
            timestamp = max(timestamp, selection.since) if timestamp >= selection.changes_since else timestamp
        if entry.audit is not None and not service and selection.service:
            service = selection.service[0]  # of a secret or a database that the service may use
        if not selection.contains(timestamp, service, entry.revision, entry.instance):
            return False
        return passes_filter is None or passes_filter(entry)

    return is_selected


def _filter_test(text: str) -> Callable[[Entry], bool]:
    from triage.lql import LOG_ENTRY, matcher

    matches = matcher(text)
    return lambda entry: matches(api_form(entry, LOG_ENTRY))
