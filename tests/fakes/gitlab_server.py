"""A stateful fake of GitLab's API for issues and notes.

Form of the answers: docs.gitlab.com/api (issues, notes, projects, users), by their documented examples. A former
path of the project redirects reads; the number of the project is never redirected.
"""

import json
import re
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from tests.fakes.github_server import Fault, Request
from tests.fakes.loopback import LoopbackServer

_PROJECT_ID = 77
_Answer = tuple[int, Any]


class GitLabServer(LoopbackServer):
    """One project, demo/tools/app; ``requests`` lists the received requests.

    Attributes:
        name: path of the project; another one than demo/tools/app is a rename.
        executed: quick actions that a text contained.

    """

    def __init__(self) -> None:
        """Start with an open issue."""
        self.issues: dict[int, dict[str, Any]] = {}
        self.notes: dict[int, dict[str, Any]] = {}
        self.requests: list[Request] = []
        self.faults: list[Fault] = []
        self.executed: list[str] = []
        self.name = "demo/tools/app"
        self.open("An issue", "", [])
        super().__init__(_Handler)

    def open(
        self, title: str, body: str, labels: list[str], author: str = "somebody", closed_at: str = ""
    ) -> None:
        """Open an issue, or add one that was closed."""
        iid = len(self.issues) + 1
        self.issues[iid] = {
            "id": 9000 + iid,
            "iid": iid,
            "title": title,
            "description": body,
            "author": {"username": author},
            "state": "closed" if closed_at else "opened",
            "closed_at": closed_at or None,
            "labels": labels,
            "web_url": f"https://gitlab.example.com/{self.name}/-/issues/{iid}",
        }

    def note(self, iid: int, body: str, author: str = "somebody", *, system: bool = False) -> dict[str, Any]:
        """Write a note."""
        number = 500 + len(self.notes)
        self.notes[number] = {
            "id": number,
            "noteable_iid": iid,
            "body": body,
            "author": {"username": author},
            "system": system,
        }
        return self.notes[number]

    def texts(self) -> list[str]:
        """Return the texts of all issues and notes."""
        issues = [issue["description"] for issue in self.issues.values()]
        return [*issues, *(note["body"] for note in self.notes.values())]


class _Handler(BaseHTTPRequestHandler):
    state: GitLabServer
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._serve("GET")

    def do_POST(self) -> None:
        self._serve("POST")

    def do_PUT(self) -> None:
        self._serve("PUT")

    def do_DELETE(self) -> None:
        self._serve("DELETE")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the library's name)
        """Log nothing."""

    def _serve(self, method: str) -> None:
        size = int(self.headers.get("Content-Length") or 0)
        sent = json.loads(self.rfile.read(size) or b"{}")
        address = urlsplit(self.path)
        query = parse_qs(address.query)
        path = address.path.removeprefix("/api/v4")
        self.state.requests.append(Request(method, path, query, sent, dict(self.headers)))
        fault = next((fault for fault in self.state.faults if fault.method == method), None)
        if fault is not None:
            self.state.faults.remove(fault)
            if fault.lost:
                self._answer(method, path, query, sent)
                self.close_connection = True
                return
            self._send(fault.status, {"message": fault.message}, fault.headers)
        elif self.headers.get("PRIVATE-TOKEN") != "good":
            self._send(401, {"message": "401 Unauthorized"})
        elif path == "/projects/demo%2Ftools%2Fapp" and self.state.name != "demo/tools/app":
            moved = f"{self.state.url}/api/v4/projects/{_PROJECT_ID}"
            self._send(301, {"message": "Moved Permanently"}, {"Location": moved})
        else:
            self._execute(sent)
            self._send(*self._answer(method, path, query, sent))

    def _execute(self, sent: dict[str, Any]) -> None:
        """Note the lines outside of code blocks that GitLab would execute."""
        text = re.sub(
            r"^```.*?^```",
            "",
            sent.get("body") or sent.get("description") or "",
            flags=re.MULTILINE | re.DOTALL,
        )
        self.state.executed += re.findall(r"^/[a-z]\w*", text, flags=re.MULTILINE)

    def _answer(self, method: str, path: str, query: dict[str, list[str]], sent: dict[str, Any]) -> _Answer:
        project = rf"/projects/(?:{_PROJECT_ID}|{re.escape(self.state.name.replace('/', '%2F'))})"
        routes: list[tuple[str, str, Callable[..., _Answer]]] = [
            ("GET", "/user", self._user),
            ("GET", project, self._project),
            ("GET", project + "/issues", self._list),
            ("POST", project + "/issues", self._open),
            ("GET", project + r"/issues/(\d+)", self._issue),
            ("PUT", project + r"/issues/(\d+)", self._change),
            ("GET", project + r"/issues/(\d+)/notes", self._notes),
            ("POST", project + r"/issues/(\d+)/notes", self._note),
            ("PUT", project + r"/issues/\d+/notes/(\d+)", self._edit),
            ("DELETE", project + r"/issues/\d+/notes/(\d+)", self._delete),
        ]
        for verb, pattern, answer in routes:
            match = re.fullmatch(pattern, path)
            if verb == method and match:
                return answer(*map(int, match.groups()), query, sent)
        return 404, {"message": f"404 {unquote(path)} Not Found"}

    def _user(self, _query: dict[str, list[str]], _sent: dict[str, Any]) -> _Answer:
        return 200, {"id": 1, "username": "project_77_bot"}

    def _project(self, _query: dict[str, list[str]], _sent: dict[str, Any]) -> _Answer:
        page = f"https://gitlab.example.com/{self.state.name}"
        return 200, {"id": _PROJECT_ID, "path_with_namespace": self.state.name, "web_url": page}

    def _list(self, query: dict[str, list[str]], _sent: dict[str, Any]) -> _Answer:
        label, words = query.get("labels", [""])[0], query.get("search", [""])[0]
        state = query["state"][0]
        found = [
            issue
            for issue in reversed(list(self.state.issues.values()))
            if (not label or label in issue["labels"])
            and words in issue["title"] + issue["description"]
            and state in ("all", issue["state"])
        ]
        return 200, found

    def _open(self, _query: dict[str, list[str]], sent: dict[str, Any]) -> _Answer:
        self.state.open(sent["title"], sent["description"], sent["labels"], "project_77_bot")
        return 201, self.state.issues[len(self.state.issues)]

    def _issue(self, iid: int, _query: dict[str, list[str]], _sent: dict[str, Any]) -> _Answer:
        issue = self.state.issues.get(iid)
        return (200, issue) if issue else (404, {"message": "404 Not found"})

    def _change(self, iid: int, _query: dict[str, list[str]], sent: dict[str, Any]) -> _Answer:
        issue = self.state.issues[iid]
        issue["description"] = sent.get("description", issue["description"])
        if "state_event" in sent:
            is_closed = sent["state_event"] == "close"
            issue |= {
                "state": "closed" if is_closed else "opened",
                "closed_at": "2026-01-01T00:00:00.000Z" if is_closed else None,
            }
        return 200, issue

    def _notes(self, iid: int, query: dict[str, list[str]], _sent: dict[str, Any]) -> _Answer:
        found = [note for note in self.state.notes.values() if note["noteable_iid"] == iid]
        return 200, found if query.get("sort") == ["asc"] else found[::-1]

    def _note(self, iid: int, _query: dict[str, list[str]], sent: dict[str, Any]) -> _Answer:
        return 201, self.state.note(iid, sent["body"], "project_77_bot")

    def _edit(self, number: int, _query: dict[str, list[str]], sent: dict[str, Any]) -> _Answer:
        self.state.notes[number]["body"] = sent["body"]
        return 200, self.state.notes[number]

    def _delete(self, number: int, _query: dict[str, list[str]], _sent: dict[str, Any]) -> _Answer:
        self.state.notes.pop(number)
        return 204, None

    def _send(self, status: int, content: object, headers: dict[str, str] | None = None) -> None:
        data = b"" if content is None else json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)
