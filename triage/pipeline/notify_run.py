"""Report incidents to chats and pagers while a watch runs, or after a gate."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from triage.errors import UsageError
from triage.models import Gate
from triage.notifications import Notifier, SentFile, open_channels, read_addresses
from triage.notifications.steady import SteadyNotices
from triage.pipeline.analyzer import Analysis
from triage.pipeline.notices import notices_of_analysis, notices_of_gate

#: Seconds that the end of a run waits for channels, and that an interrupted one does.
_END, _INTERRUPTED = 20.0, 3.0


class Notifications:
    """What a run reports to its channels."""

    def __init__(
        self, notifier: Notifier, now: Callable[[], float] = time.monotonic, end: float = _END
    ) -> None:
        """Report nothing yet; ``now`` counts seconds, ``end`` is how long ``close`` waits."""
        self._notifier = notifier
        self._steady = SteadyNotices(now)
        self._seen: dict[str, str] = {}
        self._end = end

    def observe(self, analysis: Analysis) -> list[str]:
        """Take the newest analysis of a watch, and return as ``poll``."""
        update = notices_of_analysis(analysis, self._seen)
        self._seen |= {notice.fingerprint: notice.service for notice in update.notices}
        self._steady.update(update)
        return self.poll()

    def poll(self) -> list[str]:
        """Send what became steady, and return a line for each channel that failed meanwhile."""
        self._notifier.update(self._steady.steady())
        return self._notifier.poll()

    def close(self, *, interrupted: bool = False) -> list[str]:
        """Send the state at the end of a watch, wait a bounded time for it, and return as ``poll``."""
        self._notifier.update(self._steady.newest())
        return self._notifier.close(min(self._end, _INTERRUPTED) if interrupted else self._end)

    def report_gate(self, gate: Gate, analysis: Analysis) -> list[str]:
        """Report the result of a gate, wait a bounded time for it, and return as ``poll``."""
        self._notifier.update(notices_of_gate(gate, analysis))
        return self._notifier.close(self._end)


def connect_channels(addresses: Sequence[str], state_file: Path | None) -> Notifications | None:
    """Return the channels of addresses, as apprise writes them; None without any.

    addresses: ``@FILE`` stands for the lines of a file.
    state_file: remembers what was sent, for other runs; None for this run only.

    Raises:
        BadDataError: the state file is damaged.
        IOFailureError: a file cannot be read or written.
        UsageError: an address is invalid, there is a state file without an address, or apprise is not
            installed.

    """
    if not addresses:
        if state_file is not None:
            raise UsageError("--notify-state is for --notify", "add --notify URL")
        return None
    channels = open_channels(read_addresses(addresses))
    return Notifications(Notifier(channels, SentFile(state_file, time.time_ns)))
