"""Convert rows of the query to raw records, LogEntries with the API's names."""

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from triage.errors import BadDataError
from triage.models import ExportFile, Record, Skipped, Source
from triage.models.layouts import find_audit_log, fold_keys, to_api_names
from triage.reading.entry_detection import has_entry_keys

_AUDIT_LOG = "type.googleapis.com/google.cloud.audit.AuditLog"

#: kind, entry, severity, entries, first and last, as in the statement.
Row = tuple[str, str | None, str | None, int, int, int]


def records(rows: Iterable[Row], path: str) -> Iterator[Record | Skipped | ExportFile]:
    """Yield the entries of a table, and the counts of skipped ones.

    Raises:
        BadDataError: the table holds no log entries.

    """
    position = total = 0
    for kind, entry, severity, count, first, last in rows:
        total += count
        if entry is None:
            yield Skipped(
                path,
                outside=count if kind == "outside" else 0,
                severities={"" if severity == "DEFAULT" else severity or "": count},
                first=first * 1000,
                last=last * 1000,
            )
            continue
        for _ in range(count):  # a sink may write a row twice
            position += 1
            yield Record(_log_entry(entry, path), Source(path, position))
    yield ExportFile(path, "BigQuery", total, queried=True)


def _log_entry(text: str, path: str) -> bytes:
    row = msgspec.json.decode(text)
    if not has_entry_keys(row):
        raise BadDataError(f"{path}: none of its columns is a LogEntry's", "name a table of log entries")
    entry = to_api_names(row)
    audit = find_audit_log(fold_keys(entry))
    entry.pop("protopayloadAuditlog", None)
    if audit is not None:
        entry["protoPayload"] = {"@type": _AUDIT_LOG} | audit
    if request := entry.get("httpRequest"):
        request |= {"latency": _duration(request["latency"])} if "latency" in request else {}
    return msgspec.json.encode(entry)


def _duration(value: Any) -> Any:
    """Return a duration as the API writes it, from an object or a number."""
    if isinstance(value, dict):
        return f"{int(value.get('seconds', 0))}.{int(value.get('nanos', 0)):09d}s"
    return f"{value:.9f}s" if isinstance(value, int | float) else value
