"""What applications said without naming their instance, as client libraries log through the API."""

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator
from functools import partial

from triage.failures.meaning import COMPLAINT
from triage.failures.points import FailurePoint
from triage.failures.statements import Statement, StatementBuilder
from triage.models import InstanceKey
from triage.window import NANOSECONDS

#: Statements of a revision that are kept.
_KEPT = 500
#: Nanoseconds before and behind a failure in which its statements are printed.
_BEFORE, _AFTER = 60 * NANOSECONDS, 2 * NANOSECONDS

#: Returns the statements without an instance that may explain a failure.
Finder = Callable[[FailurePoint], list[Statement]]


class SharedStatements:
    """The complaints of revisions that name no instance, in order of time: they may be of any of theirs."""

    def __init__(self) -> None:
        """Begin with nothing said."""
        self._open: dict[tuple[str, str], StatementBuilder] = {}
        self._said: defaultdict[tuple[str, str], deque[Statement]] = defaultdict(partial(deque, maxlen=_KEPT))

    def watch(self, service: str, revision: str, builder: StatementBuilder) -> None:
        """Take what is still being said, too: the builder of what a revision says without an instance."""
        self._open[service, revision] = builder

    def add(self, service: str, revision: str, statements: Iterable[Statement]) -> None:
        """Keep what complains of these statements."""
        complaints = [statement for statement in statements if statement.meaning.strength >= COMPLAINT]
        if complaints:
            self._said[service, revision] += complaints

    def near(self, point: FailurePoint) -> list[Statement]:
        """Return what the revision of a failure said around it."""
        entry = point.entry
        if not entry.instance or (entry.service, entry.revision) not in self._open:
            return []
        since, until = point.start - _BEFORE, point.end + _AFTER
        said = self._complaints(entry.service, entry.revision)
        return [s for s in said if since <= s.end and s.start <= until]

    def holds(self, point: FailurePoint) -> bool:
        """Return whether the revision of a failure complained without naming an instance."""
        return any(True for _ in self._complaints(point.entry.service, point.entry.revision))

    def _complaints(self, service: str, revision: str) -> Iterator[Statement]:
        yield from self._said.get((service, revision), ())
        builder = self._open.get((service, revision))
        for statement in builder.open_statements() if builder else ():
            if statement.meaning.strength >= COMPLAINT:
                yield statement


def instance_of(key: InstanceKey) -> str:
    """Return the instance of a key: what names none sorts first, and is known before it is asked for."""
    return key[-1]
