"""Which services only passed on the failure of another one, by the traces of the failed requests."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from triage.models import AffectedService, FailureGroup
from triage.text import pluralize


class PassedOn(NamedTuple):
    """What the traces show of failures of several services.

    roots: by index of a group, the index of the group whose failure it only passed on.
    affected: by index of a group, the services that passed its failure on, with their requests.
    symptoms: the same as sentences.
    """

    roots: dict[int, int]
    affected: dict[int, list[AffectedService]]
    symptoms: dict[int, list[str]]


def follow_traces(groups: Sequence[FailureGroup]) -> PassedOn:
    """Return which groups of failures follow from one of another service.

    Of the failed requests of one trace the one that began last is the innermost: the others waited for it. A
    group follows from another where that is so for at least half of its traced requests.
    """
    by_trace: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for index, group in enumerate(groups):
        for trace, at in group.traces.items():
            by_trace[trace].append((at, index))
    votes: dict[int, Counter[int]] = defaultdict(Counter)
    for failed in by_trace.values():
        _, innermost = max(failed)
        for index in {index for _, index in failed}:
            if groups[index].service != groups[innermost].service:
                votes[index][innermost] += 1
    roots = {
        index: max(found, key=lambda root: (found[root], -root))
        for index, found in votes.items()
        if 2 * found.total() >= len(groups[index].traces)
    }
    roots = {index: root for index, root in roots.items() if roots.get(root) != index or root < index}
    requests: dict[int, Counter[str]] = defaultdict(Counter)
    symptoms: dict[int, list[str]] = defaultdict(list)
    for index, found in votes.items():
        group = groups[index]
        for root, count in found.items():
            requests[_root(root, roots)][group.service] += count
        if index in roots:
            symptoms[_root(index, roots)].append(_sentence(group))
    affected = {
        index: [
            AffectedService(service, count)
            for service, count in sorted(found.items(), key=lambda item: (-item[1], item[0]))
            if service != groups[index].service
        ]
        for index, found in requests.items()
    }
    return PassedOn(roots, affected, symptoms)


def _root(index: int, roots: dict[int, int]) -> int:
    """Return the group at the end of the chain."""
    seen = {index}
    while index in roots and roots[index] not in seen:
        index = roots[index]
        seen.add(index)
    return index


def _sentence(group: FailureGroup) -> str:
    """Return what a service that passed a failure on returned: "gateway returned 502 to 41 requests"."""
    statuses = sorted({status for _, status in group.paths if status})
    returned = f"returned {' or '.join(map(str, statuses[:3]))} to" if statuses else "failed"
    count = sum(group.paths.values()) or group.count
    return f"{group.service} {returned} {pluralize(count, 'request')}"
