"""What is said of a revision's instances elsewhere than in their output.

By client libraries, which log through the API and name no instance, and by the platform in errors that no
rule reads.
"""

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator
from functools import partial

from triage.failures.meaning import COMPLAINT, Meanings
from triage.failures.points import FailurePoint
from triage.failures.statements import Statement, StatementBuilder
from triage.models import Entry, Event
from triage.window import NANOSECONDS

#: Statements of a revision that are kept.
_KEPT = 500
#: Nanoseconds before and behind a failure in which its statements are printed.
_BEFORE, _AFTER = 60 * NANOSECONDS, 2 * NANOSECONDS

#: The service and the revision of what names neither, as a library logs it that does not know Cloud Run.
_UNNAMED = ("", "")
#: The log of the platform.
_SYSTEM = "run.googleapis.com/varlog/system"

#: Returns the statements without an instance that may explain a failure.
Finder = Callable[[FailurePoint], list[Statement]]


class SharedStatements:
    """The complaints about revisions beside the output of their instances, in order of time."""

    def __init__(self, meanings: Meanings) -> None:
        """Begin with nothing said; ``meanings`` gives what statements mean."""
        self._meanings = meanings
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

    def add_platform_error(self, entry: Entry, event: Event | None) -> None:
        """Keep an error of the platform that no rule reads as a failure, a step of a run or noise."""
        is_read = event is not None and bool(event.failure or event.success or event.run or event.noise)
        if not is_read:
            said = Statement(self._meanings, (entry,), entry.message)
            self._said[entry.service, entry.revision].append(said)

    def near(self, point: FailurePoint) -> list[Statement]:
        """Return what was said around a failure of its instance; around a failed deployment, of any."""
        entry = point.entry
        if not entry.instance and point.kind != "deployment":
            return []
        key = (entry.service, entry.revision)
        is_said = key in self._said or key in self._open
        if not is_said and not self._has_unnamed(point):
            return []
        since, until = point.start - _BEFORE, point.end + _AFTER
        said = self._complaints(*key) if is_said else ()
        names = ("", entry.instance)
        found = [
            s
            for s in said
            if since <= s.end and s.start <= until and (not entry.instance or s.first.instance in names)
        ]
        if key != _UNNAMED and self._has_unnamed(point):
            found += [s for s in self._complaints(*_UNNAMED) if s.trace == entry.trace]
        return found

    def holds(self, point: FailurePoint) -> bool:
        """Return whether the revision of a failure complained without naming an instance."""
        key = (point.entry.service, point.entry.revision)
        return next(self._complaints(*key), None) is not None or self._has_unnamed(point)

    def _has_unnamed(self, point: FailurePoint) -> bool:
        """Return whether a failure has a trace, and complaints that name no service may have it, too."""
        return bool(point.entry.trace) and (_UNNAMED in self._said or _UNNAMED in self._open)

    def _complaints(self, service: str, revision: str) -> Iterator[Statement]:
        yield from self._said.get((service, revision), ())
        builder = self._open.get((service, revision))
        for statement in builder.open_statements() if builder else ():
            if statement.meaning.strength >= COMPLAINT:
                yield statement


def is_of_platform(entry: Entry) -> bool:
    """Return whether the platform wrote an entry about an instance."""
    return entry.log_name.endswith(_SYSTEM)
