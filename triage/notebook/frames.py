"""DataFrames with typed columns: UTC times, ordered severities, categories."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
import pandas as pd

from triage.models import SEVERITIES, Comparison, Diagnosis, Entry, Event, Evidence, Timeline
from triage.redact import Redactor

_SEVERITY = pd.CategoricalDtype(list(SEVERITIES), ordered=True)
_TIME = "datetime64[ns, UTC]"


def entries_frame(logs: Iterable[Entry]) -> pd.DataFrame:
    """Return one row per entry, ordered by time."""
    columns: dict[str, Any] = {
        "timestamp": _TIME,
        "severity": _SEVERITY,
        "message": "string",
        "service": "category",
        "revision": "category",
        "instance": "category",
        "log_name": "category",
        "logger": "category",
        "function": "category",
        "line": "Int64",
        "status": "Int64",
        "latency": "Float64",
        "trace": "string",
        "insert_id": "string",
        "payload_lost": "boolean",
    }
    return _typed_frame(columns, map(_entry_row, logs))


def _entry_row(entry: Entry) -> tuple[Any, ...]:
    http = entry.http
    return (
        entry.timestamp,
        entry.severity,
        entry.message,
        entry.service,
        entry.revision,
        entry.instance,
        entry.log_name,
        entry.logger,
        entry.function,
        entry.line,
        http.status if http else None,
        http.latency if http else None,
        entry.trace,
        entry.insert_id,
        entry.payload_lost,
    )


def events_frame(recognized: Iterable[Event]) -> pd.DataFrame:
    """Return one row per recognized entry, ordered by time."""
    columns: dict[str, Any] = {
        "timestamp": _TIME,
        "service": "category",
        "revision": "category",
        "instance": "category",
        "pack": "category",
        "rule": "category",
        "run": "category",
        "step": "category",
        "check": "category",
        "outcome": "category",
        "noise": "boolean",
        "message": "string",
        "insert_id": "string",
    }
    rows = (
        (
            event.entry.timestamp,
            event.entry.service,
            event.entry.revision,
            event.entry.instance,
            event.pack,
            event.rule,
            event.run,
            event.step,
            event.check,
            event.outcome,
            event.noise,
            event.entry.first_line,
            event.entry.insert_id,
        )
        for event in recognized
    )
    return _typed_frame(columns, rows)


def requests_frame(logs: Iterable[Entry]) -> pd.DataFrame:
    """Return one row per request, ordered by time; latency in seconds."""
    columns: dict[str, Any] = {
        "timestamp": _TIME,
        "service": "category",
        "revision": "category",
        "method": "category",
        "path": "string",
        "status": "Int64",
        "latency": "Float64",
        "user_agent": "string",
        "insert_id": "string",
    }
    rows = (
        (
            entry.timestamp,
            entry.service,
            entry.revision,
            entry.http.method,
            entry.http.path,
            entry.http.status,
            entry.http.latency,
            entry.http.user_agent,
            entry.insert_id,
        )
        for entry in logs
        if entry.http is not None
    )
    return _typed_frame(columns, rows)


def runs_frame(timeline: Timeline) -> pd.DataFrame:
    """Return one row per run, ordered by time; elapsed in seconds."""
    columns: dict[str, Any] = {
        "id": "string",
        "kind": "category",
        "service": "category",
        "revision": "category",
        "instance": "category",
        "environment": "category",
        "started": _TIME,
        "ended": _TIME,
        "elapsed": "Float64",
        "verdict": "category",
        "condition": "category",
        "first_failed": "category",
        "failed_checks": "string",
        "noncritical_failed": "string",
        "tolerated": "string",
        "complete": "boolean",
        "overlaps": "boolean",
        "repeats": "string",
    }
    return _document_frame(columns, timeline.to_dict()["runs"])


def steps_frame(timeline: Timeline) -> pd.DataFrame:
    """Return one row per step of each run; elapsed in seconds."""
    columns: dict[str, Any] = {
        "run": "string",
        "kind": "category",
        "revision": "category",
        "step": "category",
        "check": "category",
        "phase": "Int64",
        "outcome": "category",
        "at": _TIME,
        "elapsed": "Float64",
        "attempts": "Int64",
        "reason": "string",
        "evidence": "string",
    }
    rows = (
        {**step, "run": run["id"], "kind": run["kind"], "revision": run["revision"]}
        for run in timeline.to_dict()["runs"]
        for step in run["steps"]
    )
    return _document_frame(columns, rows)


def incidents_frame(diagnosis: Diagnosis) -> pd.DataFrame:
    """Return one row per incident, the most important first."""
    columns: dict[str, Any] = {
        "id": "string",
        "cause": "category",
        "title": "string",
        "service": "category",
        "check": "category",
        "condition": "category",
        "severity": "category",
        "confidence": "category",
        "count": "Int64",
        "first_seen": _TIME,
        "last_seen": _TIME,
        "recovered": "boolean",
        "because": "string",
    }
    return _document_frame(columns, diagnosis.to_dict()["incidents"])


def evidence_frame(lines: Iterable[Evidence]) -> pd.DataFrame:
    """Return one row per evidence line, ordered by number."""
    columns: dict[str, Any] = {
        "id": "string",
        "timestamp": _TIME,
        "severity": _SEVERITY,
        "service": "category",
        "revision": "category",
        "instance": "category",
        "rule": "category",
        "message": "string",
        "count": "Int64",
        "insert_id": "string",
        "link": "string",
    }
    rows = (msgspec.structs.asdict(line) for line in lines)
    return _document_frame(columns, rows)


def error_changes_frame(comparison: Comparison) -> pd.DataFrame:
    """Return one row per error pattern, significant changes first."""
    columns: dict[str, Any] = {
        "service": "category",
        "change": "category",
        "sure": "boolean",
        "before": "Int64",
        "after": "Int64",
        "before_per_hour": "Float64",
        "after_per_hour": "Float64",
        "before_per_instance": "Float64",
        "after_per_instance": "Float64",
        "shape": "string",
        "rule": "category",
        "example": "string",
        "insert_id": "string",
    }
    rows = (
        {
            **error,
            **{side: error[side]["count"] for side in ("before", "after")},
            **{
                f"{side}_{rate}": error[side][rate]
                for side in ("before", "after")
                for rate in ("per_hour", "per_instance")
            },
        }
        for error in comparison.to_dict()["errors"]
    )
    return _document_frame(columns, rows)


def _document_frame(columns: Mapping[str, Any], rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """Return a frame of document rows; a list becomes one text per cell."""
    return _typed_frame(columns, (tuple(_cell(row.get(name)) for name in columns) for row in rows))


def _cell(value: object) -> object:
    return ", ".join(map(str, value)) if isinstance(value, list) else value


def _typed_frame(columns: Mapping[str, Any], rows: Iterable[tuple[Any, ...]]) -> pd.DataFrame:
    """Return typed columns, secrets masked.

    An empty text in a category column becomes a missing value.
    """
    frame = pd.DataFrame(list(rows), columns=list(columns), dtype=object)
    redactor = Redactor()
    for name, dtype in columns.items():
        if dtype == _TIME:
            form = "mixed" if any(isinstance(value, str) for value in frame[name]) else None
            frame[name] = pd.to_datetime(frame[name], utc=True, format=form)
        elif dtype == "category":
            frame[name] = frame[name].replace("", None).astype("string")
        if dtype in ("category", "string"):
            texts = frame[name].dropna().unique()
            frame[name] = frame[name].map(dict(zip(texts, map(redactor.redact_text, texts), strict=True)))
    return frame.astype(dict(columns))
