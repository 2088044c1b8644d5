"""Hold back what may change in the next seconds: a first guess, or a recovery between two crashes."""

from collections.abc import Callable, Hashable, Iterable, Mapping

from triage.models import Notice, NoticeUpdate

#: Seconds for which an incident must stay open before it is reported, and over before that is.
OPEN_FOR, OVER_FOR = 10.0, 60.0


class SteadyNotices:
    """What stayed open, or over, long enough."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """Begin with nothing; ``clock`` counts seconds."""
        self._clock = clock
        self._newest = NoticeUpdate()
        self._notices_since: dict[Hashable, float] = {}
        self._ready_since: dict[Hashable, float] = {}

    def update(self, update: NoticeUpdate) -> None:
        """Replace what is known."""
        self._newest = update
        states = ((notice.fingerprint, notice.is_open) for notice in update.notices)
        self._notices_since = self._since(states, self._notices_since)
        self._ready_since = self._since(update.over_at, self._ready_since)

    def steady(self) -> NoticeUpdate:
        """Return what is steady now; incidents that are held back go on unreported."""
        now = self._clock()

        def is_steady(notice: Notice) -> bool:
            lasted = now - self._notices_since[notice.fingerprint, notice.is_open]
            return lasted >= (OPEN_FOR if notice.is_open else OVER_FOR)

        notices = [notice for notice in self._newest.notices if is_steady(notice)]
        return NoticeUpdate(
            notices=notices,
            unreported=[one.fingerprint for one in self._newest.notices if one not in notices],
            over_at={
                service: why
                for service, why in self._newest.over_at.items()
                if now - self._ready_since[service] >= OVER_FOR
            },
        )

    def newest(self) -> NoticeUpdate:
        """Return all that is known, for the end of a run."""
        return self._newest

    def _since(self, states: Iterable[Hashable], before: Mapping[Hashable, float]) -> dict[Hashable, float]:
        """Return since when each state lasts."""
        now = self._clock()
        return {state: before.get(state, now) for state in states}
