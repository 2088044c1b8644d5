"""Hold back what may change in the next seconds: a first guess, or a recovery between two crashes."""

from collections.abc import Callable, Sequence

from triage.models import Notice

#: Seconds for which an incident must stay open before it is reported, and over before that is.
OPEN_FOR, OVER_FOR = 10.0, 60.0


class SteadyNotices:
    """The notices that stayed open, or over, long enough."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """Begin with none; ``clock`` counts seconds."""
        self._clock = clock
        self._since: dict[str, tuple[bool, float]] = {}
        self._notices: list[Notice] = []

    def update(self, notices: Sequence[Notice]) -> None:
        """Replace the notices."""
        now = self._clock()
        before, self._since = self._since, {}
        for notice in notices:
            was_open, since = before.get(notice.fingerprint, (not notice.is_open, now))
            self._since[notice.fingerprint] = (notice.is_open, since if was_open == notice.is_open else now)
        self._notices = list(notices)

    def steady(self) -> list[Notice]:
        """Return the notices that are steady now."""
        now = self._clock()
        return [
            notice
            for notice in self._notices
            if now - self._since[notice.fingerprint][1] >= (OPEN_FOR if notice.is_open else OVER_FOR)
        ]

    def all(self) -> list[Notice]:
        """Return all notices, for the end of a run."""
        return self._notices
