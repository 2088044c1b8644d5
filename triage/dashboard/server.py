"""Serves a dashboard in a thread of its own, until it is stopped."""

import logging
import socket
import threading
from types import TracebackType
from typing import Any, Self

from triage.dashboard.address import Address, bind
from triage.dashboard.app import Assets, create_app
from triage.dashboard.board import MAX_VIEWERS, Board
from triage.errors import UsageError

#: Seconds that a viewer may take to receive an update; a slower one is dropped, and may come again.
SEND_TIMEOUT = 10.0
#: Seconds in which requests end when the server stops.
_GRACE = 1
#: Connections beside those of the viewers.
_OTHER_CONNECTIONS = 50
_BACKLOG = 128


def check_web_extra() -> None:
    """Check that the packages of the extra are there.

    Raises:
        UsageError: one is missing.

    """
    from importlib import import_module

    try:
        for name in ("sse_starlette", "starlette", "uvicorn"):
            import_module(name)
    except ImportError:
        raise UsageError("--serve needs the extra 'web'", "pip install 'cloudrun-triage[web]'") from None


class DashboardServer:
    """Serves a board, as a context manager.

    Attributes:
        address: where it listens.

    """

    def __init__(
        self, board: Board, address: Address, assets: Assets, *, send_timeout: float = SEND_TIMEOUT
    ) -> None:
        """Listen on an address; nothing is answered yet.

        Raises:
            UsageError: the packages of the extra are missing.
            IOFailureError: nothing can listen on the address.

        """
        check_web_extra()
        import uvicorn

        self._board = board
        self.address, self._socket = bind(address)
        # Its errors are those of connections that end; the page says what matters.
        logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
        config = uvicorn.Config(
            create_app(board, self.address, assets, send_timeout=send_timeout),
            loop="asyncio",
            http="h11",
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            backlog=_BACKLOG,
            limit_concurrency=MAX_VIEWERS + _OTHER_CONNECTIONS,
            timeout_graceful_shutdown=_GRACE,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._run, name="dashboard", daemon=True)

    def _run(self) -> None:
        sockets: list[socket.socket] = [self._socket]
        runner: Any = self._server.run
        runner(sockets=sockets)

    def __enter__(self) -> Self:
        """Start to answer."""
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop: viewers are ended, and nothing is answered any more."""
        self._server.should_exit = True
        self._board.close()
        self._thread.join(_GRACE + 1)
        self._socket.close()
