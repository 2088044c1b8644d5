"""Sessions of TailLogEntries: each receives entries until it is ended.

Interface: google/logging/v2/logging.proto. Entries are in order inside one response only; the number of
suppressed entries is in the next one.
"""

import threading
from collections.abc import Callable, Iterator
from queue import Empty, SimpleQueue
from typing import Any

import grpc
from google.cloud.logging_v2 import types

from triage import lql

#: What happens to a session: it may end the call or delay it.
Cue = Callable[[grpc.ServicerContext], Any]

_Response = types.TailLogEntriesResponse.pb(types.TailLogEntriesResponse()).__class__
_MOMENT = 0.01
RATE_LIMIT, NOT_CONSUMED = 1, 2


class _Session:
    """An open call with a queue of its matching entries."""

    def __init__(self, text: str) -> None:
        self.matches = lql.matcher(text)
        self.queue: SimpleQueue[Any] = SimpleQueue()


class Tails:
    """All sessions of a server; ``filters`` are those requested, in order."""

    def __init__(self) -> None:
        """Start with no session."""
        self.filters: list[str] = []
        self._open: list[_Session] = []
        self._cues: dict[int, Cue] = {}
        self._always: Cue | None = None
        self._changed = threading.Condition()

    def on_session(self, session: int | None, cue: Cue) -> None:
        """Run a cue when a session (from 1; None for each) is opened."""
        if session is None:
            self._always = cue
        else:
            self._cues[session] = cue

    @property
    def open(self) -> int:
        """Return the number of open sessions."""
        with self._changed:
            return len(self._open)

    def wait_for(self, sessions: int) -> None:
        """Wait until so many sessions have been opened, one minute at most."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.filters) >= sessions, 60)

    def send(self, pairs: list[tuple[dict[str, Any], Any]], *, suppressed: int = 0) -> None:
        """Send matching entries to each open session, with the suppressed count."""
        with self._changed:
            for session in self._open:
                entries = [message for entry, message in pairs if session.matches(entry)]
                if entries or suppressed:
                    infos = [{"reason": RATE_LIMIT, "suppressed_count": suppressed}] if suppressed else []
                    session.queue.put(_Response(entries=entries, suppression_info=infos))

    def end(self, cue: Cue | None = None) -> None:
        """End the open sessions, without an error or with a cue."""
        with self._changed:
            for session in self._open:
                session.queue.put(cue or (lambda _context: None))

    def serve(self, text: str, context: grpc.ServicerContext) -> Iterator[Any]:
        """Yield the responses of a new session until it ends."""
        session = _Session(text)
        with self._changed:
            self.filters.append(text)
            cue = self._cues.get(len(self.filters), self._always)
            if cue is None:
                self._open.append(session)
            self._changed.notify_all()
        if cue is not None:
            cue(context)
            with self._changed:
                self._open.append(session)
        try:
            while context.is_active():
                try:
                    item = session.queue.get(timeout=_MOMENT)
                except Empty:
                    continue
                if callable(item):
                    item(context)
                    return
                yield item
        finally:
            with self._changed:
                self._open.remove(session)
