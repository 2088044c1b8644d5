"""Run a load test: open WebSockets at a rate, hold them, close all of them, and check health beside it."""

import asyncio
import signal
import ssl
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from triage.models import EarlyEnd, LoadPhase, LoadPlan
from triage.probe.address import Address
from triage.probe.answers import Answer
from triage.probe.limits import CLOSING
from triage.probe.load_plan import GIVE_UP_AFTER, HEALTH_CHECKS
from triage.probe.load_recorder import LoadRecorder
from triage.probe.log_lines import Trace
from triage.probe.prober import request_headers

if TYPE_CHECKING:
    from websockets.asyncio.client import ClientConnection

#: Seconds between two measurements of how late this machine is.
_LAG_EVERY = 0.05
#: Seconds between two health checks in a row, and between two looks at the connections that are held.
_CHECK_EVERY = 0.05
#: Seconds between two sentences about the progress.
_NOTIFY_EVERY = 10.0
#: Seconds after which a connection that does not close is cut.
_CUT_AFTER = CLOSING + 1.0
_SIGNALS: dict[signal.Signals, EarlyEnd] = {signal.SIGINT: "interrupted", signal.SIGTERM: "terminated"}


class LoadRunner:
    """A load test in progress."""

    def __init__(
        self,
        plan: LoadPlan,
        address: Address,
        token: str,
        *,
        agent: str,
        notify: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Prepare a valid plan; ``notify`` is called with sentences about the progress."""
        self._plan = plan
        self._address = address
        self._token = token
        self._agent = agent
        self._notify = notify
        self._clock = clock
        self._context = ssl.create_default_context()
        self._phase: LoadPhase = "before"
        self._open: set[ClientConnection] = set()
        self._closing = False
        self.recorder = LoadRecorder(clock)

    async def run(self) -> LoadRecorder:
        """Run the test, close every connection, and return what was observed.

        SIGINT and SIGTERM end it early; what was observed until then is returned.
        """
        self._stop = asyncio.Event()
        with self._stop_on_signals():
            async with asyncio.TaskGroup() as group:
                lag = group.create_task(self._measure_lag())
                await self._check_health_in_row()
                if self._reachable() and not self._stop.is_set():
                    await self._load(group)
                if not self._stop.is_set() and self.recorder.attempts:
                    self._phase = "after"
                    await self._check_health_in_row()
                lag.cancel()
        return self.recorder

    async def _load(self, group: asyncio.TaskGroup) -> None:
        """Open the connections, hold them, and close them whatever happens."""
        self._phase = "opening"
        beside = [
            group.create_task(work)
            for work in (self._check_health_steadily(), self._ping_steadily(), self._report_progress())
        ]
        readers: list[asyncio.Task[None]] = []
        try:
            await self._open_all(group, readers)
            if not self._stop.is_set() and self._open:
                self._phase = "held"
                await self._hold()
        finally:
            self._closing = True
            self.recorder.held = len(self._open)
            for task in beside:
                task.cancel()
            await self._close_all()
            for reader in readers:
                reader.cancel()

    async def _hold(self) -> None:
        """Wait as long as the plan says, or until no connection is open any more."""
        end = self._clock() + self._plan.seconds
        while self._open and (left := end - self._clock()) > 0:
            if await self._pause(min(left, _CHECK_EVERY)):
                return

    async def _open_all(self, group: asyncio.TaskGroup, readers: list[asyncio.Task[None]]) -> None:
        """Try the connections at the rate of the plan, and wait until each is decided."""
        plan, recorder = self._plan, self.recorder
        began = recorder.began = self._clock()
        openings: list[asyncio.Task[None]] = []
        try:
            for number in range(1, plan.connections + 1):
                if await self._pause(began + (number - 1) / plan.rate - self._clock()):
                    break
                if recorder.failed_in_row >= GIVE_UP_AFTER:
                    recorder.ended_early = "failures"
                    break
                openings.append(group.create_task(self._open_one(number, group, readers)))
                recorder.opening_ended = self._clock()
            await self._unless_stopped(asyncio.gather(*openings))
        finally:
            for task in openings:
                task.cancel()
            await asyncio.gather(*openings, return_exceptions=True)

    async def _open_one(
        self, number: int, group: asyncio.TaskGroup, readers: list[asyncio.Task[None]]
    ) -> None:
        """Try one connection; if it opens, keep it and read from it."""
        from triage.probe.websocket_client import HandshakeRefused, connect_socket

        probe, began = self._plan.probe, self._clock()
        try:
            connection = await connect_socket(
                self._address.socket(probe.socket),
                request_headers(Trace.new(), self._token),
                self._agent,
                keys=probe.response,
                context=self._context,
                seconds=probe.timeout,
            )
        except HandshakeRefused as refused:
            self.recorder.add_attempt(number, refused.answer, began, len(self._open))
            return
        self.recorder.add_attempt(number, Answer(status=101), began, len(self._open))
        self._open.add(connection)
        readers.append(group.create_task(self._read(connection)))

    async def _read(self, connection: "ClientConnection") -> None:
        """Send the message if there is one, and count what comes until the connection is closed."""
        from websockets.exceptions import ConnectionClosed

        from triage.probe.websocket_client import describe_close, event_names

        probe = self._plan.probe
        waiting = set(probe.events)
        try:
            if probe.events:
                await connection.send(probe.message)
                self.recorder.sent += 1
            while True:
                message = await connection.recv()
                self.recorder.add_message(len(message))
                if waiting:
                    waiting.difference_update(event_names(message))
                    self.recorder.complete += not waiting
                # Receiving does not yield while messages are waiting.
                await asyncio.sleep(0)
        except ConnectionClosed as error:
            if not self._closing:
                self.recorder.add_close(describe_close(error).code, len(self._open))
        finally:
            self._open.discard(connection)

    async def _close_all(self) -> None:
        """Close every connection; cut those that do not close in time."""
        connections = list(self._open)
        closing = [asyncio.create_task(connection.close()) for connection in connections]
        if closing:
            await asyncio.wait(closing, timeout=_CUT_AFTER)
        for connection, task in zip(connections, closing, strict=True):
            task.cancel()
            connection.transport.abort()
        await asyncio.gather(*closing, return_exceptions=True)
        self._open.clear()

    async def _check_health_in_row(self) -> None:
        """Send some health checks, one after the other."""
        for _ in range(HEALTH_CHECKS):
            if not await self._unless_stopped(self._check_health()) or await self._pause(_CHECK_EVERY):
                return

    async def _check_health_steadily(self) -> None:
        """Send a health check at a time, until cancelled."""
        while True:
            due = self._clock() + self._plan.health_every
            await self._check_health()
            await asyncio.sleep(max(0.0, due - self._clock()))

    async def _check_health(self) -> None:
        from triage.probe.http_client import send_get

        probe, phase, began = self._plan.probe, self._phase, self._clock()
        headers = {**request_headers(Trace.new(), self._token), "User-Agent": self._agent}
        answer = await send_get(
            self._address.http(probe.health),
            headers,
            probe.response,
            context=self._context,
            seconds=probe.timeout,
        )
        self.recorder.add_health(phase, answer, began)

    async def _ping_steadily(self) -> None:
        """Ping each connection in turn, until cancelled; the pings are spread over the time between two."""
        from websockets.exceptions import ConnectionClosed

        while True:
            connections = list(self._open)
            gap = self._plan.ping_every / max(len(connections), 1)
            if not connections:
                await asyncio.sleep(min(gap, 0.1))
            for connection in connections:
                await asyncio.sleep(gap)
                if connection not in self._open:
                    continue
                try:
                    pong = await connection.ping()
                except ConnectionClosed:
                    continue
                self.recorder.pings += 1
                asyncio.ensure_future(pong).add_done_callback(partial(self._on_pong, self._clock()))

    def _on_pong(self, sent: float, pong: "asyncio.Future[float]") -> None:
        if not pong.cancelled() and pong.exception() is None:
            self.recorder.pongs.append(self._clock() - sent)

    async def _report_progress(self) -> None:
        while True:
            await asyncio.sleep(_NOTIFY_EVERY)
            tried = len(self.recorder.attempts)
            failed = sum(not attempt.opened for attempt in self.recorder.attempts)
            self._notify(
                f"{self._clock() - (self.recorder.began or 0.0):.0f} s: {tried:,} of "
                f"{self._plan.connections:,} connections tried, {len(self._open):,} open, {failed:,} failed, "
                f"{len(self.recorder.closes):,} closed by the service"
            )

    async def _measure_lag(self) -> None:
        """Measure how late this machine runs what is due, until cancelled."""
        while True:
            due = self._clock() + _LAG_EVERY
            await asyncio.sleep(_LAG_EVERY)
            self.recorder.lags.append(max(0.0, self._clock() - due))

    def _reachable(self) -> bool:
        """Return whether any health check had a response."""
        return any(check.answer.kind == "status" for check in self.recorder.health)

    async def _pause(self, seconds: float) -> bool:
        """Wait, and return whether the test was stopped meanwhile."""
        if seconds <= 0:
            await asyncio.sleep(0)
        else:
            await self._unless_stopped(asyncio.sleep(seconds))
        return self._stop.is_set()

    async def _unless_stopped(self, work: "Coroutine[Any, Any, Any] | asyncio.Future[Any]") -> bool:
        """Wait for some work, and return whether it ended before the test was stopped."""
        task, stop = asyncio.ensure_future(work), asyncio.create_task(self._stop.wait())
        try:
            await asyncio.wait((task, stop), return_when=asyncio.FIRST_COMPLETED)
            if task.done():
                task.result()
                return True
            return False
        finally:
            stop.cancel()
            task.cancel()

    @contextmanager
    def _stop_on_signals(self) -> Iterator[None]:
        """Let signals end the test instead of the process, where this thread may."""
        loop = asyncio.get_running_loop()
        before = {number: signal.getsignal(number) for number in _SIGNALS}
        try:
            for number, reason in _SIGNALS.items():
                loop.add_signal_handler(number, self._end_early, reason)
        except (ValueError, RuntimeError, NotImplementedError):
            yield
            return
        try:
            yield
        finally:
            for number, handler in before.items():
                loop.remove_signal_handler(number)
                signal.signal(number, handler)

    def _end_early(self, reason: EarlyEnd) -> None:
        self.recorder.ended_early = reason
        self._stop.set()
