"""Which entries are looked at."""

from collections.abc import Callable
from fnmatch import fnmatchcase

import msgspec

from triage.entries import api_form
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


def within(selection: Selection) -> Callable[[Entry], bool]:
    """Return the test whether an entry is among those selected."""
    admits = _admits(selection.filter) if selection.filter else None
    named: list[tuple[tuple[str, ...], Callable[[Entry], str]]] = [
        (patterns, get)
        for patterns, get in (
            (selection.service, lambda entry: entry.service),
            (selection.revision, lambda entry: entry.revision),
            (selection.instance, lambda entry: entry.instance),
        )
        if patterns
    ]
    since, until = selection.since, selection.until

    def holds(entry: Entry) -> bool:
        if since is not None and entry.timestamp < since:
            return False
        if until is not None and entry.timestamp >= until:
            return False
        if not all(any(fnmatchcase(get(entry), pattern) for pattern in patterns) for patterns, get in named):
            return False
        return admits is None or admits(entry)

    return holds


def _admits(text: str) -> Callable[[Entry], bool]:
    from triage.lql import matcher

    matches = matcher(text)
    return lambda entry: matches(api_form(entry))
