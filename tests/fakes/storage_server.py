"""A fake of Cloud Storage's JSON API for reading, with injected faults.

Form of the answers: cloud.google.com/storage/docs/json_api/v1 (buckets: get; objects: get, list, alt=media).
"""

import json
import re
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from tests.fakes.loopback import LoopbackServer

#: Objects or prefixes per page of a listing; the real server has a thousand.
PAGE = 3


@dataclass
class StorageServer(LoopbackServer):
    """Serves buckets; ``url`` is the value for STORAGE_EMULATOR_HOST.

    Attributes:
        buckets: the objects by bucket and name.
        requests: number of requests by kind: "get", "list" and "media".
        ranges: the first byte of each requested part.
        refused: the status of every answer, unless 0.
        failures: number of answers that are 503 first.
        cut: whether the connection breaks in the middle of each part.

    """

    buckets: dict[str, dict[str, bytes]] = field(default_factory=dict)
    requests: Counter[str] = field(default_factory=Counter)
    ranges: list[int] = field(default_factory=list)
    refused: int = 0
    failures: int = 0
    cut: bool = False

    def __post_init__(self) -> None:
        """Bind a free port."""
        super().__init__(_Handler)


class _Handler(BaseHTTPRequestHandler):
    state: StorageServer
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the library's name)
        """Log nothing."""

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(address.query).items()}
        if self.state.refused:
            self._fail(self.state.refused, "demo-user does not have storage.objects.get access")
            return
        if self.state.failures:
            self.state.failures -= 1
            self._fail(503, "Backend Error")
            return
        found = re.fullmatch(r"/(?:download/)?storage/v1/b/([^/]+)(/o(?:/(.+))?)?", address.path)
        bucket = self.state.buckets.get(unquote(found[1])) if found else None
        if found is None or bucket is None:
            self._fail(404, "The specified bucket does not exist.")
        elif not found[2]:
            self._send({"kind": "storage#bucket", "name": found[1]})
        elif not found[3]:
            self.state.requests["list"] += 1
            self._send(_list_objects(found[1], bucket, query))
        elif (name := unquote(found[3])) not in bucket:
            self._fail(404, f"No such object: {found[1]}/{name}")
        elif query.get("alt") == "media":
            self.state.requests["media"] += 1
            self._media(bucket[name])
        else:
            self.state.requests["get"] += 1
            self._send(_object(found[1], name, bucket[name]))

    def _media(self, data: bytes) -> None:
        asked = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        start, end = (int(asked[1]), int(asked[2] or len(data) - 1)) if asked else (0, len(data) - 1)
        if asked and start >= len(data):
            self._fail(416, "The requested range cannot be satisfied.")
            return
        self.state.ranges.append(start)
        part = data[start : end + 1]
        self.send_response(206 if asked else 200)
        if asked:
            self.send_header("Content-Range", f"bytes {start}-{start + len(part) - 1}/{len(data)}")
        self._body(part, "application/octet-stream", cut=self.state.cut)

    def _send(self, content: dict[str, Any], status: int = 200) -> None:
        self.send_response(status)
        self._body(json.dumps(content).encode(), "application/json; charset=UTF-8")

    def _fail(self, status: int, message: str) -> None:
        self._send({"error": {"code": status, "message": message, "errors": [{"message": message}]}}, status)

    def _body(self, data: bytes, form: str, *, cut: bool = False) -> None:
        self.send_header("Content-Type", form)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        with suppress(ConnectionError):  # a client that needs one of two answers hangs up on the other
            self.wfile.write(data[: len(data) // 2] if cut else data)
        self.close_connection = cut


def _object(bucket: str, name: str, data: bytes) -> dict[str, Any]:
    return {
        "kind": "storage#object",
        "bucket": bucket,
        "name": name,
        "size": str(len(data)),
        "generation": "1",
        "metageneration": "1",
        "updated": "2026-03-01T08:00:00.000Z",
        "timeCreated": "2026-03-01T08:00:00.000Z",
        "contentType": "application/json",
    }


def _list_objects(bucket: str, objects: dict[str, bytes], query: dict[str, str]) -> dict[str, Any]:
    """Return a page of the names with a prefix.

    Names behind the delimiter are folded into their prefix.
    """
    prefix, delimiter = query.get("prefix", ""), query.get("delimiter", "")
    rows: dict[str, bytes | None] = {}
    for name in sorted(objects):
        if not name.startswith(prefix):
            continue
        head, mark, _ = name[len(prefix) :].partition(delimiter) if delimiter else (name, "", "")
        if mark:
            rows[prefix + head + mark] = None
        else:
            rows[name] = objects[name]
    begin = int(query.get("pageToken", "0"))
    size = min(int(query.get("maxResults", PAGE)), PAGE)
    page = list(rows.items())[begin : begin + size]
    answer: dict[str, Any] = {
        "kind": "storage#objects",
        "items": [_object(bucket, name, data) for name, data in page if data is not None],
        "prefixes": [name for name, data in page if data is None],
    }
    if begin + size < len(rows):
        answer["nextPageToken"] = str(begin + size)
    return answer
