"""The application behind a dashboard: its page, its updates, its health and its metrics."""

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import msgspec

from triage.dashboard.address import Address
from triage.dashboard.board import MAX_VIEWERS, Board
from triage.dashboard.exposition import CONTENT_TYPE, render_metrics

if TYPE_CHECKING:
    from sse_starlette import ServerSentEvent
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: Scripts and styles only from here, nothing in a line of the page, and no text as code.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types dashboard"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
#: Seconds between signs of life of the connection itself; the board's own heartbeat comes earlier.
_PING = 3600
#: Seconds without an answer of Cloud Logging from which on the dashboard is not healthy.
SILENCE = 60.0


class Assets(msgspec.Struct, frozen=True):
    """The files of the page.

    Attributes:
        style: its style sheet.
        script: its script.

    """

    style: str
    script: str


def create_app(board: Board, address: Address, assets: Assets, *, send_timeout: float) -> "ASGIApp":
    """Return the application of a board; a viewer may take ``send_timeout`` seconds to receive an update."""
    from starlette.applications import Starlette
    from starlette.routing import Route

    answers = _Answers(board, assets, send_timeout)
    routes = {
        "/": answers.page,
        "/style.css": answers.style,
        "/script.js": answers.script,
        "/events": answers.events,
        "/healthz": answers.health,
        "/metrics": answers.metrics,
    }
    return guard(Starlette(routes=[Route(path, answer) for path, answer in routes.items()]), address)


class _Answers:
    """The answers of the application."""

    def __init__(self, board: Board, assets: Assets, send_timeout: float) -> None:
        from starlette import responses

        self._board = board
        self._assets = assets
        self._send_timeout = send_timeout
        self._responses = responses

    async def page(self, _request: "Request") -> "Response":
        return self._responses.HTMLResponse(self._board.page.html)

    async def style(self, _request: "Request") -> "Response":
        return self._responses.Response(self._assets.style, media_type="text/css")

    async def script(self, _request: "Request") -> "Response":
        return self._responses.Response(self._assets.script, media_type="text/javascript")

    async def events(self, request: "Request") -> "Response":
        from sse_starlette import EventSourceResponse

        if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
            return self._responses.PlainTextResponse("Only the page itself follows its updates.\n", 403)
        if self._board.viewers >= MAX_VIEWERS:
            return self._responses.PlainTextResponse(
                f"No more than {MAX_VIEWERS} viewers can follow this page at a time.\n", 503
            )
        version = request.headers.get("Last-Event-ID") or request.query_params.get("since", "")
        return EventSourceResponse(self._stream(version), ping=_PING, send_timeout=self._send_timeout)

    async def _stream(self, version: str) -> AsyncIterator["ServerSentEvent"]:
        from sse_starlette import ServerSentEvent

        async for update in self._board.follow(version):
            yield ServerSentEvent(update.data, event=update.event, id=update.version or None)

    async def health(self, _request: "Request") -> "Response":
        age, status = self._board.age, self._board.status
        is_current = self._board.has_verdict and age is not None and age < SILENCE
        said = {
            "status": "ok" if is_current else "waiting for the first verdict" if age is None else "stale",
            "age_seconds": age and round(age, 1),
            "stream": status.stream.arriving if status else None,
        }
        return self._responses.JSONResponse(said, 200 if is_current else 503)

    async def metrics(self, _request: "Request") -> "Response":
        board = self._board
        text = render_metrics(board.page, board.status, board.viewers)
        return self._responses.Response(text, media_type=CONTENT_TYPE)


def guard(app: "ASGIApp", address: Address) -> "ASGIApp":
    """Return an application that answers only requests to this host, and sets the headers of security."""
    from starlette.datastructures import Headers, MutableHeaders
    from starlette.responses import PlainTextResponse

    async def guarded(scope: "Scope", receive: "Receive", send: "Send") -> None:
        async def send_with_headers(message: "Message") -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(_HEADERS)
            await send(message)

        answer = app
        if scope["type"] == "http" and not address.allows(Headers(scope=scope).get("host", "")):
            answer = PlainTextResponse(
                "This name is not one of the dashboard: ask for its address, or give its name to --serve.\n",
                421,
            )
        await answer(scope, receive, send_with_headers)

    return guarded
