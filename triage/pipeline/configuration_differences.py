"""What differs between the configurations of two sides, for comparisons and gates."""

from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase

from triage.changes import Configuration, differing_items
from triage.models import ConfigurationDifference
from triage.models.change import Change, ChangeItem
from triage.pipeline.analyzer import Analysis


def between_analyses(before: Analysis, after: Analysis) -> list[ConfigurationDifference]:
    """Return what differs between the last known configurations of two exports, by service.

    Where BEFORE does not hold the configuration of a service, the changes that AFTER holds say what was
    altered.
    """
    earlier = {_key(found): found for found in reversed(before.configurations)}
    later = {_key(found): found for found in reversed(after.configurations)}
    named = {found.service: found for found in earlier.values()}
    differences: dict[str, list[ChangeItem]] = {}
    for key, found in sorted(later.items()):
        known = earlier.get(key) or named.get(found.service)
        if known is not None:
            differences[found.service] = differing_items(known.specification, found.specification)
    seen = {change.id for change in before.diagnosis.changes}
    new = [change for change in after.diagnosis.changes if change.id not in seen]
    for service in sorted({change.service for change in new if change.service}):
        if service not in differences:
            differences[service] = merge_items(change for change in new if change.service == service)
    return _non_empty(differences)


def between_revisions(
    analysis: Analysis, earlier: str, later: str, *, service: str = ""
) -> list[ConfigurationDifference]:
    """Return what the changes from one revision to another altered; the names may be glob patterns.

    The chain of changes goes back from the later revision by its previous one. Where it does not reach the
    earlier revision, the sum of the changes is not known, and nothing is returned.
    """
    differences: dict[str, list[ChangeItem]] = {}
    by_service: dict[str, list[Change]] = {}
    for change in analysis.diagnosis.changes:
        if change.service and change.revision and service in ("", change.service):
            by_service.setdefault(change.service, []).append(change)
    for name, changes in sorted(by_service.items()):
        chain = _chain(changes, earlier, later)
        if chain and all(change.config_known for change in chain):
            differences[name] = merge_items(chain)
    return _non_empty(differences)


def merge_items(changes: Iterable[Change]) -> list[ChangeItem]:
    """Return the items of several changes in order of time as those of one.

    The first value and the last one.
    """
    merged: dict[str, ChangeItem] = {}
    for change in changes:
        for item in change.items:
            first = merged.get(item.name)
            merged[item.name] = ChangeItem(item.name, first.before if first else item.before, item.after)
    return [item for item in merged.values() if item.before != item.after]


def _chain(changes: Sequence[Change], earlier: str, later: str) -> list[Change]:
    """Return the changes after the earlier revision up to the later one, [] if they are not connected."""
    by_revision = {
        change.revision: change for change in changes if change.previous_revision != change.revision
    }
    newest = [change for change in by_revision.values() if fnmatchcase(change.revision or "", later)]
    if not newest:
        return []
    chain = [newest[-1]]
    while not fnmatchcase(chain[0].previous_revision or "", earlier):
        previous = by_revision.get(chain[0].previous_revision)
        if previous is None or previous in chain:
            return []
        chain.insert(0, previous)
    return chain


def _key(found: Configuration) -> tuple[str, str, str]:
    return found.service, found.project, found.location


def _non_empty(differences: dict[str, list[ChangeItem]]) -> list[ConfigurationDifference]:
    return [ConfigurationDifference(service, items) for service, items in differences.items() if items]
