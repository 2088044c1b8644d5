"""One session of TailLogEntries: entries as Cloud Logging takes them in."""

import threading
from contextlib import suppress
from queue import Empty, Full, Queue
from typing import Any

import msgspec

from triage.fetching.client import Connection
from triage.fetching.record import register_payload_types, to_line

#: Responses that wait to be taken; with more, the server is let wait, which then says how many entries it suppressed.
_MAX_WAITING = 256
_PUT_TIMEOUT = 0.05


class Delivery(msgspec.Struct, frozen=True):
    """Lines that came together, the time of the newest in nanoseconds, and how many entries were suppressed before."""

    lines: list[bytes] = []
    newest: int = 0
    suppressed: int = 0


class Tail:
    """An open session. A thread of its own reads it: what comes can be waited for, and the wait can end."""

    def __init__(self, connection: Connection, text: str, seconds: float) -> None:
        """Ask for all entries that a filter matches, for so long at most: a dead connection is noticed by then."""
        from google.cloud.logging_v2.types import TailLogEntriesRequest

        register_payload_types()
        self._arrived: Queue[Any] = Queue(_MAX_WAITING)
        self._closed = threading.Event()
        request = TailLogEntriesRequest(resource_names=[f"projects/{connection.project}"], filter=text)
        client = connection.client
        # Else the call would wait here for the first response, and could not be cancelled.
        stub: Any = client.transport.tail_log_entries
        stub._prefetch_first_result_ = False
        self._call: Any = client.tail_log_entries(iter([request]), retry=None, timeout=seconds)
        self._thread = threading.Thread(target=self._receive, name="tail", daemon=True)
        self._thread.start()

    def next_delivery(self, seconds: float) -> Delivery | None:
        """Return what came next, waiting so long for it; None if nothing did.

        Raises:
            google.api_core.exceptions.GoogleAPICallError: the session is over (OutOfRange), or broke.
            google.auth.exceptions.GoogleAuthError: the credentials cannot be renewed.

        """
        try:
            arrived = self._arrived.get(timeout=seconds) if seconds > 0 else self._arrived.get_nowait()
        except Empty:
            return None
        if isinstance(arrived, Exception):
            raise arrived
        response = type(arrived).pb(arrived)
        return Delivery(
            newest=max((entry.timestamp.ToNanoseconds() for entry in response.entries), default=0),
            lines=[to_line(entry) for entry in response.entries],
            suppressed=sum(info.suppressed_count for info in response.suppression_info),
        )

    def close(self) -> None:
        """End the session."""
        self._closed.set()
        self._call.cancel()
        self._thread.join()

    def _receive(self) -> None:
        from google.api_core.exceptions import GoogleAPICallError, OutOfRange, Unknown
        from google.auth.exceptions import GoogleAuthError

        try:
            for response in self._call:
                self._put(response)
            self._put(OutOfRange("the session was ended"))  # type: ignore[no-untyped-call]
        except (GoogleAPICallError, GoogleAuthError) as error:
            self._put(error)
        except ValueError as error:
            # An error that reaches a call as it is cancelled has two codes, which google.api_core refuses.
            self._put(Unknown(str(error)))  # type: ignore[no-untyped-call]

    def _put(self, item: object) -> None:
        while not self._closed.is_set():
            with suppress(Full):
                self._arrived.put(item, timeout=_PUT_TIMEOUT)
                return
