"""Serve the fake service on 127.0.0.1, also in states that ASGI cannot show."""

import contextlib
import socket
import tempfile
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import uvicorn
from websockets.exceptions import InvalidState

from tests.fakes.service.application import Application
from tests.fakes.service.logs import Logs
from tests.fakes.service.states import STATES, State
from tests.fakes.service.tls import self_signed

_RAW = {
    "broken-http": b"HTTQ/9 what \x1b[31m is this\r\n\r\n",
    "endless-headers": b"HTTP/1.1 200 OK\r\n" + b"x-more: and more\r\n" * 20000,
    "hang-up": b"",
}
#: Seconds within which the server must stop.
_STOPPED = 30


class Service:
    """The service, as a context manager; it listens when the block starts."""

    def __init__(self, state: str | State = "healthy", *, port: int = 0, logs: Logs | None = None) -> None:
        """Bind a port of 127.0.0.1; 0 is any free one."""
        self.state = STATES[state] if isinstance(state, str) else state
        self.logs = logs or Logs()
        self.application = Application(self.state, self.logs)
        self._socket = socket.create_server(("127.0.0.1", port))
        self._folder = tempfile.TemporaryDirectory()
        self.certificate = Path(self._folder.name) / "certificate.pem"
        self._server = self._make_server()
        work = self._write_raw if self.state.raw else self._serve
        self._thread = threading.Thread(target=work, daemon=True)
        self._stopping = False
        self.port = int(self._socket.getsockname()[1])
        self.url = f"http{'s' if self.state.tls else ''}://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        """Serve until the end of the block."""
        self._thread.start()
        while not self.state.raw and not self._server.started:
            if not self._thread.is_alive():
                raise RuntimeError("the server did not start")
            time.sleep(0.005)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop serving, whatever is still in progress."""
        self._stopping = True
        self._server.should_exit = self._server.force_exit = True
        if self.state.raw:
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join(_STOPPED)
        self._socket.close()
        self._folder.cleanup()
        if self._thread.is_alive():
            raise RuntimeError(f"the service in state {self.state} could not be stopped")

    def wait(self) -> None:
        """Serve until the process is stopped."""
        self._thread.join()

    def _make_server(self) -> uvicorn.Server:
        key = Path(self._folder.name) / "key.pem"
        if self.state.tls:
            self_signed(self.certificate, key)
        config = uvicorn.Config(
            self.application,
            # The other implementations use a deprecated part of websockets.
            ws="websockets-sansio",
            http="h11",
            lifespan="off",
            log_config=None,
            log_level="critical",
            access_log=False,
            timeout_graceful_shutdown=1,
            ssl_certfile=str(self.certificate) if self.state.tls else None,
            ssl_keyfile=str(key) if self.state.tls else None,
        )
        return uvicorn.Server(config)

    def _serve(self) -> None:
        try:
            self._server.run(sockets=[self._socket])
        except InvalidState:
            # When it stops, uvicorn closes every WebSocket, and one that is closing already refuses that.
            if not self._stopping:
                raise

    def _write_raw(self) -> None:
        """Answer every connection with the same bytes."""
        while not self._stopping:
            with contextlib.suppress(OSError):
                connection, _ = self._socket.accept()
                with connection:
                    connection.settimeout(5)
                    connection.recv(4096)
                    connection.sendall(_RAW[self.state.raw])
