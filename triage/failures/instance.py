"""What one instance said and what failed there, entry by entry."""

from collections import deque
from collections.abc import Sequence
from heapq import heappop, heappush
from operator import attrgetter

import msgspec

from triage.failures.last_words import ends_soon, was_stopped
from triage.failures.linking import (
    AFTER_TIMEOUT,
    BEFORE_EXIT,
    BEFORE_LAST,
    QUOTED,
    WHILE_STARTING,
    Attribution,
    attribute,
    attribute_from_afar,
)
from triage.failures.meaning import Meanings
from triage.failures.points import (
    DEPTH,
    OF_INSTANCE,
    SAID,
    TIMEOUT_STATUS,
    FailurePoint,
    failure_kind,
    find_failure,
    is_killed,
)
from triage.failures.shared_statements import Finder
from triage.failures.statements import Statement, StatementBuilder
from triage.models import Entry, Event
from triage.window import NANOSECONDS

#: Statements of an instance that are kept.
_KEPT = 80
#: Nanoseconds in which the lines of one failed start or end are printed.
_CLUSTER = 10 * NANOSECONDS
#: Nanoseconds in which a program that was told to end is killed.
_GRACE = 15 * NANOSECONDS
#: Nanoseconds behind a request's end in which the end of its instance is logged.
_SETTLED = 6 * NANOSECONDS
#: Nanoseconds around a failure in which the lines of a chain's run belong to it.
_IN_RUN = NANOSECONDS
#: Nanoseconds before a request in which a statement may still belong to it.
_BEFORE_REQUEST = 2 * NANOSECONDS
#: Nanoseconds before a point in which a statement may belong to it, by the kind of the point.
_BEFORE = {"request": _BEFORE_REQUEST, "startup_probe": WHILE_STARTING}
#: What a chain's line says of a run that failed: it explains the end of its instance.
_FAILED = frozenset({"failed", "not_ready"})


class Failure(msgspec.Struct, gc=False):
    """One failure: its deepest point with what explains it, and what followed from it.

    point: the deepest point.
    attribution: the statement that explains it.
    consequences: other points of the same failed start or end.
    requests: requests that failed because of it.
    in_run: whether lines of a chain's run stand beside it, which explain it by themselves.
    silent_since: since when its instance had printed nothing, None where it printed something or not every
        entry was observed.
    """

    point: FailurePoint
    attribution: Attribution
    consequences: Sequence[FailurePoint] = ()
    requests: Sequence[FailurePoint] = ()
    in_run: bool = False
    silent_since: int | None = None

    @property
    def points(self) -> list[FailurePoint]:
        """Return its deepest point, and those that followed from it."""
        return [self.point, *self.consequences, *self.requests]


class _Cluster(msgspec.Struct, gc=False):
    """The points of one failed start or end of an instance while they come in."""

    points: list[FailurePoint]
    requests: list[FailurePoint] = []

    @property
    def start(self) -> int:
        return min(point.end for point in self.points)

    @property
    def end(self) -> int:
        return max(point.end for point in self.points)

    @property
    def deepest(self) -> FailurePoint:
        return min(self.points, key=lambda point: (DEPTH[point.kind], point.entry.sort_key))

    @property
    def is_orderly(self) -> bool:
        return all(point.orderly for point in self.points)


class InstanceFailures:
    """The failures of one instance; entries come in order of time."""

    def __init__(
        self,
        meanings: Meanings,
        shared: Finder,
        chains: frozenset[str] = frozenset(),
        *,
        is_partial: bool = False,
    ) -> None:
        """Begin with nothing seen; ``meanings`` gives what statements mean.

        shared: finds what was said around a failure without an instance.
        chains: the packs whose runs explain what fails in them.
        is_partial: whether not every entry is observed.
        """
        self._find_shared = shared
        self._chains = chains
        self._is_partial = is_partial
        self._builder = StatementBuilder(meanings)
        self._statements: deque[Statement] = deque(maxlen=_KEPT)
        self._clusters: list[_Cluster] = []
        self._requests: list[tuple[int, int, FailurePoint]] = []
        self._number = 0
        self._in_runs: deque[int] = deque(maxlen=_KEPT)
        self._failed_runs: deque[int] = deque(maxlen=_KEPT)
        self._first: int | None = None
        self.last = 0

    def observe(
        self, entry: Entry, event: Event | None, *, is_output: bool
    ) -> tuple[list[Statement], list[Failure]]:
        """Take one entry; return the statements and the failures that are complete now.

        is_output: whether an application printed the entry.
        """
        self.last = entry.timestamp
        if self._first is None:
            self._first = entry.timestamp
        if event is not None and event.run and not event.failure and event.pack in self._chains:
            self._in_runs.append(entry.timestamp)
            if event.outcome in _FAILED:
                self._failed_runs.append(entry.timestamp)
        kind = failure_kind(entry, event)
        if is_output and kind in SAID:
            over = self._builder.observe(entry, event)
        else:
            over = self._builder.close_before(entry.timestamp)
        if over:
            self._statements.extend(over)
        failures: list[Failure] = []
        if self._clusters or (self._requests and self._requests[0][0] < entry.timestamp):
            failures = self._settle(entry.timestamp)
        if kind or entry.http is not None:
            point = find_failure(entry, event, kind)
            if point is not None:
                self._add(point)
        return over, failures

    @property
    def builder(self) -> StatementBuilder:
        """Return what builds its statements."""
        return self._builder

    def flush(self) -> tuple[list[Statement], list[Failure]]:
        """Return what is left when no more entries come."""
        over = self._builder.flush()
        self._statements.extend(over)
        return over, self._settle(None)

    def _add(self, point: FailurePoint) -> None:
        if point.kind == "request":
            wait = AFTER_TIMEOUT if point.status == TIMEOUT_STATUS else 0
            self._number += 1
            heappush(self._requests, (point.end + wait + _SETTLED, self._number, point))
            return
        for cluster in self._clusters:
            if point.kind in OF_INSTANCE and cluster.start - _CLUSTER <= point.end <= cluster.end + _CLUSTER:
                cluster.points.append(point)
                return
        self._clusters.append(_Cluster([point]))

    def _settle(self, now: int | None) -> list[Failure]:
        """Return the failures about which nothing more is expected at a time; all, without one."""
        failures: list[Failure] = []
        while self._requests and (now is None or self._requests[0][0] < now):
            point = heappop(self._requests)[2]
            if not self._clusters or not self._is_cut(point):
                failures.append(self._failure(point))
        if not self._clusters:
            return failures
        over = [
            c for c in self._clusters if now is None or (c.end + _CLUSTER < now and not self._has_waiting(c))
        ]
        for cluster in over:
            self._clusters.remove(cluster)
            failures += self._close(cluster)
        return failures

    def _has_waiting(self, cluster: _Cluster) -> bool:
        return any(_cut(point, cluster) for _, _, point in self._requests)

    def _is_cut(self, point: FailurePoint) -> bool:
        """Return whether the end of the instance cut a request; the end takes it as its consequence."""
        for cluster in self._clusters:
            if _cut(point, cluster):
                cluster.requests.append(point)
                return True
        return False

    def _close(self, cluster: _Cluster) -> list[Failure]:
        is_orderly = cluster.is_orderly or self._was_stopped(cluster)
        if is_orderly and not cluster.requests:
            return []
        if is_orderly:
            return [self._failure(point) for point in cluster.requests]
        deepest = cluster.deepest
        rest = [point for point in cluster.points if point is not deepest]
        failure = self._failure(deepest)
        failure.consequences, failure.requests = rest, cluster.requests
        return [failure]

    def _was_stopped(self, cluster: _Cluster) -> bool:
        """Return whether the program was told to end, though what ended it looks like a failure.

        Many programs end as if they had failed, and Cloud Run kills what has not ended in time.
        """
        kinds = {point.kind for point in cluster.points}
        killed = kinds == {"signal"} and all(is_killed(point) for point in cluster.points)
        if not killed and kinds != {"exit"}:
            return False
        since, until = cluster.start - _GRACE, cluster.end + NANOSECONDS
        near = [said.text for said in self._statements_near(cluster.deepest) if since <= said.end <= until]
        return any(map(ends_soon if killed else was_stopped, near))

    def _failure(self, point: FailurePoint) -> Failure:
        near = self._statements_near(point)
        attribution = attribute(point, near)
        if shared := self._find_shared(point):
            attribution = attribute_from_afar(attribution, shared)
        return Failure(
            point,
            attribution,
            in_run=bool(self._in_runs) and self._is_in_run(point),
            silent_since=None if self._is_partial else self._silent_since(point, near),
        )

    def _is_in_run(self, point: FailurePoint) -> bool:
        """Return whether lines of a chain's run explain a point."""
        return any(point.start - _IN_RUN <= at <= point.end + _IN_RUN for at in self._in_runs) or (
            point.kind in OF_INSTANCE
            and any(point.start - BEFORE_EXIT <= at <= point.end for at in self._failed_runs)
        )

    def _silent_since(self, point: FailurePoint, near: list[Statement]) -> int | None:
        """Return since when the instance had printed nothing, None where it printed something."""
        since = max(self._first or 0, point.start - BEFORE_LAST)
        is_silent = point.entry.instance and not any(
            since <= statement.end and statement.start <= point.end for statement in near
        )
        return since if is_silent else None

    def _statements_near(self, point: FailurePoint) -> list[Statement]:
        """Return the statements that may belong to a point, and the last ones before it, in order of time."""
        since = point.start - _BEFORE.get(point.kind, BEFORE_EXIT)
        found: list[Statement] = []
        for statement in reversed(self._statements):
            if statement.end < since and len(found) >= QUOTED:
                break
            found.append(statement)
        found.reverse()
        if self._builder.is_open:
            found += self._builder.open_statements()
        # Statements that began at once keep the order in which they ended: entries come sorted.
        found.sort(key=_start)
        return found


_start = attrgetter("start")


def _cut(request: FailurePoint, cluster: _Cluster) -> bool:
    """Return whether an instance ended while a request of it went on, or just behind it."""
    return request.start - NANOSECONDS <= cluster.end and cluster.start <= request.end + 5 * NANOSECONDS
