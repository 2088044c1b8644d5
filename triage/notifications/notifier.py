"""Report incidents to channels in the background; a failing channel stops nothing."""

import queue
import threading
import time
from collections.abc import Callable, Sequence

from triage.errors import TriageError
from triage.models import Message, NoticeUpdate
from triage.notifications.interface import Channel, DeliveryError
from triage.notifications.messages import next_message, told
from triage.notifications.sent_file import SentFile
from triage.text import pluralize

#: Seconds before a message is tried again. After the last try it waits for the next change of an incident.
PAUSES = (1.0, 4.0, 30.0, 120.0, 600.0)
#: A failing channel is reported after so many tries, in one line; so many are made at the end of a run too.
_QUICK_TRIES = 3


class Notifier:
    """Sends the messages that the channels need, each channel in a thread of its own."""

    def __init__(
        self,
        channels: Sequence[Channel],
        sent: SentFile,
        *,
        pauses: Sequence[float] | None = None,
    ) -> None:
        """Send nothing yet; ``pauses`` are those of ``PAUSES`` if None."""
        self._last: object = None
        self._lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        pauses = PAUSES if pauses is None else pauses
        self._senders = [_Sender(channel, sent, self._lines.put, pauses) for channel in channels]

    def update(self, update: NoticeUpdate) -> None:
        """Let each channel know what is true now; a change of counts alone is no change."""
        state = _comparable(update)
        if state == self._last:
            return
        self._last = state
        for sender in self._senders:
            sender.update(update)

    def poll(self) -> list[str]:
        """Return a line for each channel that failed since the last call."""
        return [self._lines.get() for _ in range(self._lines.qsize())]

    def close(self, seconds: float) -> list[str]:
        """Wait until all is sent, at most so long, and return as ``poll``.

        A channel that does not answer is left behind: its thread ends with the process.
        """
        until = time.monotonic() + seconds
        for sender in self._senders:
            sender.close()
        for sender in self._senders:
            sender.wait(max(0.0, until - time.monotonic()), seconds)
        return self.poll()


def _comparable(update: NoticeUpdate) -> object:
    """Return what of an update decides which messages are due."""
    notices = [(one.fingerprint, one.is_open, one.severity, one.revisions) for one in update.notices]
    return notices, update.unreported, list(update.over_at)


class _Sender:
    """The thread of one channel, which sends one message at a time."""

    def __init__(
        self, channel: Channel, sent: SentFile, report: Callable[[str], None], pauses: Sequence[float]
    ) -> None:
        self._channel = channel
        self._sent = sent
        self._report = report
        self._pauses = pauses
        self._changed = threading.Condition()
        self._update: NoticeUpdate | None = None
        self._closing = False
        self._reported = False
        self._thread = threading.Thread(target=self._run, name=channel.name, daemon=True)

    def update(self, update: NoticeUpdate) -> None:
        """Replace what is known; the first time starts the thread."""
        with self._changed:
            self._update = update
            self._changed.notify()
        if self._thread.ident is None:
            self._thread.start()

    def close(self) -> None:
        """Let the thread end once all is sent or was tried often enough."""
        with self._changed:
            self._closing = True
            self._changed.notify()

    def wait(self, seconds: float, allowed: float) -> None:
        """Wait for the end of the thread, and report if it does not come."""
        if self._thread.ident is None:
            return
        self._thread.join(seconds)
        if self._thread.is_alive() and not self._reported:
            self._report(f"{self._channel.name} did not answer within {allowed:g} s{_NOT_MARKED}")

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._update is not None or self._closing)
                update, self._update = self._update, None
            if update is None:
                return
            self._deliver(update)

    def _deliver(self, update: NoticeUpdate) -> None:
        """Send each message that is due, until one fails too often or a newer update comes."""
        while self._update is None:
            sent = self._sent.of(self._channel.id)
            message = next_message(update, sent)
            if message is None or not self._send(message):
                return
            done = told(message, update, sent, self._sent.timestamp())
            try:
                self._sent.add(self._channel.id, message.fingerprint, done)
            except TriageError as error:
                self._report(f"what was sent is not remembered: {error.message}")

    def _send(self, message: Message) -> bool:
        """Return whether the channel took the message within all tries."""
        for tries, pause in enumerate((*self._pauses, None), start=1):
            try:
                self._channel.send(message)
            except DeliveryError as error:
                is_last = pause is None or (self._closing and tries >= _QUICK_TRIES)
                if tries >= _QUICK_TRIES or is_last:
                    self._report_failure(str(error), tries, 0 if is_last else len(self._pauses) + 1 - tries)
                if is_last or not self._wait_to_retry(pause or 0.0, tries):
                    return False
            else:
                self._reported = False
                return True
        return False

    def _wait_to_retry(self, seconds: float, tries: int) -> bool:
        """Wait; return False if a newer update came. The end of the run ends only long waits."""
        with self._changed:
            self._changed.wait_for(
                lambda: self._update is not None or (self._closing and tries >= _QUICK_TRIES), seconds
            )
            return self._update is None

    def _report_failure(self, why: str, tries: int, left: int) -> None:
        """Report the channel, once until it takes a message."""
        if self._reported:
            return
        self._reported = True
        counted = pluralize(tries, "try", "tries") + (f", at most {left} more" if left else "")
        self._report(f"{self._channel.name} did not accept a message: {why} ({counted}){_NOT_MARKED}")


_NOT_MARKED = "; the message is not marked as sent"
