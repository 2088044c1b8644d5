"""The change that explains an incident: at most one, and none that cannot."""

from collections.abc import Iterable, Sequence

import msgspec

from triage.changes.configuration import Configuration
from triage.changes.fits import fit, fit_caller, is_inherited
from triage.changes.joins import concerns, is_called, specification_of
from triage.changes.link_text import link_text
from triage.changes.specification import Specification
from triage.models.change import AppliedChange, ChangeItem, ChangeLink, Onset

#: How soon a failure must begin that only the time links to a change: 30 minutes.
TIME_LIMIT = 1800 * 10**9
#: Items that take effect without a new revision, on every instance.
_AT_ONCE = ("ingress", "traffic", "iam policy", "cloud sql", "secret version")
_NOT_FOUND = frozenset({"404"})


class _Candidate(msgspec.Struct, frozen=True):
    """A change that may explain an incident, with the items that do."""

    change: AppliedChange
    items: list[ChangeItem]
    certain: bool
    delay: int


def link_changes(
    onsets: Iterable[Onset],
    changes: Sequence[AppliedChange],
    configurations: Sequence[Configuration] = (),
) -> dict[str, ChangeLink | None]:
    """Return by incident the change that explains it, or None.

    A change explains an incident only if it concerns the service, or a secret, a database or another service
    that it uses; if the first failure came after it, for a deployment on the new revision; and if a changed
    item fits the cause, or what it changed is unknown and the failure began soon after. Of several the most
    certain wins, then the nearest.
    """
    return {onset.incident: link_change(onset, changes, configurations) for onset in onsets}


def link_change(
    onset: Onset, changes: Sequence[AppliedChange], configurations: Sequence[Configuration] = ()
) -> ChangeLink | None:
    """Return the change that explains one incident, or None."""
    if not onset.first_failures:
        return None
    specification = specification_of(onset, configurations)
    found = [
        one
        for index, change in enumerate(changes)
        if (one := _assess(change, onset, specification, changes[index + 1 :]))
    ]
    if not found:
        return None
    best = max(found, key=lambda one: (one.certain, one.change.at, one.change.change.id))
    seconds = best.delay / 10**9
    return ChangeLink(
        change=best.change.change.id,
        confidence="high" if best.certain else "medium",
        items=tuple(item.name for item in best.items),
        delay=seconds,
        says=link_text(best.change, best.items, seconds, certain=best.certain),
    )


def _assess(
    change: AppliedChange,
    onset: Onset,
    specification: Specification | None,
    later: Sequence[AppliedChange],
) -> _Candidate | None:
    delay = min(onset.first_failures.values()) - change.at
    if delay < 0 or not concerns(change, onset, specification):
        return _assess_called(change, onset, delay)
    on_new_revision = _began_on_new_revision(change, onset)
    if not on_new_revision and (inherited := _inherited(change, onset, later)):
        return _Candidate(change, inherited, certain=True, delay=delay)
    fits = [
        (item, degree)
        for item in change.change.items
        if (on_new_revision or item.name in _AT_ONCE) and (degree := fit(item, change, onset))
    ]
    certain = [item for item, degree in fits if degree == "certain"]
    if certain:
        return _Candidate(change, certain, certain=True, delay=delay)
    if not on_new_revision or _spans_revisions(change, onset, later):
        return None
    is_near = delay <= TIME_LIMIT
    undone = _undone(change, onset, later)
    possible = [item for item, degree in fits if (is_near or degree == "late") and item.name not in undone]
    if possible or (is_near and _may_be_unknown(change, onset)):
        return _Candidate(change, possible, certain=False, delay=delay)
    return None


def _may_be_unknown(change: AppliedChange, onset: Onset) -> bool:
    """Return whether what a change altered is unknown, and may explain the failure.

    No known item explains what is not found but the ingress, and scanners ask for such paths at any time.
    """
    is_unknown = not (change.change.config_known or change.kind == "iam policy")
    return is_unknown and onset.kinds != _NOT_FOUND


def _assess_called(change: AppliedChange, onset: Onset, delay: int) -> _Candidate | None:
    """Return a change of the service that is called where it explains what its caller got."""
    if delay < 0 or not is_called(change, onset):
        return None
    fits = [(item, degree) for item in change.change.items if (degree := fit_caller(item, change, onset))]
    certain = [item for item, degree in fits if degree == "certain"]
    possible = [item for item, _ in fits] if delay <= TIME_LIMIT else []
    found = certain or possible
    return _Candidate(change, found, certain=bool(certain), delay=delay) if found else None


def _inherited(change: AppliedChange, onset: Onset, later: Sequence[AppliedChange]) -> list[ChangeItem]:
    """Return the items that the failing revision still has from this change, and that explain the failure."""
    first, began = _first_failure(onset)
    altered: set[str] = set()
    revision = change.change.revision
    for following in later:
        if following.at > began or not revision or following.change.service != change.change.service:
            continue
        if following.location == change.location and following.change.previous_revision == revision:
            altered.update(item.name for item in following.change.items)
            revision = following.change.revision if following.change.config_known else None
        if revision == first:
            return [
                item
                for item in change.change.items
                if item.name not in altered and is_inherited(item, change, onset)
            ]
    return []


def _first_failure(onset: Onset) -> tuple[str, int]:
    """Return the revision that failed first, and when."""
    first = min(onset.first_failures, key=lambda revision: (onset.first_failures[revision], revision))
    return first, onset.first_failures[first]


def _began_on_new_revision(change: AppliedChange, onset: Onset) -> bool:
    """Return whether the failure began where the change took effect.

    On the revision that it created, if it did.
    """
    if not change.created:
        return True
    first, _ = _first_failure(onset)
    if change.change.revision:
        return first in ("", change.change.revision)
    return first != change.change.previous_revision


def _spans_revisions(change: AppliedChange, onset: Onset, later: Sequence[AppliedChange]) -> bool:
    """Return whether revisions fail in the same way that do not follow this one.

    Then the new one is not what they have in common. Of one whose change is unknown none may.
    """
    following = {found.change.revision for found in later} if change.change.config_known else set()
    return change.created and bool(onset.first_failures.keys() - {"", change.change.revision} - following)


def _undone(change: AppliedChange, onset: Onset, later: Sequence[AppliedChange]) -> set[str]:
    """Return the items that a later revision set back, and failed in the same way."""
    before = {item.name: item.before for item in change.change.items}
    return {
        item.name
        for found in later
        if found.change.revision in onset.first_failures
        for item in found.change.items
        if item.name in before and item.after == before[item.name]
    }
