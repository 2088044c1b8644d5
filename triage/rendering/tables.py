"""Entries and runs as JSON lines, CSV and Parquet.

Every command can read the tables of entries again. CSV cells cannot become spreadsheet formulas.
"""

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, BinaryIO

from triage.models import Entry, Timeline
from triage.text import clean_json
from triage.window import format_timestamp

#: Columns of the table of entries and their Parquet types. Times are UTC, ``http_latency`` is in seconds.
COLUMNS = {
    "timestamp": "TIMESTAMPTZ_NS",
    "receive_timestamp": "TIMESTAMPTZ_NS",
    "severity": "VARCHAR",
    "service": "VARCHAR",
    "revision": "VARCHAR",
    "instance": "VARCHAR",
    "log_name": "VARCHAR",
    "logger": "VARCHAR",
    "function": "VARCHAR",
    "line": "BIGINT",
    "message": "VARCHAR",
    "http_method": "VARCHAR",
    "http_url": "VARCHAR",
    "http_status": "BIGINT",
    "http_latency": "DOUBLE",
    "http_user_agent": "VARCHAR",
    "error_type": "VARCHAR",
    "error_message": "VARCHAR",
    "error_traceback": "VARCHAR",
    "proto_payload": "VARCHAR",
    "trace": "VARCHAR",
    "labels": "VARCHAR",
    "project": "VARCHAR",
    "location": "VARCHAR",
    "insert_id": "VARCHAR",
}
_RUN_COLUMNS = (
    "id",
    "kind",
    "service",
    "revision",
    "instance",
    "environment",
    "started",
    "ended",
    "elapsed",
    "complete",
    "verdict",
    "condition",
    "first_failed",
    "failed_checks",
    "noncritical_failed",
    "tolerated",
    "overlaps",
    "repeats",
)
#: First characters of spreadsheet formulas, and their full-width forms, which Excel treats the same way.
_FORMULA = re.compile("[=+\\-@|%\t\r\n\uff1d\uff0b\uff0d\uff20]")


def entry_row(entry: Entry) -> dict[str, Any]:
    """Return the non-empty cells of an entry by column.

    ``labels`` and ``proto_payload`` are objects.
    """
    cells: dict[str, Any] = {
        "timestamp": format_timestamp(entry.timestamp),
        "severity": entry.severity,
        "service": entry.service,
        "revision": entry.revision,
        "instance": entry.instance,
        "log_name": entry.log_name,
        "logger": entry.logger,
        "function": entry.function,
        "line": entry.line,
        "message": entry.message,
        "trace": entry.trace,
        "labels": entry.labels,
        "project": entry.project,
        "location": entry.location,
        "insert_id": entry.insert_id,
    }
    if entry.receive_timestamp is not None:
        cells["receive_timestamp"] = format_timestamp(entry.receive_timestamp)
    if http := entry.http:
        cells |= {"http_method": http.method, "http_url": http.url, "http_status": http.status}
        cells |= {"http_latency": http.latency, "http_user_agent": http.user_agent}
    if error := entry.error:
        cells |= {
            "error_type": error.type,
            "error_message": error.message,
            "error_traceback": error.traceback,
        }
    if audit := entry.audit:
        cells["proto_payload"] = {
            "methodName": audit.method,
            "resourceName": audit.resource,
            "status": {"message": audit.status},
        }
    return {name: cells[name] for name in COLUMNS if cells.get(name) not in (None, "", {})}


def to_json_lines(entries: Iterable[Entry]) -> Iterator[bytes]:
    """Yield each entry as a JSON object on its own line."""
    for entry in entries:
        yield clean_json(json_line(entry_row(entry))).encode()


def to_csv(entries: Iterable[Entry]) -> Iterator[bytes]:
    """Yield the table of entries as CSV, header first."""
    yield from _csv_rows(COLUMNS, map(entry_row, entries))


def write_jsonl(entries: Iterable[Entry], stream: BinaryIO) -> None:
    """Write each entry as a JSON object on its own line."""
    stream.writelines(to_json_lines(entries))


def write_csv(entries: Iterable[Entry], stream: BinaryIO) -> None:
    """Write the table of entries as CSV."""
    stream.writelines(to_csv(entries))


def runs_to_csv(timeline: Timeline) -> Iterator[bytes]:
    """Yield a timeline as CSV: a row per run, secrets masked, lists joined by blanks."""
    yield from _csv_rows(_RUN_COLUMNS, timeline.to_dict()["runs"])


def _csv_rows(columns: Iterable[str], rows: Iterable[Mapping[str, Any]]) -> Iterator[bytes]:
    columns = list(columns)
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(columns)
    for cells in rows:
        yield _take_text(buffer)
        writer.writerow([_csv_cell(cells.get(name)) for name in columns])
    yield _take_text(buffer)


def _take_text(buffer: io.StringIO) -> bytes:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text.encode("utf-8", "backslashreplace")


def _csv_cell(value: Any) -> Any:
    """Return a cell with an apostrophe before text that looks like a formula."""
    if isinstance(value, list):
        value = " ".join(value)
    elif isinstance(value, dict):
        value = json.dumps(value, ensure_ascii=False)
    if isinstance(value, str) and _FORMULA.match(value):
        return f"'{value}"
    return value


def json_line(cells: dict[str, Any]) -> str:
    """Return a line of JSON; a lone surrogate stays as it is."""
    return json.dumps(cells, ensure_ascii=False) + "\n"
