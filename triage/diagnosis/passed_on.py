"""Which services only passed on the failure of another one.

By the traces of the failed requests, else by the address or the name that they give, else by their times.
"""

import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from triage.models import AffectedService, FailureGroup
from triage.text import named_services, pluralize
from triage.window import NANOSECONDS

#: A word that may be the name of a service.
_NAME = re.compile(r"(?<![\w./@-])[a-z][a-z0-9-]{1,61}[a-z0-9](?![\w/@-]|\.\w)", re.ASCII)
_HOST = re.compile(r"\bhttps?://([^\s/:\"'?#]+)")
#: Nanoseconds between the failures of two services, one of which names the other, at most.
_NEAR = 60 * NANOSECONDS
#: How many failures of a caller follow from one failed request of the service that it calls, at most.
_CALLS = 4
#: Nanoseconds between a failure that only its status shows and the one that it passes on, at most.
_AT_ONCE = 2 * NANOSECONDS
#: Times that have to agree at least, and the share of them.
_TIMES, _AGREE = 8, 0.9
#: The share of the time that failures may fill so that others are no accident at the same times.
_FILLED = 0.3
_SERVER_ERROR = 500


class PassedOn(NamedTuple):
    """What the traces show of failures of several services.

    roots: by index of a group, the index of the group whose failure it only passed on.
    affected: by index of a group, the services that passed its failure on, with their requests.
    symptoms: the same as sentences.
    """

    roots: dict[int, int]
    affected: dict[int, list[AffectedService]]
    symptoms: dict[int, list[str]]


def follow_requests(groups: Sequence[FailureGroup]) -> PassedOn:
    """Return which groups of failures follow from one of another service.

    Of the failed requests of one trace the one that began last is the innermost: the others waited for it. A
    group follows from another where that is so for at least half of its traced requests. Without such traces
    it follows from failures at that time of the service whose address its statement names, or whose name is
    in it if both failed at the same moments. Requests of which only the status is known follow from explained
    failures of another service, request by request.
    """
    votes = _votes(groups)
    roots = {
        index: max(found, key=lambda root: (found[root], -root))
        for index, found in votes.items()
        if 2 * found.total() >= len(groups[index].traces)
    }
    for index, root in [*_find_named(groups).items(), *_find_simultaneous(groups).items()]:
        if index not in roots and _root(root, roots) != index:  # what the traces say goes first
            roots[index] = root
            votes[index] = Counter({root: groups[index].count})
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


def _votes(groups: Sequence[FailureGroup]) -> dict[int, Counter[int]]:
    """Return by index of a group how many of its traces end in which other group of another service."""
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
    return votes


def _find_named(groups: Sequence[FailureGroup]) -> dict[int, int]:
    """Return by index of a group the index of the failures of the service that its statement names."""
    by_service: dict[str, list[int]] = defaultdict(list)
    by_host: dict[str, set[str]] = defaultdict(set)
    for index, group in enumerate(groups):
        by_service[group.service].append(index)
        for sample in group.samples:
            if sample.entry.http is not None and (host := _HOST.match(sample.entry.http.url)):
                by_host[host[1]].add(group.service)
    found: dict[int, int] = {}
    for index, group in enumerate(groups) if len(by_service) > 1 else ():
        roots = [
            root
            for name in _called_by(group, by_host)
            for root in by_service.get(name, ())
            if _may_cause(groups[root], group)
        ] or [
            root
            for name in _mentioned(group, by_service)
            for root in by_service[name]
            if _may_cause(groups[root], group) and _coincide(group, groups[root])
        ]
        if roots:
            found[index] = max(roots, key=lambda root: (groups[root].count, -root))
    return found


def _called_by(group: FailureGroup, by_host: Mapping[str, set[str]]) -> set[str]:
    """Return the services whose addresses the statement of some failures names, without the service itself.

    by_host: the services by the hosts of their requests; one that several share names none.
    """
    statement = group.samples[0].statement
    if statement is None or "//" not in statement.text:
        return set()
    named = named_services(statement.text)
    for host in _HOST.findall(statement.text):
        services = by_host.get(host, ())
        if len(services) == 1:
            named |= {*services}
    return named - {group.service}


def _mentioned(group: FailureGroup, services: Iterable[str]) -> list[str]:
    """Return the services whose names stand as words in what was said of some failures, without their own."""
    statement = group.samples[0].statement
    said = {*_NAME.findall(statement.text)} if statement is not None else set()
    return [name for name in services if name in said and name != group.service]


def _may_cause(root: FailureGroup, group: FailureGroup) -> bool:
    """Return whether the failures of a called service are those that its caller saw, by time and number."""
    is_near = root.first <= group.last + _NEAR and group.first <= root.last + _NEAR
    return is_near and (set(root.kinds) != {"request"} or root.count * _CALLS >= group.count)


def _find_simultaneous(groups: Sequence[FailureGroup]) -> dict[int, int]:
    """Return by index of requests that failed for no reason of their own what failed elsewhere each time."""
    explained = [index for index, group in enumerate(groups) if _names_reason(group)]
    found: dict[int, int] = {}
    for index, group in enumerate(groups) if explained else ():
        if not _shows_status_alone(group):
            continue
        agreeing = {
            root: share
            for root in explained
            if groups[root].service != group.service
            and _may_cause(groups[root], group)
            and (share := _agreement(group, groups[root])) >= _AGREE
        }
        if agreeing:
            found[index] = max(agreeing, key=lambda root: (agreeing[root], groups[root].count, -root))
    return found


def _shows_status_alone(group: FailureGroup) -> bool:
    """Return whether requests failed with 5xx, and the service says nothing or only a status that it got."""
    statuses = [status for _, status in group.paths]
    said = group.samples[0].statement
    fields = group.known.event.fields if group.known is not None and not group.known.is_symptom else {}
    passes_on = said is None or (fields.get("status", "").isdecimal() and "host" not in fields)
    return (
        set(group.kinds) == {"request"}
        and passes_on
        and bool(statuses)
        and all(status >= _SERVER_ERROR for status in statuses)
    )


def _names_reason(group: FailureGroup) -> bool:
    """Return whether it is known of failures, of requests too, why they happened."""
    is_known = group.known is not None and not group.known.is_symptom
    says = group.samples[0].statement is not None or is_known
    return bool(group.paths) and says and not _shows_status_alone(group)


def _coincide(group: FailureGroup, root: FailureGroup) -> bool:
    """Return whether each failure of one is at the time of one of the other: a caller may end later."""
    return max(_agreement(group, root), _agreement(root, group)) >= _AGREE


def _agreement(group: FailureGroup, root: FailureGroup) -> float:
    """Return the share of the times of failures at which others failed too, 0 where chance explains it."""
    times = root.times
    if len(group.times) < _TIMES or not times:
        return 0.0
    filled = 2 * _AT_ONCE * len(times) / max(root.last - root.first, 1)
    if filled > _FILLED and abs(root.first - group.first) > _NEAR:
        return 0.0
    near = sum(
        any(abs(times[place] - at) <= _AT_ONCE for place in (later - 1, later) if 0 <= place < len(times))
        for at in group.times
        for later in (bisect_left(times, at),)
    )
    return near / len(group.times)


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
