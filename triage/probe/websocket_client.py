"""A real WebSocket connection: opened, spoken to, and listened to for the events that a client waits for."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException

from triage.models import ProbePlan
from triage.probe import limits
from triage.probe.answers import Answer, answer_from_error, answer_from_response

#: What stands for a code where a connection broke off without one (RFC 6455, 7.1.5).
_NO_CODE = 1006
#: Where a message names its event.
_EVENT_KEYS = ("type", "event")


class _DirectConnection(connect):
    """A connection to the address that was given, and to no other."""

    def process_redirect(self, exc: Exception) -> Exception:
        """Return the redirect as the answer that it is."""
        return exc


class HandshakeRefused(Exception):  # noqa: N818 - an answer, no error of ours
    """The handshake did not end in a WebSocket."""

    def __init__(self, answer: Answer) -> None:
        """Keep how it was answered."""
        super().__init__(str(answer))
        self.answer = answer


class SocketClosed(msgspec.Struct, frozen=True):
    """The connection was closed: with which code (1006 for none), and with what text of the service."""

    code: int
    reason: str


@asynccontextmanager
async def open_socket(
    url: str, headers: Mapping[str, str], agent: str, *, context: ssl.SSLContext, seconds: float
) -> AsyncIterator[ClientConnection]:
    """Give an open WebSocket, and close it in the end.

    Raises:
        Refused: the handshake was answered otherwise, or not at all.

    """
    direct = _DirectConnection(
        url,
        additional_headers=headers,
        user_agent_header=agent,
        proxy=None,
        compression=None,
        open_timeout=seconds,
        ping_interval=None,
        close_timeout=limits.CLOSING,
        max_size=limits.MESSAGE,
        ssl=context if url.startswith("wss:") else None,
    )
    try:
        connection = await direct
    except InvalidStatus as error:
        response = error.response
        location = ", ".join(response.headers.get_all("Location"))
        raise HandshakeRefused(
            answer_from_response(response.status_code, bytes(response.body), location=location)
        ) from error
    except (WebSocketException, OSError) as error:
        raise HandshakeRefused(answer_from_error(error)) from error
    try:
        yield connection
    finally:
        await connection.close()


async def listen(
    connection: ClientConnection, plan: ProbePlan, notify: Callable[[str], None]
) -> SocketClosed | None:
    """Send the message, and ``notify`` each event that is waited for when it first comes.

    It ends when all came, or with None when the time, the messages or the bytes are up, or with how it was closed.
    Where no event is waited for nothing is sent, and the connection is held for a moment: one that the service closes
    at once serves nobody.
    """
    waiting, heard = set(plan.events), 0
    try:
        async with asyncio.timeout(plan.patience if waiting else limits.HELD):
            if waiting:
                await connection.send(plan.message)
            for _ in range(limits.MESSAGES):
                said = await connection.recv()
                heard += len(said)
                for name in _event_names(said):
                    if name in waiting:
                        waiting.remove(name)
                        notify(name)
                if heard > limits.ALL_MESSAGES or (plan.events and not waiting):
                    return None
    except TimeoutError:
        return None
    except ConnectionClosed as error:
        close = error.rcvd or error.sent
        return (
            SocketClosed(close.code, close.reason)
            if close
            else SocketClosed(_NO_CODE, str(error.__cause__ or ""))
        )
    return None


def _event_names(said: str | bytes) -> list[str]:
    """Return the names that a message gives of itself, at its top or in its data."""
    try:
        told: Any = msgspec.json.decode(said)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return []
    places = [told, told.get("data")] if isinstance(told, dict) else []
    return [
        place[name]
        for place in places
        if isinstance(place, dict)
        for name in _EVENT_KEYS
        if isinstance(place.get(name), str)
    ]
