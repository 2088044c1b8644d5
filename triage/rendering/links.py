"""Links to Logs Explorer: build and parse.

The page takes matrix parameters (``/logs/query;query=...;timeRange=...?project=...``). Google does not
document the format; it is derived from links of the console. These encode "(" and ")" twice, so a filter
cannot hold the literal text "%28" or "%29".
"""

from typing import NamedTuple
from urllib.parse import parse_qs, quote, unquote, urlsplit

from triage.window import NANOSECONDS, format_timestamp, parse_timestamp

_PAGE = "https://console.cloud.google.com/logs/query"
#: Seconds before and after the entry that the page searches.
_AROUND = 300


class ExplorerLink(NamedTuple):
    """Parameters of a link to Logs Explorer.

    Attributes:
        project: Google Cloud project.
        filter: Logging filter.
        timestamp: time of the entry, RFC 3339.
        insert_id: insertId of the entry.

    """

    project: str
    filter: str
    timestamp: str
    insert_id: str


def logs_explorer_url(project: str, filter: str, timestamp: str, insert_id: str = "") -> str:  # noqa: A002 - the field's word
    """Return the URL that runs ``filter`` around ``timestamp`` (RFC 3339).

    It opens the entry with ``insert_id``. The link works as long as the log keeps the entry (30 days by
    default), so show ``insert_id`` and ``timestamp`` beside it. Characters special to Markdown or the page
    are percent-encoded.

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
    """Return the parameters of a link made by triage or by the console.

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
