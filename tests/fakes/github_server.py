"""A fake of GitHub's REST API for issues and comments, with injected faults.

Form of the answers: docs.github.com/en/rest/issues (issues, comments, search), by their documented examples.
"""

import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.fakes.loopback import LoopbackServer

LONGEST = 65_536


@dataclass
class Fault:
    """The fault of the next matching request: a status, a lost answer, or a delay."""

    method: str
    status: int = 0
    message: str = ""
    lost: bool = False
    seconds: float = 0.0
    headers: dict[str, str] = field(default_factory=dict)


class GitHubServer(LoopbackServer):
    """One repository, demo/demo; ``requests`` lists the received requests."""

    def __init__(self, issues: int = 1) -> None:
        """Start with so many open issues, numbered from 1."""
        self.issues: dict[int, dict[str, Any]] = {}
        self.comments: dict[int, dict[str, Any]] = {}
        self.requests: list[str] = []
        self.faults: list[Fault] = []
        self._next = 1000
        for _ in range(issues):
            self.open("An issue", "", [])
        super().__init__(_Handler)

    def bodies(self, number: int = 1) -> list[str]:
        """Return the bodies of an issue's comments in order."""
        return [comment["body"] for comment in self.comments.values() if comment["issue"] == number]

    def open(self, title: str, body: str, labels: list[str]) -> dict[str, Any]:
        """Open an issue."""
        number = len(self.issues) + 1
        self.issues[number] = {
            "number": number,
            "id": number,
            "title": title,
            "body": body,
            "state": "open",
            "labels": [{"name": name} for name in labels],
        }
        return self.issues[number]

    def comment(self, number: int, body: str) -> dict[str, Any]:
        """Write a comment."""
        self._next += 1
        self.comments[self._next] = {"id": self._next, "issue": number, "body": body}
        return self.comments[self._next]


class _Handler(BaseHTTPRequestHandler):
    state: GitHubServer
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._serve("GET")

    def do_POST(self) -> None:
        self._serve("POST")

    def do_PATCH(self) -> None:
        self._serve("PATCH")

    def do_DELETE(self) -> None:
        self._serve("DELETE")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the library's name)
        """Log nothing."""

    def _serve(self, method: str) -> None:
        size = int(self.headers.get("Content-Length") or 0)
        sent = json.loads(self.rfile.read(size) or b"{}")
        address = urlsplit(self.path)
        self.state.requests.append(f"{method} {address.path}")
        fault = next((fault for fault in self.state.faults if fault.method == method), None)
        if fault is not None:
            self.state.faults.remove(fault)
            time.sleep(fault.seconds)
            if fault.lost:
                self._answer(method, address.path, parse_qs(address.query), sent)
                self.close_connection = True
                return
            self._send(fault.status, {"message": fault.message}, fault.headers)
            return
        if self.headers.get("Authorization") != "token good":
            self._send(401, {"message": "Bad credentials"})
            return
        self._send(*self._answer(method, address.path, parse_qs(address.query), sent))

    def _answer(
        self, method: str, path: str, query: dict[str, list[str]], sent: dict[str, Any]
    ) -> tuple[int, Any]:
        routes: list[tuple[str, str, Callable[..., tuple[int, Any]]]] = [
            ("GET", r"/repos/demo/demo/issues", self._list),
            ("POST", r"/repos/demo/demo/issues", self._open),
            ("GET", r"/repos/demo/demo/issues/(\d+)", self._issue),
            ("GET", r"/repos/demo/demo/issues/(\d+)/comments", self._comments),
            ("POST", r"/repos/demo/demo/issues/(\d+)/comments", self._comment),
            ("PATCH", r"/repos/demo/demo/issues/comments/(\d+)", self._edit),
            ("DELETE", r"/repos/demo/demo/issues/comments/(\d+)", self._delete),
            ("GET", r"/search/issues", self._search),
        ]
        for verb, pattern, answer in routes:
            match = re.fullmatch(pattern, path)
            if verb == method and match:
                if len(sent.get("body", "")) > LONGEST:
                    return 422, {"message": "body is too long (maximum is 65536 characters)"}
                return answer(*map(int, match.groups()), query, sent)
        return 404, {"message": "Not Found"}

    def _issue_json(self, issue: dict[str, Any]) -> dict[str, Any]:
        at = f"{self.state.url}/repos/demo/demo/issues/{issue['number']}"
        return {
            **issue,
            "url": at,
            "html_url": f"https://github.example.com/demo/demo/issues/{issue['number']}",
        }

    def _comment_json(self, comment: dict[str, Any]) -> dict[str, Any]:
        at = f"{self.state.url}/repos/demo/demo/issues/comments/{comment['id']}"
        return {**comment, "url": at, "html_url": f"https://github.example.com/demo/demo#c{comment['id']}"}

    def _list(self, query: dict[str, list[str]], _sent: dict[str, Any]) -> tuple[int, Any]:
        wanted = set(query.get("labels", [""])[0].split(",")) - {""}
        found = [i for i in self.state.issues.values() if wanted <= {label["name"] for label in i["labels"]}]
        return 200, [self._issue_json(issue) for issue in found]

    def _open(self, _query: dict[str, list[str]], sent: dict[str, Any]) -> tuple[int, Any]:
        return 201, self._issue_json(
            self.state.open(sent["title"], sent.get("body", ""), sent.get("labels", []))
        )

    def _issue(self, number: int, _query: dict[str, list[str]], _sent: dict[str, Any]) -> tuple[int, Any]:
        issue = self.state.issues.get(number)
        return (200, self._issue_json(issue)) if issue else (404, {"message": "Not Found"})

    def _comments(self, number: int, _query: dict[str, list[str]], _sent: dict[str, Any]) -> tuple[int, Any]:
        return 200, [
            self._comment_json(comment)
            for comment in self.state.comments.values()
            if comment["issue"] == number
        ]

    def _comment(self, number: int, _query: dict[str, list[str]], sent: dict[str, Any]) -> tuple[int, Any]:
        return 201, self._comment_json(self.state.comment(number, sent["body"]))

    def _edit(self, number: int, _query: dict[str, list[str]], sent: dict[str, Any]) -> tuple[int, Any]:
        self.state.comments[number]["body"] = sent["body"]
        return 200, self._comment_json(self.state.comments[number])

    def _delete(self, number: int, _query: dict[str, list[str]], _sent: dict[str, Any]) -> tuple[int, Any]:
        del self.state.comments[number]
        return 204, None

    def _search(self, query: dict[str, list[str]], _sent: dict[str, Any]) -> tuple[int, Any]:
        words = re.findall(r'"([^"]+)"', query["q"][0])
        found = []
        for issue in self.state.issues.values():
            said = [issue["title"], issue["body"], *self._all_bodies(issue["number"])]
            if all(word in "\n".join(said) for word in words):
                found.append(self._issue_json(issue))
        return 200, {"total_count": len(found), "incomplete_results": False, "items": found}

    def _all_bodies(self, number: int) -> list[str]:
        """Return the bodies of an issue's comments."""
        return self.state.bodies(number)

    def _send(self, status: int, content: object, headers: dict[str, str] | None = None) -> None:
        data = b"" if content is None else json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(data)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)
