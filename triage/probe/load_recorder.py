"""What a load test observes while it runs."""

from collections.abc import Callable
from typing import NamedTuple

from triage.models import EarlyEnd, LoadPhase
from triage.probe.answers import Answer


class Attempt(NamedTuple):
    """A handshake that ended.

    Attributes:
        number: number of the connection, from 1.
        answer: the response; status 101 if the connection was opened.
        took: seconds from the first packet to the end of the handshake.
        open_then: number of connections that were open when it ended, without this one.

    """

    number: int
    answer: Answer
    took: float
    open_then: int

    @property
    def opened(self) -> bool:
        """Return whether the connection was opened."""
        return self.answer.status == 101


class Close(NamedTuple):
    """A connection that the service closed.

    Attributes:
        code: the close code.
        open_then: number of connections that were open, with this one.
        after: seconds since the first connection was tried.

    """

    code: int
    open_then: int
    after: float


class HealthCheck(NamedTuple):
    """A health check.

    Attributes:
        phase: the phase in which it was sent.
        answer: the response.
        took: seconds to the response.

    """

    phase: LoadPhase
    answer: Answer
    took: float


class LoadRecorder:
    """Collects what a load test observes; one number or a short tuple for each.

    Attributes:
        began: when the first connection was tried, in seconds of the clock; None before.
        opening_ended: when the last connection was tried; None before.
        attempts: handshakes in the order in which they ended.
        closes: connections that the service closed.
        health: health checks in order.
        most: most connections that were open at once.
        held: number of connections that were open at the end.
        sent, received, received_bytes, pings: numbers of messages, their bytes, and pings.
        complete: number of connections on which all events came.
        pongs: seconds from a ping to its pong.
        lags: seconds by which this machine was late.
        ended_early: what ended the test before the plan was done.

    """

    def __init__(self, clock: Callable[[], float]) -> None:
        """Start with nothing; ``clock`` returns seconds that never go back."""
        self._clock = clock
        self.began: float | None = None
        self.opening_ended: float | None = None
        self.attempts: list[Attempt] = []
        self.closes: list[Close] = []
        self.health: list[HealthCheck] = []
        self.most = self.held = 0
        self.sent = self.received = self.received_bytes = self.pings = self.complete = 0
        self.pongs: list[float] = []
        self.lags: list[float] = []
        self.ended_early: EarlyEnd | None = None
        self.failed_in_row = 0

    def add_attempt(self, number: int, answer: Answer, began: float, open_then: int) -> None:
        """Record a handshake that ended now."""
        self.attempts.append(Attempt(number, answer, self._clock() - began, open_then))
        self.failed_in_row = 0 if answer.status == 101 else self.failed_in_row + 1
        if answer.status == 101:
            self.most = max(self.most, open_then + 1)

    def add_close(self, code: int, open_then: int) -> None:
        """Record a connection that the service closed now."""
        self.closes.append(Close(code, open_then, self._clock() - (self.began or 0.0)))

    def add_health(self, phase: LoadPhase, answer: Answer, began: float) -> None:
        """Record a health check that ended now."""
        self.health.append(HealthCheck(phase, answer, self._clock() - began))

    def add_message(self, size: int) -> None:
        """Record a message that was received."""
        self.received += 1
        self.received_bytes += size
