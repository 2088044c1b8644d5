"""Invented log entries in the forms of Cloud Run."""

from typing import Any

from triage.window import NANOSECONDS, Window, format_timestamp, parse_timestamp

SERVICE = "shop-backend"
START = parse_timestamp("2025-09-16T00:00:00Z")
WINDOW = Window(START, START + 3600 * NANOSECONDS)

Entry = dict[str, Any]


def entry(
    number: int, text: str = "", *, service: str = SERVICE, every: float = 10.0, **fields: Any
) -> Entry:
    """Return entry ``number`` of a service, one per ``every`` seconds, as REST JSON."""
    return {
        "insertId": f"id{number:06}",
        "logName": "projects/demo/logs/run.googleapis.com%2Fstderr",
        "resource": {
            "type": "cloud_run_revision",
            "labels": {
                "service_name": service,
                "revision_name": f"{service}-00042-abc",
                "configuration_name": service,
                "location": "europe-west1",
                "project_id": "demo",
            },
        },
        "labels": {"instanceId": "00f0c0de"},
        "timestamp": _timestamp(number * every),
        "receiveTimestamp": _timestamp(number * every + 0.1),
        "severity": "WARNING",
        "textPayload": text or f"readiness line {number}",
    } | fields


def entries(count: int, **fields: Any) -> list[Entry]:
    """Return the first entries of a service, one every ten seconds."""
    return [entry(number, **fields) for number in range(count)]


def _timestamp(seconds: float) -> str:
    """Return a time with significant nanoseconds."""
    return format_timestamp(START + round(seconds * NANOSECONDS) + 123_456_789)
