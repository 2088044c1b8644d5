"""A fake of what apprise posts to: it takes messages, refuses them, or does not answer."""

import json
import threading
from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.fakes.loopback import LoopbackServer


class WebhookServer(LoopbackServer):
    """Keeps the received documents.

    Attributes:
        received: the documents that were taken.
        asked: how many requests came.
        statuses: the statuses of the next answers; 200 after them.
        answers: is set unless requests must wait.

    """

    def __init__(self) -> None:
        """Take every document."""
        self.received: list[Any] = []
        self.asked = 0
        self.statuses: list[int] = []
        self.answers = threading.Event()
        self.answers.set()
        self._taken = threading.Condition()
        super().__init__(_Handler)

    @property
    def address(self) -> str:
        """Return the address for apprise, with a secret in its path."""
        return f"{self.url.replace('http', 'json')}/hook/{SECRET}"

    def take(self, document: Any) -> None:
        """Keep a document."""
        with self._taken:
            self.received.append(document)
            self._taken.notify_all()

    def wait_for(self, count: int) -> None:
        """Wait until so many documents were taken."""
        with self._taken:
            assert self._taken.wait_for(lambda: len(self.received) >= count, timeout=60)

    @property
    def titles(self) -> list[str]:
        """Return the titles of the received messages."""
        return [document["title"] for document in self.received]


#: Stands in the path of the address, and nowhere else.
SECRET = "hidden" + "part"


class _Handler(BaseHTTPRequestHandler):
    state: WebhookServer

    def do_POST(self) -> None:
        document = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.state.asked += 1
        self.state.answers.wait()
        status = self.state.statuses.pop(0) if self.state.statuses else 200
        if status == 200:
            self.state.take(document)
        self.send_response(status)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the library's name)
        """Log nothing."""
