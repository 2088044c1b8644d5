"""Watch services in Cloud Logging: keep and analyze entries as they arrive, report changes."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Literal

import msgspec

from triage.errors import ExitStatus, TriageError, TryAgainError
from triage.models import Diagnosis, Entry, FetchPlan, Gap, Pack, VerdictChange, Watch, service_of_function
from triage.pipeline.analyzer import Analysis
from triage.pipeline.fetch_run import check_filter
from triage.pipeline.live_analysis import LiveAnalysis
from triage.pipeline.notify_run import Notifications
from triage.pipeline.reports import to_json
from triage.release.watch import (
    MINUTES,
    InstanceActivity,
    RecentRequests,
    find_changes,
    instance_statuses,
)
from triage.release.watch.hook import Hook
from triage.window import Window, format_utc_and_local

if TYPE_CHECKING:
    from triage.fetching.follower import Follower, Timing
    from triage.fetching.logbook import Logbook
    from triage.fetching.tail import Delivery

Until = Literal["ready", "not_ready"]
_SATISFYING_VERDICTS = {"ready": ("ready", "degraded"), "not_ready": ("not_ready",)}
#: The least seconds between two analyses, and the pause as a multiple of the time one took.
_MIN_PAUSE, _PAUSE_FACTOR = 0.5, 4
#: Seconds without analysis while earlier entries are still being fetched.
_MAX_FILL_WAIT = 10.0
#: Seconds after which entries are analyzed although none arrived, as silence changes the status.
_MAX_IDLE = 60.0


class WatchCallbacks(msgspec.Struct, frozen=True, kw_only=True):
    """How a watch reports.

    notify: called with sentences for the user.
    show: called with the current status.
    changed: called with each change.
    on_change: a command that gets the diagnosis on standard input at each change.
    channels: chats and pagers that learn of incidents; None for none.
    analyzed: called with each new state, the analysis behind it and the changes that it brought.
    """

    notify: Callable[[str], None]
    show: Callable[[Watch], None]
    changed: Callable[[VerdictChange], None]
    on_change: Sequence[str] = ()
    channels: Notifications | None = None
    analyzed: Callable[[Watch, Analysis, Sequence[VerdictChange]], None] = lambda *_: None


def watch(
    plan: FetchPlan,
    packs: Sequence[Pack],
    callbacks: WatchCallbacks,
    *,
    until: Until | None = None,
    seconds: float | None = None,
    now: Callable[[], int],
    clock: Callable[[], float] = time.monotonic,
    timing: "Timing | None" = None,
) -> Watch:
    """Watch the services of a plan from the start of its window, with one reading for all of them.

    Return the last status. The watch ends when the only service is in the state ``until``, after so many
    ``seconds``, or when it is interrupted.

    now: returns the time in nanoseconds.
    clock: returns seconds of a monotonic clock.

    Raises:
        TriageError: the filter, the credentials or the project is invalid, or no answer came; entries are
            kept.
        IOFailureError: the entries cannot be written.
        KeyboardInterrupt: the user stopped it; entries are kept, and ``notify`` was called with their file.

    """
    from triage.fetching.client import connect
    from triage.fetching.follower import Follower, Timing
    from triage.fetching.logbook import Logbook, logbook_name
    from triage.fetching.query import plan_joint_filter

    check_filter(plan)
    text = plan_joint_filter(plan, packs)
    connection = connect(plan)
    try:
        callbacks.notify(f"project {connection.project}, named by {connection.source}")
        callbacks.notify(f"from {format_utc_and_local(plan.window.start)} on")
        began = now()
        path = Path(plan.file) if plan.file else Path(plan.folder) / logbook_name(_file_name(plan), began)
        logbook = Logbook(path)
        follow = Follower(
            connection,
            text,
            plan.window.start,
            reads_per_minute=plan.reads_per_minute,
            notify=callbacks.notify,
            timing=timing or Timing(),
            now=now,
            clock=clock,
        )
        run = _WatchRun(plan, packs, callbacks, logbook, follow, now=now, clock=clock, began=began)
        return run.run(until, seconds, connection.project, text)
    finally:
        connection.close()


def _file_name(plan: FetchPlan) -> str:
    """Return the name of the workloads for files; that of a function in lower case."""
    first, *more = plan.services
    name = service_of_function(first) if plan.kind == "function" else first
    return f"{name}-and-{len(more)}-more" if more else name


def _logged_names(plan: FetchPlan, diagnosis: Diagnosis) -> list[str]:
    """Return the names of the workloads as their entries have them, those of some functions in lower case."""
    if plan.kind != "function":
        return plan.services
    return [name if diagnosis.state_of(name) else service_of_function(name) for name in plan.services]


def exit_status_of(watch: Watch) -> ExitStatus:
    """Return the exit status of the verdict."""
    if watch.diagnosis.verdict in ("ready", "degraded"):
        return ExitStatus.ANSWERED
    return ExitStatus.NOT_READY if watch.diagnosis.verdict == "not_ready" else ExitStatus.INCONCLUSIVE


class _WatchRun:
    """One watch in progress."""

    def __init__(
        self,
        plan: FetchPlan,
        packs: Sequence[Pack],
        callbacks: WatchCallbacks,
        logbook: "Logbook",
        follow: "Follower",
        *,
        now: Callable[[], int],
        clock: Callable[[], float],
        began: int,
    ) -> None:
        self._plan, self._callbacks, self._logbook, self._follow = plan, callbacks, logbook, follow
        self._now, self._clock, self._began = now, clock, began
        recent = self._recent = RecentRequests()
        activity = self._activity = InstanceActivity()

        # A function, not a method: the analysis is copied for each result, and a method with its object.
        def observe(entry: Entry) -> None:
            recent.observe(entry)
            activity.observe(entry)

        self._live = LiveAnalysis(packs, logbook.path, observe)
        self._hook = Hook(callbacks.on_change, callbacks.notify, clock) if callbacks.on_change else None
        self._channels = callbacks.channels
        self._watch: Watch | None = None
        self._owed = ""
        self._stale = True
        self._built = self._next = clock()

    def run(self, until: Until | None, seconds: float | None, project: str, text: str) -> Watch:
        """Follow until the end; keep the entries whatever happens."""
        try:
            found = self._follow_until_done(until, seconds)
            if self._hook:
                self._hook.wait()
            if self._channels:
                self._notify_all(self._channels.close())
        except TriageError as error:
            self._close_channels_early()
            raise type(error)(f"{error.message}{self._kept()}", error.hint) from error
        except KeyboardInterrupt:
            self._callbacks.notify(f"stopped{self._kept()}")
            self._close_channels_early()
            raise
        finally:
            if self._hook:
                self._hook.stop()
            self._close(project, text)
        return found

    def _close_channels_early(self) -> None:
        if self._channels:
            self._notify_all(self._channels.close(interrupted=True))

    def _notify_all(self, lines: list[str]) -> None:
        for line in lines:
            self._callbacks.notify(line)

    def _follow_until_done(self, until: Until | None, seconds: float | None) -> Watch:
        began = self._clock()
        deliveries = self._follow.deliveries()
        try:
            for delivery in deliveries:
                self._add_delivery(delivery)
                if self._is_build_due():
                    self._build()
                if self._hook:
                    self._hook.poll()
                if self._channels:
                    self._notify_all(self._channels.poll())
                if self._watch and until and self._satisfies(self._watch, until):
                    break
                if seconds is not None and self._clock() - began >= seconds:
                    break
                if self._watch:
                    self._callbacks.show(self._at_present(self._watch))
        finally:
            deliveries.close()
        if not self._follow.has_answered:
            raise TryAgainError(
                f"Cloud Logging never answered in {self._clock() - began:.0f} s",
                "check the network, then give the same command again",
            )
        return self._build() if self._watch is None or self._stale else self._watch

    def _add_delivery(self, delivery: "Delivery") -> None:
        self._logbook.add(delivery.lines)
        self._live.take(delivery.lines)
        self._stale = self._stale or bool(delivery.lines) or self._follow.gap_text != self._owed

    def _is_build_due(self) -> bool:
        clock = self._clock()
        if clock < self._next or not self._follow.is_backfilled:
            return False
        waited = clock - self._built
        if not self._stale:
            return waited > _MAX_IDLE
        return not self._follow.is_filling or waited > _MAX_FILL_WAIT

    def _build(self) -> Watch:
        """Analyze all entries so far, and report what changed."""
        began, now = self._clock(), self._now()
        self._owed, self._stale = self._follow.gap_text, False
        analysis = self._live.analysis(now, self._gaps())
        before = self._watch
        self._watch = Watch(
            at=now,
            began=self._began,
            services=_logged_names(self._plan, analysis.diagnosis),
            diagnosis=analysis.diagnosis,
            standings=instance_statuses(analysis.timeline.runs, analysis.open_runs, now),
            seen=self._activity.alive(now),
            answers=self._recent.count_answers(now),
            minutes=MINUTES,
            stream=self._follow.stream,
            journal=str(self._logbook.path),
        )
        changed = self._find_changes(before, self._watch)
        self._callbacks.analyzed(self._watch, analysis, changed)
        for change in changed:
            self._callbacks.changed(change)
        if self._hook and before is not None and changed:
            self._hook.submit(to_json(analysis.diagnosis))
        if self._channels:
            self._notify_all(self._channels.observe(analysis))
        self._built = self._clock()
        self._next = self._built + max(_MIN_PAUSE, _PAUSE_FACTOR * (self._built - began))
        return self._watch

    def _find_changes(self, before: Watch | None, after: Watch) -> list[VerdictChange]:
        return [
            change
            for name in after.services
            for change in find_changes(before and before.restricted_to(name), after.restricted_to(name))
        ]

    def _gaps(self) -> list[Gap]:
        if not self._owed:
            return []
        missing = self._follow.stream.missing
        return [Gap("suppressed", str(self._logbook.path), self._owed, count=max(1, missing))]

    def _at_present(self, watch: Watch) -> Watch:
        now = self._now()
        return msgspec.structs.replace(
            watch, at=now, answers=self._recent.count_answers(now), stream=self._follow.stream
        )

    def _satisfies(self, watch: Watch, until: Until) -> bool:
        """Return whether the watch ends: no newer entry may contradict the state."""
        return not self._stale and watch.diagnosis.verdict in _SATISFYING_VERDICTS[until]

    def _kept(self) -> str:
        return (
            f"; {self._logbook.lines:,} entries are kept in {self._logbook.path}"
            if self._logbook.lines
            else ""
        )

    def _close(self, project: str, text: str) -> None:
        """Close the journal, and write its metadata."""
        from triage.fetching.writer import write_meta
        from triage.models import FetchResult

        self._logbook.close()
        if not self._logbook.lines:
            return
        window = Window(self._plan.window.start, self._now())
        owed = self._follow.gap_text
        kept = FetchResult(
            service=", ".join(self._plan.services),
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
