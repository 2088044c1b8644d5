"""Entries to failures: each instance by itself, then all that have one explanation together."""

from collections import Counter

from triage.failures.groups import FailureGroups, GroupBuilder, PointRecognizer
from triage.failures.instance import Failure, InstanceFailures
from triage.failures.linking import Recognizer
from triage.failures.statements import Statement
from triage.models import Entry, Event, FailureGroup
from triage.text import message_template

#: Messages that are counted to tell noise from causes.
_TEMPLATES = 4000
_ERROR = 2

#: An instance of a revision of a service: whose lines are read together.
InstanceKey = tuple[str, str, str]


class FailureCollector:
    """Entries to groups of failures: ``observe`` them, then ``build``, once.

    Those of one instance come in order of time.
    """

    def __init__(self, recognize: Recognizer, recognize_point: PointRecognizer) -> None:
        """Begin with nothing seen; the recognizers give what the packs know."""
        self._recognize = recognize
        self._groups = FailureGroups(recognize_point)
        self._instances: dict[InstanceKey, InstanceFailures] = {}
        self._said: Counter[tuple[str, str]] = Counter()
        self._explaining: Counter[tuple[str, str]] = Counter()

    def observe(self, entry: Entry, event: Event | None) -> None:
        """Take one entry, with what a rule says of it."""
        key = (entry.service, entry.revision, entry.instance)
        instance = self._instances.get(key)
        if instance is None:
            instance = self._instances[key] = InstanceFailures(self._recognize)
        statements, failures = instance.observe(entry, event)
        if statements or failures:
            self._take(statements, failures)

    def close_partition(self) -> None:
        """Finish the instances that were seen: nothing more comes of them."""
        for instance in self._instances.values():
            self._take(*instance.flush())
        self._instances = {}

    def build(self) -> list[FailureGroup]:
        """Return the failures by their explanation, in order of time; what only followed from another is part of it."""
        self.close_partition()
        merge_consequences(self._groups)
        return [group.build(is_noise=self._is_noise(group)) for group in self._groups]

    def _is_noise(self, group: GroupBuilder) -> bool:
        """Return whether the statement of a group is said as often where nothing failed."""
        statement = group.sample.attribution.statement
        if statement is None:
            return False
        key = (group.service, message_template(statement.decisive))
        elsewhere = self._said[key] - self._explaining[key]
        return elsewhere > 2 and elsewhere >= self._explaining[key]

    def _take(self, statements: list[Statement], failures: list[Failure]) -> None:
        for statement in statements:
            if statement.strength >= _ERROR:
                key = (statement.first.service, message_template(statement.decisive))
                if key in self._said or len(self._said) < _TEMPLATES:
                    self._said[key] += 1
        for failure in failures:
            explaining = failure.attribution.statement
            if explaining is not None:
                self._explaining[explaining.first.service, message_template(explaining.decisive)] += 1
            self._groups.add(failure)


def merge_consequences(groups: FailureGroups) -> None:
    """Count what only followed from another failure of its revision as a part of that one."""
    found = list(groups)
    roots = [group for group in found if group.is_of_instances or group.is_explained]
    for group in found:
        if group.is_explained or group.own is None or not group.own.is_symptom:
            continue
        root = _root_of(group, roots)
        if root is not None:
            root.absorb(group)
            groups.remove(group)


def _root_of(group: GroupBuilder, roots: list[GroupBuilder]) -> GroupBuilder | None:
    """Return the failures that explain a symptom: instances of the same revision that failed at about that time."""
    kinds = set(group.kinds)
    near = 300 * 1_000_000_000
    candidates = [
        root
        for root in roots
        if root is not group
        and root.service == group.service
        and root.is_of_instances
        and (
            not root.revisions
            or not group.revisions
            or set(root.revisions) & set(group.revisions)
            or "" in group.revisions
        )
        and root.first - near <= group.last
        and group.first <= root.last + near
    ]
    if kinds <= {"deployment", "execution", "task"} or (
        group.own is not None and kinds == {"request"} and _is_of_start(group)
    ):
        return min(
            candidates, key=lambda root: (not root.is_explained, -root.count, root.first), default=None
        )
    return None


def _is_of_start(group: GroupBuilder) -> bool:
    """Return whether the requests failed because no instance could start, by the platform's own text."""
    return all(failure.point.event is not None for failure in group.samples)
