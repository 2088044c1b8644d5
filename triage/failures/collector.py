"""Entries to failures: each instance by itself, then all that have one explanation together."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import partial

from triage.failures.groups import FailureGroups, GroupBuilder, PointRecognizer
from triage.failures.instance import Failure
from triage.failures.instances import Complete, Instances
from triage.failures.linking import Attribution
from triage.failures.meaning import COMPLAINT, STRONG, WEAK, Meanings
from triage.failures.neighborhood_builder import NeighborhoodBuilder
from triage.failures.noise import count_said
from triage.failures.shared_statements import is_of_platform
from triage.failures.statements import Statement
from triage.failures.waiting_failures import WaitingFailures
from triage.models import FailureGroup, Neighborhoods, Observed
from triage.text import path_template
from triage.window import NANOSECONDS

#: Nanoseconds between failures and what only followed from them, at most.
_NEAR = 300 * NANOSECONDS
#: How many requests of known cause there are for each of a few that fail in the same way unsaid, at least.
_MANY_MORE = 4
#: Entries after which idle instances are looked for.
_SWEEP = 5000


class FailureCollector:
    """Entries to groups of failures: ``observe`` them, then ``build``, once.

    Those of one instance come in order of time. Where not every entry is observed, ``is_partial``, a failure
    that no error of the application explains waits: its evidence may be among the entries that were dropped.
    Read the ``neighborhoods`` of such failures with a NeighborhoodReader, ``replace_waiting`` with what it
    finds, then build. Each statement that may be an error is passed on once it is complete.
    """

    def __init__(
        self,
        meanings: Meanings,
        recognize_point: PointRecognizer,
        on_errors: Callable[[Sequence[Statement]], None],
        *,
        is_partial: bool = False,
        chains: frozenset[str] = frozenset(),
    ) -> None:
        """Begin with nothing seen.

        ``meanings`` gives what statements mean, ``recognize_point`` what the packs know of a failure point;
        ``on_errors`` takes statements. ``chains`` are the packs with a readiness chain, which explains what
        fails in its runs.
        """
        self._on_errors = on_errors
        self._waiting = WaitingFailures(meanings)
        self._over: list[Statement] = []
        self._settled: list[Failure] = []
        self._is_partial = is_partial
        self._unread = 0
        self._observed = 0
        self._neighborhoods = NeighborhoodBuilder()
        self._groups = FailureGroups(recognize_point)
        self._instances = Instances(meanings, chains, is_partial=is_partial)
        self._said: Counter[tuple[str, str]] = Counter()
        self._explaining: Counter[tuple[str, str]] = Counter()

    def observe(self, observed: Sequence[Observed]) -> None:
        """Take entries."""
        self._observed += len(observed)
        if self._observed >= _SWEEP:
            self._observed = 0
            self._take(self._instances.finish_idle(observed[0][0].timestamp))
        self._take(self._instances.observe(observed))
        self._count()

    def close_partition(self) -> None:
        """Finish the instances that were seen: nothing more comes of them."""
        self._take(self._instances.finish())
        self._count()

    @property
    def neighborhoods(self) -> Neighborhoods:
        """Return where the evidence of the failures that wait is to be read."""
        return self._neighborhoods.build()

    @property
    def unread(self) -> int:
        """Return around how many failures not all entries were read, once the groups are built."""
        return self._unread + self._neighborhoods.omitted

    def replace_waiting(self, failures: Iterable[Failure]) -> None:
        """Take failures that wait again, read with all that was said around them; others are left out."""
        self._add([failure for failure in failures if self._waiting.drop(failure.points)])

    def add_said(self, said: Counter[tuple[str, str]]) -> None:
        """Take how often each error was said around failures, by service and template."""
        self._said |= said

    def build(self) -> list[FailureGroup]:
        """Return the failures by their explanation, in order of time.

        What only followed from another is part of it.
        """
        self.close_partition()
        waiting = self._waiting.take_all()
        self._unread = len(waiting)
        self._add(waiting)
        for group in [group for group in self._groups if self._is_noise(group)]:
            if self._groups.explain_again(group, partial(self._is_noise_elsewhere, count=group.count)):
                found = group.sample.attribution
                if found.statement is not None:
                    self._explaining[found.statement.meaning.name] += found.said * group.count
        merge_consequences(self._groups)
        return [group.build(is_noise=self._is_noise(group)) for group in self._groups]

    def _is_noise(self, group: GroupBuilder) -> bool:
        """Return whether the statement of a group is said as often where nothing failed."""
        statement = group.sample.attribution.statement
        if statement is None:
            return False
        return self._is_said_without_failure(statement, self._explaining[statement.meaning.name])

    def _is_noise_elsewhere(self, found: Attribution, count: int) -> bool:
        """Return whether what would explain so many failures is said as often where nothing failed."""
        if found.statement is None:
            return False
        return self._is_said_without_failure(found.statement, found.said * count)

    def _is_said_without_failure(self, statement: Statement, explaining: int) -> bool:
        """Return whether a statement is said more often than it explains failures."""
        elsewhere = self._said[statement.meaning.name] - explaining
        return elsewhere > 2 and elsewhere >= explaining

    def _take(self, complete: Iterable[Complete]) -> None:
        """Take what is complete of instances; it is counted later, all together."""
        for statements, failures in complete:
            self._over += statements
            for failure in failures:
                if self._is_partial and not self._is_firm(failure) and self._add_windows(failure):
                    self._waiting.add(failure)
                else:
                    self._settled.append(failure)

    def _add_windows(self, failure: Failure) -> bool:
        """Add the windows around a failure to those that are to be read; return whether there was room."""
        return self._neighborhoods.add(failure, shares=self._instances.shared.holds(failure.point))

    def _count(self) -> None:
        """Count the statements and the failures that were taken."""
        self._on_errors([statement for statement in self._over if statement.meaning.strength > WEAK])
        count_said(self._said, self._over)
        self._add(self._settled)
        self._over, self._settled = [], []

    def _add(self, failures: Sequence[Failure]) -> None:
        for failure in failures:
            if failure.point.is_refusal and not _says_why(failure):
                failure.attribution = Attribution(point=failure.point)
        for found in [failure.attribution for failure in failures]:
            if found.statement is not None:
                self._explaining[found.statement.meaning.name] += found.said
        self._groups.add(failures)

    def _is_firm(self, failure: Failure) -> bool:
        """Return whether no dropped entry can explain a failure better."""
        if failure.in_run:
            return True
        statement = failure.attribution.statement
        if statement is not None and is_of_platform(statement.first):
            return True
        if statement is not None and statement.first.severity_source != "none":
            return statement.is_exception and failure.attribution.strength >= STRONG
        return not failure.point.entry.instance


def _says_why(failure: Failure) -> bool:
    """Return whether an application said what it refused a request for."""
    found = failure.attribution
    return found.strength >= COMPLAINT and found.link in ("trace", "instance")


def merge_consequences(groups: FailureGroups) -> None:
    """Count what only followed from another failure of its revision as a part of that one."""
    found = list(groups)
    roots = [group for group in found if group.is_of_instances or group.is_explained]
    for group in found:
        if group.reports_symptom:
            root = _root_of_report(group, roots) or _ended_before(group, roots)
        elif group.is_explained:
            continue
        else:
            root = _root_of_unsaid(group, roots) if group.is_unsaid else None
            if root is None and group.own is not None and group.own.is_symptom:
                root = _root_of(group, roots)
        if root is not None:
            root.absorb(group)
            groups.remove(group)


def _root_of_report(group: GroupBuilder, roots: list[GroupBuilder]) -> GroupBuilder | None:
    """Return the failures that explain requests of which the application says only what follows from others.

    Requests of the same paths that failed at that time, for a reason that is named.
    """
    paths = group.path_templates
    candidates = [
        root
        for root in roots
        if root.service == group.service
        and not root.reports_symptom
        and set(root.kinds) == {"request"}
        and _is_near(root, group)
        and not paths.isdisjoint(root.path_templates)
    ]
    return max(candidates, key=lambda root: (root.count, -root.first), default=None)


def _root_of_unsaid(group: GroupBuilder, roots: list[GroupBuilder]) -> GroupBuilder | None:
    """Return the failures that explain a few requests of which nobody says why they failed.

    Many more requests of the same paths ended at that time with the same status, for a reason that is named.
    """
    failed = {(path_template(path), status) for path, status in group.paths}
    candidates = [
        root
        for root in roots
        if root.service == group.service
        and not root.reports_symptom
        and _is_near(root, group)
        and failed <= {(path_template(path), status) for path, status in root.paths}
        and sum(root.paths.values()) >= _MANY_MORE * group.count
    ]
    return max(candidates, key=lambda root: (root.count, -root.first), default=None)


def _is_near(root: GroupBuilder, group: GroupBuilder) -> bool:
    """Return whether failures may explain others by the time of both."""
    return root.first - _NEAR <= group.last and group.first <= root.last + _NEAR


def _ended_before(group: GroupBuilder, roots: list[GroupBuilder]) -> GroupBuilder | None:
    """Return why a container of an instance had ended when a proxy beside it could not pass requests on."""
    return next(
        (
            root
            for root in roots
            if root.is_of_instances
            and root.is_explained
            and root.service == group.service
            and group.instances.keys() <= root.instances.keys()
            and root.first <= group.first
        ),
        None,
    )


def _root_of(group: GroupBuilder, roots: list[GroupBuilder]) -> GroupBuilder | None:
    """Return the failures that explain a symptom.

    Instances of the same revision that failed at about that time.
    """
    kinds = set(group.kinds)
    candidates = [
        root
        for root in roots
        if root is not group
        and root.service == group.service
        and (root.is_of_instances or _is_explained_report(kinds, root))
        and (
            not root.revisions
            or not group.revisions
            or set(root.revisions) & set(group.revisions)
            or "" in group.revisions
        )
        and _is_near(root, group)
    ]
    if kinds <= {"deployment", "execution", "task"} or (
        group.own is not None and kinds == {"request"} and _is_of_start(group)
    ):
        return min(
            candidates, key=lambda root: (not root.is_explained, -root.count, root.first), default=None
        )
    return None


def _is_explained_report(kinds: set[str], root: GroupBuilder) -> bool:
    """Return whether the platform reports a second time what failed for a known reason.

    A service reports it of its revision, and an execution of its tasks.
    """
    of_root = set(root.kinds)
    is_report = kinds == of_root == {"deployment"} or (kinds == {"execution"} and of_root == {"task"})
    return is_report and root.is_explained


def _is_of_start(group: GroupBuilder) -> bool:
    """Return whether the requests failed because no instance could start, by the platform's own text.

    What an application refuses has nothing to do with it.
    """
    return all(failure.point.event is not None and not failure.point.is_refusal for failure in group.samples)
