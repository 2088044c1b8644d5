"""A fake of Cloud Logging over gRPC that serves the entries of an export.

    python -m tests.fakes.logging_server EXPORT --port P [--replay SECONDS]

It implements google.logging.v2.LoggingServiceV2: filters (with triage.lql), order, pages and page tokens,
with injected faults. Tail sessions receive arriving entries; with --replay those are the entries of the
export, in sequence, from now on. It uses neither TLS nor credentials and listens on 127.0.0.1 only.
"""

import argparse
import json
import sys
import threading
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

import grpc
from google.cloud.logging_v2 import types
from google.protobuf import any_pb2
from google.protobuf.json_format import ParseDict
from google.rpc import code_pb2, error_details_pb2, status_pb2
from grpc_status import rpc_status

from tests.fakes.replay import replay
from tests.fakes.tailing import Tails
from triage import lql
from triage.errors import UsageError
from triage.fetching.record import register_payload_types
from triage.window import parse_timestamp

SERVICE = "google.logging.v2.LoggingServiceV2"
DEFAULT_PAGE = 50
LARGEST_PAGE = 1000

Entry = dict[str, Any]
#: What happens when a page is requested: it may abort the call, wait, or return True to send the page empty, or
#: "repeat" to send the token of this page as that of the next.
Cue = Callable[[grpc.ServicerContext], bool | Literal["repeat"]]

_LogEntry = types.LogEntry.pb(types.LogEntry()).__class__
_ListRequest = types.ListLogEntriesRequest.pb(types.ListLogEntriesRequest()).__class__
_ListResponse = types.ListLogEntriesResponse.pb(types.ListLogEntriesResponse()).__class__
_TailRequest = types.TailLogEntriesRequest.pb(types.TailLogEntriesRequest()).__class__
_TailResponse = types.TailLogEntriesResponse.pb(types.TailLogEntriesResponse()).__class__


def refuse(code: grpc.StatusCode, message: str = "", reason: str = "") -> Cue:
    """Return the cue that aborts the call, with a ``reason`` (google.rpc.ErrorInfo)."""

    def cue(context: grpc.ServicerContext) -> bool:
        status = status_pb2.Status(code=code_pb2.Code.Value(code.name), message=message or code.name.lower())
        if reason:
            detail = any_pb2.Any()
            detail.Pack(error_details_pb2.ErrorInfo(reason=reason, domain="googleapis.com"))
            status.details.append(detail)
        context.abort_with_status(rpc_status.to_status(status))
        raise AssertionError

    return cue


def wait(seconds: float) -> Cue:
    """Return the cue that delays the answer, until the client is gone at most."""

    def cue(context: grpc.ServicerContext) -> bool:
        end = time.monotonic() + seconds
        while context.is_active() and time.monotonic() < end:
            time.sleep(0.01)
        return False

    return cue


def empty(_context: grpc.ServicerContext) -> bool:
    """Send no entries but a page token: "not finished searching"."""
    return True


def repeat(_context: grpc.ServicerContext) -> Literal["repeat"]:
    """Send the page with its own token as that of the next page."""
    return "repeat"


class LoggingServer:
    """The server, as a context manager.

    Attributes:
        requests: the received requests: filter, page, page size.
        tails: the tail sessions.

    """

    def __init__(self, entries: Iterable[Entry], *, port: int = 0, projects: set[str] | None = None) -> None:
        """Hold the entries; ``projects`` are the existing ones (None: all)."""
        register_payload_types()
        self.requests: list[tuple[str, int, int]] = []
        self.skipped = 0
        self.tails = Tails()
        self._projects = projects
        self._entries = sorted(self._parse(entries), key=lambda pair: _sort_key(pair[0]))
        self._cues: dict[int, list[Cue]] = defaultdict(list)
        self._permanent_cues: dict[int, Cue] = {}
        self._tokens = 0
        self._matches: dict[str, list[Any]] = {}
        self._pool = ThreadPoolExecutor(16)
        self._server = grpc.server(self._pool, options=[("grpc.so_reuseport", 0)])
        self._server.add_generic_rpc_handlers((self._handlers(),))
        self.port = self._server.add_insecure_port(f"127.0.0.1:{port}")
        self.address = f"127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        """Start to answer calls."""
        self._server.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop immediately."""
        self._server.stop(0).wait()
        self._pool.shutdown()

    def on_page(self, page: int, cue: Cue, times: int | None = 1) -> None:
        """Run a cue when a page (from 1) is requested: ``times`` times, or always."""
        if times is None:
            self._permanent_cues[page] = cue
        else:
            self._cues[page] += [cue] * times

    def expire_tokens(self) -> None:
        """Reject all page tokens issued so far."""
        self._tokens += 1

    def add(self, entries: Iterable[Entry]) -> None:
        """Add entries, as when logs arrive."""
        self._entries = sorted([*self._entries, *self._parse(entries)], key=lambda pair: _sort_key(pair[0]))
        self._matches.clear()

    def arrive(self, entries: Iterable[Entry], *, suppressed: int = 0) -> None:
        """Add entries and send them to tail sessions, except the last ``suppressed``."""
        arrived = list(entries)
        self.add(arrived)
        sent = arrived[: len(arrived) - suppressed]
        self.tails.send(list(self._parse(sent)), suppressed=suppressed)

    def wait(self) -> None:
        """Answer calls until the process ends."""
        self._server.wait_for_termination()

    def _handlers(self) -> grpc.GenericRpcHandler:
        handlers = {
            "ListLogEntries": grpc.unary_unary_rpc_method_handler(
                self._list, _ListRequest.FromString, _ListResponse.SerializeToString
            ),
            "TailLogEntries": grpc.stream_stream_rpc_method_handler(
                self._tail, _TailRequest.FromString, _TailResponse.SerializeToString
            ),
        }
        return grpc.method_handlers_generic_handler(SERVICE, handlers)

    def _parse(self, entries: Iterable[Entry]) -> Iterator[tuple[Entry, Any]]:
        for entry in entries:
            try:
                yield entry, ParseDict(entry, _LogEntry(), ignore_unknown_fields=True)
            except (ValueError, TypeError):
                self.skipped += 1

    def _list(self, request: Any, context: grpc.ServicerContext) -> Any:
        size = request.page_size or DEFAULT_PAGE
        if not 0 < size <= LARGEST_PAGE:
            _abort_invalid(context, "page_size must be between 1 and 1000")
        if request.order_by not in {"", "timestamp asc", "timestamp desc"}:
            _abort_invalid(context, "order_by must be one of: timestamp asc, timestamp desc")
        self._check_project(request.resource_names, context)
        offset, page = self._page_position(request, context)
        self.requests.append((request.filter, page, size))
        cue = self._cues[page].pop(0) if self._cues[page] else self._permanent_cues.get(page)
        outcome = cue is not None and cue(context)
        is_empty = outcome is True
        found = self._matching(request.filter, context)
        if request.order_by == "timestamp desc":
            found = found[::-1]
        end = offset if is_empty else offset + size
        more = end < len(found) or is_empty
        token = self._token(request, end, page + 1) if more else ""
        return _ListResponse(
            entries=found[offset:end], next_page_token=request.page_token if outcome == "repeat" else token
        )

    def _tail(self, requests: Iterator[Any], context: grpc.ServicerContext) -> Iterator[Any]:
        request = next(requests)
        self._check_project(request.resource_names, context)
        self._matching(request.filter, context)
        yield from self.tails.serve(request.filter, context)

    def _check_project(self, names: Iterable[str], context: grpc.ServicerContext) -> None:
        if (
            self._projects is not None
            and not {name.removeprefix("projects/") for name in names} <= self._projects
        ):
            refuse(grpc.StatusCode.NOT_FOUND, "Project does not exist")(context)

    def _matching(self, text: str, context: grpc.ServicerContext) -> list[Any]:
        if text not in self._matches:
            try:
                matches = lql.matcher(text)
            except UsageError as error:
                _abort_invalid(context, error.message)
            self._matches[text] = [message for entry, message in self._entries if matches(entry)]
        return self._matches[text]

    def _page_position(self, request: Any, context: grpc.ServicerContext) -> tuple[int, int]:
        """Return the offset and the number of the requested page."""
        if not request.page_token:
            return 0, 1
        token = json.loads(urlsafe_b64decode(request.page_token))
        if token["of"] != _query_identity(request):
            _abort_invalid(context, "page_token doesn't match arguments from the request")
        if token["tokens"] != self._tokens:
            _abort_invalid(context, "page_token has expired")
        return token["offset"], token["page"]

    def _token(self, request: Any, offset: int, page: int) -> str:
        token = {"of": _query_identity(request), "offset": offset, "page": page, "tokens": self._tokens}
        return urlsafe_b64encode(json.dumps(token).encode()).decode()


def read_export(path: Path) -> Iterator[Entry]:
    """Yield the entries of an export in any format that triage reads."""
    from triage.models import Record
    from triage.reading import read

    for record in read([path]):
        if isinstance(record, Record):
            yield json.loads(record.data)


def _query_identity(request: Any) -> str:
    arguments = (*request.resource_names, request.filter, request.order_by, str(request.page_size))
    return sha256("\0".join(arguments).encode()).hexdigest()[:16]


def _sort_key(entry: Mapping[str, Any]) -> tuple[int, str]:
    return parse_timestamp(entry["timestamp"]), entry.get("insertId", "")


def _abort_invalid(context: grpc.ServicerContext, message: str) -> None:
    context.abort(grpc.StatusCode.INVALID_ARGUMENT, message)


def _parse_cue(text: str) -> tuple[int, Cue, int | None]:
    """Return the cue of ``PAGE:CODE[:TIMES]``.

    CODE may be EMPTY or SLOW, TIMES ``always``.
    """
    page, code, times = [*text.split(":"), "1"][:3]
    named = {"EMPTY": empty, "SLOW": wait(120)}
    cue = named.get(code) or refuse(grpc.StatusCode[code])
    return int(page), cue, None if times == "always" else int(times)


def main() -> None:
    """Serve one export until the process is stopped."""
    parser = argparse.ArgumentParser(description="Serve an export as Cloud Logging would, on 127.0.0.1.")
    parser.add_argument("export", type=Path)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument(
        "--fail",
        type=_parse_cue,
        action="append",
        default=[],
        metavar="PAGE:CODE[:TIMES]",
        help="fail when a page is asked for, e.g. 2:UNAVAILABLE:3, 1:RESOURCE_EXHAUSTED:always, 2:EMPTY, 2:SLOW",
    )
    parser.add_argument(
        "--replay",
        type=float,
        metavar="SECONDS",
        help="hold nothing at first: the entries arrive from now on, no silence longer than that",
    )
    options = parser.parse_args()
    entries = list(read_export(options.export))
    with LoggingServer([] if options.replay else entries, port=options.port) as server:
        for page, cue, times in options.fail:
            server.on_page(page, cue, times)
        sys.stderr.write(f"Cloud Logging of {options.export} at {server.address}\n")
        if options.replay:
            happen = threading.Thread(
                target=replay, args=(entries, options.replay, server.arrive), daemon=True
            )
            happen.start()
        server.wait()


if __name__ == "__main__":
    main()
