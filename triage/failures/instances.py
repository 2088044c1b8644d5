"""All instances, with what is said of them elsewhere than in their own output."""

from collections.abc import Iterable, Iterator

from triage.failures.instance import Failure, InstanceFailures
from triage.failures.levels import ERROR
from triage.failures.meaning import Meanings
from triage.failures.shared_statements import SharedStatements, is_of_platform
from triage.failures.statements import Statement
from triage.models import InstanceKey, Observed
from triage.window import NANOSECONDS

#: Nanoseconds of silence that make an instance idle.
_IDLE = 3600 * NANOSECONDS
#: Instances that are kept, and nanoseconds of silence after which others are finished: nothing is expected of
#: their failures by then.
_MOST_INSTANCES, _SETTLED = 1000, 120 * NANOSECONDS

#: Statements and failures that are complete.
Complete = tuple[list[Statement], list[Failure]]


class Instances:
    """The instances of which entries come; those of one come in order of time.

    shared: what is said of them elsewhere.
    """

    def __init__(
        self, meanings: Meanings, chains: frozenset[str] = frozenset(), *, is_partial: bool = False
    ) -> None:
        """Begin with none; the arguments are those of InstanceFailures."""
        self._meanings, self._chains, self._is_partial = meanings, chains, is_partial
        self._by_key: dict[InstanceKey, InstanceFailures] = {}
        self.shared = SharedStatements(meanings)

    def __len__(self) -> int:
        """Return how many are kept."""
        return len(self._by_key)

    def __iter__(self) -> Iterator[InstanceKey]:
        """Yield the names of those that are kept."""
        return iter(self._by_key)

    def observe(self, observed: Iterable[Observed]) -> Iterator[Complete]:
        """Take entries; yield what is complete, as soon as it is."""
        for entry, event, is_output in observed:
            key = (entry.service, entry.revision, entry.instance)
            instance = self._by_key.get(key)
            if instance is None:
                instance = self._begin(key)
            if not is_output and is_of_platform(entry) and entry.level >= ERROR:
                self.shared.add_platform_error(entry, event)
            complete = instance.observe(entry, event, is_output=is_output)
            if complete[0] or complete[1]:
                yield complete if entry.instance else self._share(key, complete)

    def finish_idle(self, now: int) -> Iterator[Complete]:
        """Finish those that have been silent for long; of too many, those that have been silent longest.

        What they say later belongs to nothing before.
        """
        silent = sorted(
            (instance.last, key) for key, instance in self._by_key.items() if now - instance.last > _SETTLED
        )
        surplus = max(0, len(self) - _MOST_INSTANCES)
        idle = [key for number, (last, key) in enumerate(silent) if number < surplus or now - last > _IDLE]
        for key in idle:
            yield self._share(key, self._by_key.pop(key).flush())

    def finish(self, keys: Iterable[InstanceKey] | None = None) -> Iterator[Complete]:
        """Finish some, or all: nothing more comes of them.

        Lines that name no instance come first: others ask for them.
        """
        for key in sorted(self._by_key if keys is None else keys, key=_instance_of):
            yield self._share(key, self._by_key.pop(key).flush())

    def _begin(self, key: InstanceKey) -> InstanceFailures:
        instance = self._by_key[key] = InstanceFailures(
            self._meanings, self.shared.near, self._chains, is_partial=self._is_partial
        )
        service, revision, name = key
        if not name:
            self.shared.watch(service, revision, instance.builder)
        return instance

    def _share(self, key: InstanceKey, complete: Complete) -> Complete:
        """Return what is complete; statements that name no instance are kept for all of the revision."""
        service, revision, name = key
        statements, _ = complete
        if statements and not name:
            self.shared.add(service, revision, statements)
        return complete


def _instance_of(key: InstanceKey) -> str:
    return key[-1]
