"""Cloud Logging watched: what comes is kept, analysed as it comes, and told when something changes."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Literal

import msgspec

from triage.checks.watch import MINUTES, Recent, changes, standings
from triage.checks.watch.hook import Hook
from triage.errors import ExitStatus, TriageError, TryAgainError
from triage.models import FetchPlan, Gap, Pack, Turn, Watch
from triage.pipeline.fetching import check_filter
from triage.pipeline.live import Live
from triage.pipeline.reporting import to_json
from triage.window import Window, both_clocks

if TYPE_CHECKING:
    from triage.fetching.follow import Follow, Rhythm
    from triage.fetching.logbook import Logbook
    from triage.fetching.tail import Delivery

Until = Literal["ready", "not_ready"]
_SATISFYING = {"ready": ("ready", "degraded"), "not_ready": ("not_ready",)}
#: Seconds between two conclusions, and how many times as long as it took is waited after one.
_LEAST, _SHARE = 0.5, 4
#: Seconds for which no conclusion is drawn while an earlier stretch still comes.
_PATIENT = 10.0
#: Seconds after which one is drawn though nothing came: of what is silent for long no more is expected.
_ANYWAY = 60.0


class Watching(msgspec.Struct, frozen=True, kw_only=True):
    """How a watch is told of: ``tell`` in sentences, ``show`` how all stands, ``changed`` what became another.

    ``on_change`` is a command that is handed the diagnosis.
    """

    tell: Callable[[str], None]
    show: Callable[[Watch], None]
    changed: Callable[[Turn], None]
    on_change: Sequence[str] = ()


def watch(
    plan: FetchPlan,
    packs: Sequence[Pack],
    watching: Watching,
    *,
    until: Until | None = None,
    seconds: float | None = None,
    now: Callable[[], int],
    clock: Callable[[], float] = time.monotonic,
    rhythm: "Rhythm | None" = None,
) -> Watch:
    """Watch the service of a plan from the start of its window on, and return how it stands in the end.

    It ends when the service is what ``until`` names, or after so many seconds; without them when it is interrupted.

    Raises:
        TriageError: the filter, the credentials or the project, or a first answer that never came; what came is kept.
        IOFailureError: what came cannot be written.
        KeyboardInterrupt: the user stopped it; what came is kept, and ``tell`` said where.

    """
    from triage.fetching.client import connect
    from triage.fetching.follow import Follow, Rhythm
    from triage.fetching.logbook import Logbook, logbook_name
    from triage.fetching.query import clause

    check_filter(plan)
    service = plan.services[0]
    text = clause(service, packs, text=plan.filter, everything=plan.everything)
    connection = connect(plan)
    try:
        watching.tell(f"project {connection.project}, named by {connection.source}")
        watching.tell(f"from {both_clocks(plan.window.start)} on")
        began = now()
        path = Path(plan.file) if plan.file else Path(plan.folder) / logbook_name(service, began)
        logbook = Logbook(path)
        follow = Follow(
            connection,
            text,
            plan.window.start,
            reads_per_minute=plan.reads_per_minute,
            tell=watching.tell,
            rhythm=rhythm or Rhythm(),
            now=now,
            clock=clock,
        )
        under_way = _Watch(plan, packs, watching, logbook, follow, now=now, clock=clock, began=began)
        return under_way.run(until, seconds, connection.project, text)
    finally:
        connection.close()


def status_of(watch: Watch) -> ExitStatus:
    """Return the exit status that the verdict stands for."""
    if watch.diagnosis.verdict in ("ready", "degraded"):
        return ExitStatus.ANSWERED
    return ExitStatus.NOT_READY if watch.diagnosis.verdict == "not_ready" else ExitStatus.INCONCLUSIVE


class _Watch:
    """One watch under way."""

    def __init__(
        self,
        plan: FetchPlan,
        packs: Sequence[Pack],
        watching: Watching,
        logbook: "Logbook",
        follow: "Follow",
        *,
        now: Callable[[], int],
        clock: Callable[[], float],
        began: int,
    ) -> None:
        self._plan, self._watching, self._logbook, self._follow = plan, watching, logbook, follow
        self._now, self._clock, self._began = now, clock, began
        self._recent = Recent()
        self._live = Live(packs, logbook.path, self._recent.see)
        self._hook = Hook(watching.on_change, watching.tell, clock) if watching.on_change else None
        self._watch: Watch | None = None
        self._owed = ""
        self._stale = True
        self._concluded = self._next = clock()

    def run(self, until: Until | None, seconds: float | None, project: str, text: str) -> Watch:
        """Follow until the end, and keep what came whatever happens."""
        try:
            found = self._followed(until, seconds)
            if self._hook:
                self._hook.finish()
        except TriageError as error:
            raise type(error)(f"{error.message}{self._kept()}", error.hint) from error
        except KeyboardInterrupt:
            self._watching.tell(f"stopped{self._kept()}")
            raise
        finally:
            if self._hook:
                self._hook.stop()
            self._close(project, text)
        return found

    def _followed(self, until: Until | None, seconds: float | None) -> Watch:
        began = self._clock()
        deliveries = self._follow.deliveries()
        try:
            for delivery in deliveries:
                self._take(delivery)
                if self._is_due():
                    self._conclude()
                if self._hook:
                    self._hook.look()
                if self._watch and until and self._satisfies(self._watch, until):
                    break
                if seconds is not None and self._clock() - began >= seconds:
                    break
                if self._watch:
                    self._watching.show(self._at_this_moment(self._watch))
        finally:
            deliveries.close()
        if not self._follow.answered:
            raise TryAgainError(
                f"Cloud Logging never answered in {self._clock() - began:.0f} s",
                "check the network, then give the same command again",
            )
        return self._conclude() if self._watch is None or self._stale else self._watch

    def _take(self, delivery: "Delivery") -> None:
        self._logbook.add(delivery.lines)
        self._live.take(delivery.lines)
        self._stale = self._stale or bool(delivery.lines) or self._follow.owed != self._owed

    def _is_due(self) -> bool:
        clock = self._clock()
        if clock < self._next or not self._follow.looked_back:
            return False
        waited = clock - self._concluded
        if not self._stale:
            return waited > _ANYWAY
        return not self._follow.filling or waited > _PATIENT

    def _conclude(self) -> Watch:
        """Draw a conclusion from all that came, and tell what has changed."""
        began, now = self._clock(), self._now()
        self._owed, self._stale = self._follow.owed, False
        analysis = self._live.analysis(now, self._gaps())
        before = self._watch
        self._watch = Watch(
            at=now,
            began=self._began,
            service=self._plan.services[0],
            diagnosis=analysis.diagnosis,
            standings=standings(analysis.timeline.runs, analysis.open, now),
            answers=self._recent.answers(now),
            minutes=MINUTES,
            stream=self._follow.stream,
            journal=str(self._logbook.path),
        )
        changed = changes(before, self._watch)
        for change in changed:
            self._watching.changed(change)
        if self._hook and before is not None and changed:
            self._hook.call(to_json(analysis.diagnosis))
        self._concluded = self._clock()
        self._next = self._concluded + max(_LEAST, _SHARE * (self._concluded - began))
        return self._watch

    def _gaps(self) -> list[Gap]:
        if not self._owed:
            return []
        missing = self._follow.stream.missing
        return [Gap("suppressed", str(self._logbook.path), self._owed, count=max(1, missing))]

    def _at_this_moment(self, watch: Watch) -> Watch:
        now = self._now()
        return msgspec.structs.replace(
            watch, at=now, answers=self._recent.answers(now), stream=self._follow.stream
        )

    def _satisfies(self, watch: Watch, until: Until) -> bool:
        """Return whether the watch has come to its end: nothing that is here already may be against it."""
        return not self._stale and watch.diagnosis.verdict in _SATISFYING[until]

    def _kept(self) -> str:
        return (
            f"; {self._logbook.lines:,} entries are kept in {self._logbook.path}"
            if self._logbook.lines
            else ""
        )

    def _close(self, project: str, text: str) -> None:
        """Let go of the journal, and say beside it what was asked."""
        from triage.fetching.write import write_meta
        from triage.models import Fetched

        self._logbook.close()
        if not self._logbook.lines:
            return
        window = Window(self._plan.window.start, self._now())
        owed = self._follow.owed
        kept = Fetched(
            service=self._plan.services[0],
            path=str(self._logbook.path),
            project=project,
            filter=text,
            asked=window,
            window=window,
            entries=self._logbook.lines,
            pages=self._follow.pages,
            complete=not owed,
            cut=owed,
        )
        with TemporaryDirectory(prefix=".triage-", dir=self._logbook.path.parent) as scratch:
            write_meta(kept, Path(scratch))
