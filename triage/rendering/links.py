"""Links into Logs Explorer: one builder, one parser.

The page takes its parameters as matrix parameters (``/logs/query;query=...;timeRange=...?project=...``). No page of
Google describes the format; it is read from links that the console makes. In those "(" and ")" are encoded twice, so
a filter cannot hold the literal text "%28" or "%29".
"""

from typing import NamedTuple
from urllib.parse import parse_qs, quote, unquote, urlsplit

from triage.window import NANOSECONDS, format_timestamp, parse_timestamp

_PAGE = "https://console.cloud.google.com/logs/query"
#: Seconds around the entry that the page searches.
_AROUND = 300


class ExplorerLink(NamedTuple):
    """What a link into Logs Explorer asks for."""

    project: str
    filter: str
    timestamp: str
    insert_id: str


def logs_explorer_url(project: str, filter: str, timestamp: str, insert_id: str = "") -> str:  # noqa: A002 - the field's word
    """Return the link that runs ``filter`` around ``timestamp`` (RFC 3339) and opens the entry with ``insert_id``.

    The link finds the entry as long as the log keeps it (30 days unless set otherwise), so show ``insert_id`` and
    ``timestamp`` beside it. Everything that Markdown or the page could take for its own is percent-encoded.

    Raises:
        ValueError: the timestamp is no RFC 3339 time.

    """
    at = parse_timestamp(timestamp)
    start, end = (format_timestamp(at + side * _AROUND * NANOSECONDS) for side in (-1, 1))
    parameters = {"query": filter, "timeRange": f"{start}/{end}", "cursorTimestamp": timestamp}
    if insert_id:
        parameters["pinnedLogId"] = f"{timestamp}/{insert_id}"
    matrix = "".join(
        f";{name}={quote(value, safe='', errors='replace')}" for name, value in parameters.items()
    )
    return f"{_PAGE}{matrix}" + (f"?project={quote(project, safe='', errors='replace')}" if project else "")


def parse_logs_explorer_url(url: str) -> ExplorerLink:
    """Return what a link asks for, whether we made it or the console did.

    Raises:
        ValueError: the text is no link into Logs Explorer.

    """
    parts = urlsplit(url)
    path, _, matrix = parts.path.partition(";")
    if f"{parts.scheme}://{parts.netloc}{path}" != _PAGE:
        raise ValueError(f"not a link into Logs Explorer: {url!r}")
    pairs = (parameter.partition("=") for parameter in matrix.split(";"))
    found = {name: unquote(value).replace("%28", "(").replace("%29", ")") for name, _, value in pairs}
    pinned_at, _, insert_id = found.get("pinnedLogId", "").partition("/")
    return ExplorerLink(
        project=parse_qs(parts.query).get("project", [""])[0],
        filter=found.get("query", ""),
        timestamp=found.get("cursorTimestamp", pinned_at),
        insert_id=insert_id,
    )
