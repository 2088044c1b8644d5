"""A stateful fake of GitHub's API for issues and comments, with injected faults.

Form of the answers: docs.github.com/en/rest/issues (issues, comments, search), by their documented examples. A
renamed repository answers 301 to reads and 307 to writes (docs.github.com, "Redirects"); ``GET /user`` answers 403
to the token of GitHub Actions, which is the token here.
"""

import json
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

from tests.fakes.loopback import LoopbackServer

LONGEST = {"title": 256, "body": 65_536}
_REPOSITORY_ID = 4711
_Answer = tuple[int, Any]


@dataclass
class Fault:
    """The fault of the next matching request: a status, a lost answer, or a write that is done late.

    A late write is done by ``GitHubServer.arrive``, after its client gave up.
    """

    method: str
    status: int = 0
    message: str = ""
    lost: bool = False
    late: bool = False
    headers: dict[str, str] = field(default_factory=dict)
    path: str = ""


class Request(NamedTuple):
    """A received request."""

    method: str
    path: str
    query: dict[str, list[str]]
    sent: dict[str, Any]
    headers: dict[str, str]


class GitHubServer(LoopbackServer):
    """One repository, demo/demo; ``requests`` lists the received requests.

    Attributes:
        tokens: the account of each token.
        viewer: whether GraphQL names the account of the token.
        search_lags: whether the search finds nothing yet.
        drops_labels: whether the account has no push access.
        locked: numbers of locked issues.
        name: name of the repository; another name than demo/demo is a rename.
        before: what happens once, before a request "METHOD /path" is answered.

    """

    def __init__(self, issues: int = 1) -> None:
        """Start with so many open issues, numbered from 1."""
        self.issues: dict[int, dict[str, Any]] = {}
        self.comments: dict[int, dict[str, Any]] = {}
        self.requests: list[Request] = []
        self.faults: list[Fault] = []
        self.late: list[Callable[[], object]] = []
        self.tokens = {"good": "github-actions[bot]", "other": "somebody"}
        self.viewer = True
        self.search_lags = False
        self.drops_labels = False
        self.locked: set[int] = set()
        self.name = "demo/demo"
        self.before: dict[str, Callable[[], object]] = {}
        self._next = 1000
        self._lock = threading.Lock()
        for _ in range(issues):
            self.open("An issue", "", [])
        super().__init__(_Handler)

    def bodies(self, number: int = 1) -> list[str]:
        """Return the bodies of an issue's comments in order."""
        return [comment["body"] for comment in self.comments.values() if comment["issue"] == number]

    def copies(self, fingerprint: str) -> list[str]:
        """Return the bodies of all texts that begin with the marker of an incident, of all accounts."""
        texts = [*self.issues.values(), *self.comments.values()]
        marker = f"<!-- triage:incident={fingerprint} "
        return [text["body"] for text in texts if text["body"].startswith(marker)]

    def arrive(self) -> None:
        """Do the writes that are late."""
        while self.late:
            self.late.pop()()

    def open(
        self, title: str, body: str, labels: list[str], author: str = "somebody", closed_at: str = ""
    ) -> dict[str, Any]:
        """Open an issue, or add one that was closed."""
        with self._lock:
            number = len(self.issues) + 1
            self.issues[number] = {
                "number": number,
                "id": number,
                "title": title,
                "body": body,
                "user": {"login": author},
                "created_at": "2026-03-01T08:00:00Z",
                "state": "closed" if closed_at else "open",
                "state_reason": "completed" if closed_at else None,
                "closed_at": closed_at or None,
                "labels": [{"name": name} for name in labels],
            }
        return self.issues[number]

    def close(self, number: int, at: str, reason: str | None = "completed") -> None:
        """Close an issue."""
        self.issues[number] |= {"state": "closed", "state_reason": reason, "closed_at": at}

    def comment(self, number: int, body: str, author: str = "somebody") -> dict[str, Any]:
        """Write a comment."""
        with self._lock:
            self._next += 1
            self.comments[self._next] = {
                "id": self._next,
                "issue": number,
                "body": body,
                "user": {"login": author},
            }
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
        query = parse_qs(address.query)
        self.state.requests.append(Request(method, address.path, query, sent, dict(self.headers)))
        happens = self.state.before.pop(f"{method} {address.path}", None)
        if happens is not None:
            happens()
        fault = next(
            (fault for fault in self.state.faults if fault.method == method and fault.path in address.path),
            None,
        )
        if fault is not None:
            self.state.faults.remove(fault)
            if fault.late:
                self.state.late.append(lambda: self._answer(method, address.path, query, sent))
            if fault.lost:
                self._answer(method, address.path, query, sent)
            if fault.lost or fault.late:
                self.close_connection = True
                return
            self._send(fault.status, {"message": fault.message}, fault.headers)
            return
        if self._account() == "":
            self._send(401, {"message": "Bad credentials"})
            return
        if not self._redirect(method, address.path):
            self._send(*self._answer(method, address.path, query, sent))

    def _account(self) -> str:
        return self.state.tokens.get(self.headers.get("Authorization", "").removeprefix("token "), "")

    def _redirect(self, method: str, path: str) -> bool:
        """Redirect a request to the former name of the repository."""
        if self.state.name == "demo/demo" or not re.match(r"/repos/demo/demo(/|$)", path):
            return False
        moved = f"{self.state.url}/repositories/{_REPOSITORY_ID}{path.removeprefix('/repos/demo/demo')}"
        said = {"message": "Moved Permanently", "url": moved}
        self._send(301 if method == "GET" else 307, said, {"Location": moved})
        return True

    def _answer(self, method: str, path: str, query: dict[str, list[str]], sent: dict[str, Any]) -> _Answer:
        routes: list[tuple[str, str, Callable[..., _Answer]]] = [
            ("GET", "", self._repository),
            ("GET", r"/issues", self._list),
            ("POST", r"/issues", self._open),
            ("GET", r"/issues/(\d+)", self._issue),
            ("PATCH", r"/issues/(\d+)", self._change),
            ("GET", r"/issues/(\d+)/comments", self._comments),
            ("POST", r"/issues/(\d+)/comments", self._comment),
            ("PATCH", r"/issues/comments/(\d+)", self._edit),
            ("DELETE", r"/issues/comments/(\d+)", self._delete),
        ]
        if path == "/graphql":
            login = self._account().removesuffix("[bot]")
            return 200, {"data": {"viewer": {"login": login}}} if self.state.viewer else {"errors": [{}]}
        if path == "/user":
            return 403, {"message": "Resource not accessible by integration"}
        if path == "/search/issues":
            return self._search(query)
        repository = rf"(?:/repos/{re.escape(self.state.name)}|/repositories/{_REPOSITORY_ID})"
        for verb, pattern, answer in routes:
            match = re.fullmatch(repository + pattern, path)
            if verb == method and match:
                too_long = [
                    f"{name} is too long (maximum is {most} characters)"
                    for name, most in LONGEST.items()
                    if len(sent.get(name, "")) > most
                ]
                if too_long:
                    return 422, {"message": too_long[0]}
                return answer(*map(int, match.groups()), query, sent)
        return 404, {"message": "Not Found"}

    def _repository(self, _query: dict[str, list[str]], _sent: dict[str, Any]) -> _Answer:
        return 200, {"id": _REPOSITORY_ID, "full_name": self.state.name}

    def _issue_json(self, issue: dict[str, Any]) -> dict[str, Any]:
        page = f"https://github.example.com/{self.state.name}/issues/{issue['number']}"
        return {**issue, "html_url": page}

    def _comment_json(self, comment: dict[str, Any]) -> dict[str, Any]:
        page = f"https://github.example.com/{self.state.name}/issues/{comment['issue']}"
        return {**comment, "html_url": f"{page}#issuecomment-{comment['id']}"}

    def _list(self, query: dict[str, list[str]], _sent: dict[str, Any]) -> _Answer:
        wanted = set(query.get("labels", [""])[0].split(",")) - {""}
        state = query.get("state", ["open"])[0]
        found = [
            issue
            for issue in reversed(list(self.state.issues.values()))
            if wanted <= {label["name"] for label in issue["labels"]} and state in ("all", issue["state"])
        ]
        return 200, [self._issue_json(issue) for issue in _page(found, query)]

    def _open(self, _query: dict[str, list[str]], sent: dict[str, Any]) -> _Answer:
        labels = [] if self.state.drops_labels else sent.get("labels", [])
        issue = self.state.open(sent["title"], sent.get("body", ""), labels, self._account())
        return 201, self._issue_json(issue)

    def _issue(self, number: int, _query: dict[str, list[str]], _sent: dict[str, Any]) -> _Answer:
        issue = self.state.issues.get(number)
        return (200, self._issue_json(issue)) if issue else (404, {"message": "Not Found"})

    def _change(self, number: int, _query: dict[str, list[str]], sent: dict[str, Any]) -> _Answer:
        issue = self.state.issues[number]
        issue.update(sent)
        if "state" in sent:
            issue["closed_at"] = "2026-01-01T00:00:00Z" if sent["state"] == "closed" else None
        return 200, self._issue_json(issue)

    def _comments(self, number: int, query: dict[str, list[str]], _sent: dict[str, Any]) -> _Answer:
        found = [comment for comment in self.state.comments.values() if comment["issue"] == number]
        return 200, [self._comment_json(comment) for comment in _page(found, query)]

    def _comment(self, number: int, _query: dict[str, list[str]], sent: dict[str, Any]) -> _Answer:
        if number in self.state.locked:
            return 403, {"message": "Unable to create comment because issue is locked."}
        return 201, self._comment_json(self.state.comment(number, sent["body"], self._account()))

    def _edit(self, number: int, _query: dict[str, list[str]], sent: dict[str, Any]) -> _Answer:
        comment = self.state.comments.get(number)
        if comment is None:
            return 404, {"message": "Not Found"}
        comment["body"] = sent["body"]
        return 200, self._comment_json(comment)

    def _delete(self, number: int, _query: dict[str, list[str]], _sent: dict[str, Any]) -> _Answer:
        known = self.state.comments.pop(number, None)
        return (204, None) if known else (404, {"message": "Not Found"})

    def _search(self, query: dict[str, list[str]]) -> _Answer:
        words = re.findall(r'"([^"]+)"', query["q"][0])
        state = re.search(r"is:(open|closed)", query["q"][0])
        found = []
        for issue in self.state.issues.values() if not self.state.search_lags else ():
            said = [issue["title"], issue["body"], *self.state.bodies(issue["number"])]
            if all(word in "\n".join(said) for word in words) and (
                state is None or issue["state"] == state[1]
            ):
                found.append(self._issue_json(issue))
        return 200, {
            "total_count": len(found),
            "incomplete_results": False,
            "items": _page(found, query),
        }

    def _send(self, status: int, content: object, headers: dict[str, str] | None = None) -> None:
        data = b"" if content is None else json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(data)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)


def _page(items: list[Any], query: dict[str, list[str]]) -> list[Any]:
    """Return the page of a list that a request asks for."""
    size, page = int(query.get("per_page", ["30"])[0]), int(query.get("page", ["1"])[0])
    return items[(page - 1) * size : page * size]
