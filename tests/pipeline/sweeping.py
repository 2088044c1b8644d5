"""Logs of invented services for rounds of a sweep."""

from typing import Any

from tests.runs.logs import Log, log_line, platform, request
from triage.fetching.pages import RetryPolicy
from triage.window import NANOSECONDS, parse_timestamp

#: When the logs of ``tests.runs.logs`` begin, and when a round has read their first hour.
START = parse_timestamp("2026-03-01T08:00:00Z")
HOUR = 3600 * NANOSECONDS
NOW = START + HOUR + 60 * NANOSECONDS
POLICY = RetryPolicy(page_timeout=30, budget=0.01, first_pause=0.001, max_pause=0.002)
CRASH = "Container called exit(1)."


def place(service: str) -> dict[str, Any]:
    return {"service": service, "revision": f"{service}-00004-abc"}


def serves(service: str, at: float = 600) -> list[Log]:
    return [request(at + number, "/orders", 200, **place(service)) for number in range(3)]


def crashes(service: str, at: float = 600, text: str = "giving up: no such file prices.toml") -> list[Log]:
    lines = []
    for number in range(3):
        where = place(service) | {"instance": f"{text[-2:]}{number}"}
        lines += [
            log_line(at + 10 * number, text, severity="ERROR", **where),
            platform(at + 10 * number + 1, CRASH, severity="WARNING", **where),
        ]
    return lines
