"""A session of TailLogEntries: entries as Cloud Logging ingests them."""

import threading
from contextlib import suppress
from queue import Empty, Full, Queue
from typing import Any

import msgspec

from triage.fetching.client import Connection
from triage.fetching.record import register_payload_types, to_line

#: Most queued responses; beyond, the server has to wait and counts the entries that it suppresses.
_MAX_WAITING = 256
_PUT_TIMEOUT = 0.05


class Delivery(msgspec.Struct, frozen=True):
    """Lines that arrived together.

    Attributes:
        lines: the lines.
        newest: timestamp of the newest entry in nanoseconds.
        suppressed: number of entries suppressed before them.

    """

    lines: list[bytes] = []
    newest: int = 0
    suppressed: int = 0


class Tail:
    """An open session, read by its own thread."""

    def __init__(self, connection: Connection, text: str, seconds: float) -> None:
        """Request all entries that match a filter.

        ``seconds`` limits the session, so that a dead connection is noticed.
        """
        from google.cloud.logging_v2.types import TailLogEntriesRequest

        register_payload_types()
        self._arrived: Queue[Any] = Queue(_MAX_WAITING)
        self._closed = threading.Event()
        request = TailLogEntriesRequest(resource_names=[f"projects/{connection.project}"], filter=text)
        client = connection.client
        # Otherwise the call would block until the first response, and could not be cancelled.
        stub: Any = client.transport.tail_log_entries
        stub._prefetch_first_result_ = False
        self._call: Any = client.tail_log_entries(iter([request]), retry=None, timeout=seconds)
        self._thread = threading.Thread(target=self._receive, name="tail", daemon=True)
        self._thread.start()

    def next_delivery(self, seconds: float) -> Delivery | None:
        """Return the next delivery; None if none arrives within ``seconds``.

        Raises:
            google.api_core.exceptions.GoogleAPICallError: the session ended (OutOfRange) or broke.
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
            # An error during cancellation has two codes, which google.api_core cannot parse.
            self._put(Unknown(str(error)))  # type: ignore[no-untyped-call]

    def _put(self, item: object) -> None:
        while not self._closed.is_set():
            with suppress(Full):
                self._arrived.put(item, timeout=_PUT_TIMEOUT)
                return
