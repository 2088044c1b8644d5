"""Open a WebSocket, send a message and wait for events."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException

from triage.models import ProbePlan, ResponseKeys
from triage.probe import limits
from triage.probe.answers import Answer, answer_from_error, answer_from_response

#: The code of a connection that was closed without one (RFC 6455, 7.1.5).
_NO_CODE = 1006
#: The keys under which a message names its event.
_EVENT_KEYS = ("type", "event")


class _DirectConnection(connect):
    """A connection that follows no redirect."""

    def process_redirect(self, exc: Exception) -> Exception:
        """Return the redirect as the answer."""
        return exc


class HandshakeRefused(Exception):  # noqa: N818 - an answer, no error of ours
    """The handshake did not open a WebSocket."""

    def __init__(self, answer: Answer) -> None:
        """Keep the answer."""
        super().__init__(str(answer))
        self.answer = answer


class SocketClosed(msgspec.Struct, frozen=True):
    """The service closed the connection.

    Attributes:
        code: the close code; 1006 without one.
        reason: the service's own text.

    """

    code: int
    reason: str


async def connect_socket(
    url: str,
    headers: Mapping[str, str],
    agent: str,
    *,
    keys: ResponseKeys,
    context: ssl.SSLContext,
    seconds: float,
) -> ClientConnection:
    """Return an open WebSocket, which the caller closes.

    Raises:
        HandshakeRefused: the handshake got another answer, or none.

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
        return await direct
    except InvalidStatus as error:
        response = error.response
        location = ", ".join(response.headers.get_all("Location"))
        raise HandshakeRefused(
            answer_from_response(response.status_code, bytes(response.body), keys, location=location)
        ) from error
    except (WebSocketException, OSError) as error:
        raise HandshakeRefused(answer_from_error(error)) from error


@asynccontextmanager
async def open_socket(
    url: str,
    headers: Mapping[str, str],
    agent: str,
    *,
    keys: ResponseKeys,
    context: ssl.SSLContext,
    seconds: float,
) -> AsyncIterator[ClientConnection]:
    """Open a WebSocket, and close it at the end.

    Raises:
        HandshakeRefused: the handshake got another answer, or none.

    """
    connection = await connect_socket(url, headers, agent, keys=keys, context=context, seconds=seconds)
    try:
        yield connection
    finally:
        await connection.close()


async def listen(
    connection: ClientConnection, plan: ProbePlan, notify: Callable[[str], None]
) -> SocketClosed | None:
    """Send the message and call ``on_event`` for the first of each expected event.

    Return None when all events came or a limit on time, messages or bytes is reached; otherwise how the
    connection was closed. Without expected events nothing is sent, and the connection is held for a moment:
    one that the service closes at once is not usable.
    """
    waiting, received = set(plan.events), 0
    try:
        async with asyncio.timeout(plan.patience if waiting else limits.HELD):
            if waiting:
                await connection.send(plan.message)
            for _ in range(limits.MESSAGES):
                message = await connection.recv()
                received += len(message)
                for name in event_names(message):
                    if name in waiting:
                        waiting.remove(name)
                        notify(name)
                if received > limits.ALL_MESSAGES or (plan.events and not waiting):
                    return None
    except TimeoutError:
        return None
    except ConnectionClosed as error:
        return describe_close(error)
    return None


def describe_close(error: ConnectionClosed) -> SocketClosed:
    """Return how a connection was closed."""
    close = error.rcvd or error.sent
    if close is None:
        return SocketClosed(_NO_CODE, str(error.__cause__ or ""))
    return SocketClosed(close.code, close.reason)


def event_names(message: str | bytes) -> list[str]:
    """Return the event names of a message, from its top level or its data."""
    try:
        content: Any = msgspec.json.decode(message)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return []
    objects = [content, content.get("data")] if isinstance(content, dict) else []
    return [
        item[name]
        for item in objects
        if isinstance(item, dict)
        for name in _EVENT_KEYS
        if isinstance(item.get(name), str)
    ]
