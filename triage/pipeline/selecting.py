"""Which entries are looked at."""

from collections.abc import Callable

import msgspec

from triage.entries import Bounds, api_form
from triage.models import Entry


class Selection(msgspec.Struct, frozen=True, kw_only=True):
    """Which entries are looked at. Names are exact or glob patterns; times are nanoseconds in UTC, ``until`` excluded.

    ``filter`` is a Logging filter. ``max_bytes`` is how much may be read of tables for them.
    """

    service: tuple[str, ...] = ()
    revision: tuple[str, ...] = ()
    instance: tuple[str, ...] = ()
    since: int | None = None
    until: int | None = None
    filter: str | None = None
    max_bytes: int | None = None


ALL = Selection()


def bounds(selection: Selection) -> Bounds:
    """Return what an entry must be within, the filter aside."""
    return Bounds(
        service=selection.service,
        revision=selection.revision,
        instance=selection.instance,
        since=selection.since,
        until=selection.until,
    )


def within(selection: Selection) -> Callable[[Entry], bool]:
    """Return the test whether an entry is among those selected."""
    admits = _admits(selection.filter) if selection.filter else None
    hold = bounds(selection).hold

    def holds(entry: Entry) -> bool:
        if not hold(entry.timestamp, entry.service, entry.revision, entry.instance):
            return False
        return admits is None or admits(entry)

    return holds


def _admits(text: str) -> Callable[[Entry], bool]:
    from triage.lql import matcher

    matches = matcher(text)
    return lambda entry: matches(api_form(entry))
