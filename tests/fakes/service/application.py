"""The fake service as an ASGI application: /health, /ws paths, a WebSocket."""

import asyncio
import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from tests.fakes.service.logs import Logs
from tests.fakes.service.states import Reply, State

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_CHUNK = b"x" * 4096


class Application:
    """Answers as its state defines.

    Attributes:
        requests: the received requests: kind, path and headers.
        messages: the received WebSocket messages.
        open: number of WebSockets that are open on /ws.
        most: most that were open at once.
        collapsed: whether it broke down under too many.

    """

    def __init__(self, state: State, logs: Logs) -> None:
        """Start in a state; ``logs`` receives what Cloud Run would log."""
        self.state = state
        self.logs = logs
        self.requests: list[tuple[str, str, dict[str, str]]] = []
        self.messages: list[str] = []
        self.open = self.most = 0
        self.collapsed = False
        self._collapse: asyncio.Event | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request or one WebSocket."""
        headers = {name.decode().lower(): value.decode() for name, value in scope["headers"]}
        path = scope["path"]
        self.requests.append((scope["type"], path, headers))
        if scope["type"] == "http":
            await self._plain(path, headers, send)
        elif scope["type"] == "websocket":
            await receive()
            await self._handshake(path, headers, receive, send)

    async def _plain(self, path: str, headers: dict[str, str], send: Send) -> None:
        state = self.state
        plain = state.first if state.first and len(self.requests) == 1 else state.plain
        if path == "/health":
            await asyncio.sleep(state.slows * self.open)
        health = Reply(503) if self.collapsed else state.health
        reply = health if path == "/health" else plain if path.startswith("/ws") else Reply(404)
        if path.startswith("/ws"):
            self.logs.write_lines(state.log, path)
        if state.echo:
            reply = Reply(
                body=json.dumps(
                    {"error": headers.get("authorization", "").removeprefix("Bearer "), "heard": headers}
                ).encode()
            )
        await self._reply(reply, "http.response", send)
        self.logs.write_request(path, reply.status, headers)

    async def _reply(self, reply: Reply, kind: str, send: Send) -> None:
        await asyncio.sleep(max(0.0, reply.slow))
        headers = [(name.encode(), value.encode()) for name, value in reply.headers]
        await send({"type": f"{kind}.start", "status": reply.status, "headers": headers})
        while reply.endless:
            await send(
                {"type": f"{kind}.body", "body": _CHUNK if reply.slow == 0 else b"x", "more_body": True}
            )
            await asyncio.sleep(0 if reply.slow == 0 else 0.05)
        await send({"type": f"{kind}.body", "body": reply.body})

    async def _handshake(self, path: str, headers: dict[str, str], receive: Receive, send: Send) -> None:
        state = self.state
        if path != "/ws":
            if state.other_handshake is None:
                await send({"type": "websocket.close"})
            else:
                await self._reply(state.other_handshake, "websocket.http.response", send)
            self.logs.write_request(
                path, state.other_handshake.status if state.other_handshake else 403, headers
            )
            return
        let_in = state.token and headers.get("authorization") == f"Bearer {state.token}"
        if state.handshake is not None and not let_in:
            await self._reply(state.handshake, "websocket.http.response", send)
            self.logs.write_request(path, state.handshake.status, headers)
            return
        if state.capacity and (self.collapsed or self.open >= state.capacity):
            await self._refuse_overload(path, headers, send)
            return
        self.open += 1
        self.most = max(self.most, self.open)
        try:
            await asyncio.sleep(state.slows * self.open)
            await send({"type": "websocket.accept"})
            self.logs.write_request(path, 101, headers)
            await self._converse(receive, send)
        finally:
            self.open -= 1

    async def _refuse_overload(self, path: str, headers: dict[str, str], send: Send) -> None:
        """Refuse a WebSocket beyond the capacity, and close all others if the state says so."""
        if self.state.collapses:
            self.collapsed = True
            if self._collapse:
                self._collapse.set()
        await self._reply(Reply(503, b""), "websocket.http.response", send)
        self.logs.write_request(path, 503, headers)

    async def _converse(self, receive: Receive, send: Send) -> None:
        state = self.state
        if state.close_at_once:
            await send({"type": "websocket.close", "code": state.close})
            return
        heard = await self._hear(receive, send)
        if heard["type"] != "websocket.receive":
            return
        self.messages.append(heard["text"])
        await self._answer(send)
        while (await receive())["type"] != "websocket.disconnect":
            pass

    async def _hear(self, receive: Receive, send: Send) -> MutableMapping[str, Any]:
        """Return what the client sends, or that the connection was closed by a collapse."""
        if not self.state.collapses:
            return await receive()
        self._collapse = self._collapse or asyncio.Event()
        heard, collapse = asyncio.ensure_future(receive()), asyncio.create_task(self._collapse.wait())
        try:
            await asyncio.wait((heard, collapse), return_when=asyncio.FIRST_COMPLETED)
            if heard.done():
                return heard.result()
            await send({"type": "websocket.close", "code": 1013})
            return {"type": "websocket.disconnect"}
        finally:
            heard.cancel()
            collapse.cancel()

    async def _answer(self, send: Send) -> None:
        state = self.state
        await self._send(send, state.message or "system_message")
        while state.endless:
            await self._send(send, "system_message")
            # Sending to a disconnected client never yields: without this the server could not be stopped.
            await asyncio.sleep(0)
        for event in state.events:
            await asyncio.sleep(state.pause)
            await self._send(send, event)
        if state.close == 1006:
            raise ConnectionAbortedError("the worker died")
        if state.close:
            await send({"type": "websocket.close", "code": state.close, "reason": "an error, <b>@all</b>"})

    async def _send(self, send: Send, event: str) -> None:
        await send({"type": "websocket.send", "text": json.dumps({"type": event, "payload": {"n": 1}})})
