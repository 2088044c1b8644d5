"""Convert rows of the query to raw records, LogEntries with the API's names."""

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from triage.errors import BadDataError
from triage.models import ExportFile, Record, Skipped, Source, Traffic
from triage.models.layouts import find_audit_log, fold_keys, to_api_names
from triage.reading.bigquery.fields import BALANCER_COLUMN
from triage.reading.entry_detection import has_entry_keys
from triage.text import path_template

_AUDIT_LOG = "type.googleapis.com/google.cloud.audit.AuditLog"

#: The names of a balancer's payload, as the API writes them, by those of a sink's table.
_BALANCER_NAMES = {"statusdetails": "statusDetails", "proxystatus": "proxyStatus"}
#: A label of the platform by its name in a sink's table.
_PLATFORM_LABELS = {"run_googleapis_com_execution_name": "run.googleapis.com/execution_name"}

#: kind, entry, severity, entries, first, last and origin, as in the statement.
Row = tuple[str, str | None, str | None, int, int, int, str | None]


class _Origin(msgspec.Struct, frozen=True):
    """What skipped rows have in common; those of requests also have a status."""

    type: str = ""
    service: str = ""
    revision: str = ""
    region: str = ""
    status: str | None = None
    path: str = ""


def records(rows: Iterable[Row], path: str) -> Iterator[Record | Skipped | ExportFile]:
    """Yield the entries of a table, and the counts of skipped ones.

    Raises:
        BadDataError: the table holds no log entries.

    """
    position = total = 0
    for row in rows:
        entry, count = row[1], row[3]
        total += count
        if entry is None:
            yield _skipped(path, row)
            continue
        for _ in range(count):  # a sink may write a row twice
            position += 1
            yield Record(_log_entry(entry, path), Source(path, position))
    yield ExportFile(path, "BigQuery", total, queried=True)


def _skipped(path: str, row: Row) -> Skipped:
    """Return the count of rows of one origin and severity."""
    kind, _, severity, count, first, last, text = row
    origin = msgspec.json.decode(text or "{}", type=_Origin)
    severities, times = {"" if severity == "DEFAULT" else severity or "": count}, (first * 1000, last * 1000)
    if kind == "outside":
        return Skipped(path, severities, *times, outside=count, services_outside={origin.service: count})
    traffic = _traffic(origin, count, times[1])
    return Skipped(path, severities, *times, traffic=traffic, resource_types={origin.type: count})


def _traffic(origin: _Origin, count: int, last: int) -> tuple[Traffic, ...]:
    """Return the requests that were skipped, if they are requests."""
    if origin.status is None:
        return ()
    return (
        Traffic(
            service=origin.service,
            revision=origin.revision,
            path=path_template(origin.path),
            status=int(float(origin.status)),
            count=count,
            last=last,
            location=origin.region,
        ),
    )


def _log_entry(text: str, path: str) -> bytes:
    row = msgspec.json.decode(text)
    if not has_entry_keys(row):
        raise BadDataError(f"{path}: none of its columns is a LogEntry's", "name a table of log entries")
    payload = row.pop(BALANCER_COLUMN, None)
    entry = to_api_names(row)
    if payload:
        entry["jsonPayload"] = {
            _BALANCER_NAMES.get(name, name): value for name, value in payload.items() if value is not None
        }
    if labels := entry.get("labels"):
        entry["labels"] = {_PLATFORM_LABELS.get(name, name): value for name, value in labels.items()}
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
