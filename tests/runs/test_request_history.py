"""Requests by minute: which kind, how they ended, and in bounded memory."""

import random

from tests.runs.logs import (
    PACKS,
    SERVICE,
    Log,
    analysis,
    export,
    log_line,
    platform,
    records,
    rejected,
    request,
)
from triage import pipeline
from triage.models import RequestMinute, RequestOutcome
from triage.runs import request_history
from triage.window import NANOSECONDS, parse_timestamp

START = parse_timestamp("2026-03-01T08:00:00Z")


def history(*parts: Log | list[Log]) -> list[tuple[str, int, dict[RequestOutcome, int]]]:
    """Return kind, minute since the start and outcomes of the counts of the service."""
    return [
        (found.kind, (found.minute - START) // (60 * NANOSECONDS), found.outcomes)
        for found in analysis(*parts).request_history
        if found.service == SERVICE
    ]


def test_requests_are_counted_by_minute_kind_and_outcome() -> None:
    assert history(
        request(1, "/ws", 101),
        request(2, "/ws", 503),
        request(3, "/health", 200),
        request(4, "/health", 200),
        request(62, "/health", 404),
        request(63, "/orders", 500),
    ) == [
        ("health", 0, {"good": 2}),
        ("health", 1, {"refused": 1}),
        ("other", 1, {"failed": 1}),
        ("socket", 0, {"failed": 1, "good": 1}),
    ]


def test_answered_request_without_upgrade_is_plain() -> None:
    assert history(request(1, "/ws", 200)) == [("plain", 0, {"good": 1})]


def test_request_that_a_line_shows_to_be_plain_is_no_failed_websocket() -> None:
    found = history(
        request(1, "/ws", 503),
        rejected(1),
        request(2, "/ws", 503),
    )
    assert found == [("plain", 0, {"failed": 1}), ("socket", 0, {"failed": 1})]


def test_request_without_a_status_is_unknown() -> None:
    entry = request(1, "/health", 200)
    del entry["httpRequest"]["status"]
    assert history(entry) == [("health", 0, {"unknown": 1})]


def test_only_requests_are_counted() -> None:
    assert history(platform(1, "Container called exit(1)."), log_line(2, "GET /health 503")) == []


def test_probe_of_triage_is_not_counted() -> None:
    entry = request(1, "/health", 200)
    entry["httpRequest"]["userAgent"] = "triage-verify/1.0"
    other = request(1, "/orders", 500)
    other["httpRequest"]["userAgent"] = "triage-verify/1.0"
    assert history(entry, other) == []


def counted(logs: list[Log]) -> list[RequestMinute]:
    return pipeline.analyze(iter(records(logs)), packs=PACKS).request_history


def test_latest_minutes_are_kept_in_any_order() -> None:
    kept = request_history._MINUTES
    logs = export([request(60 * minute, "/health", 200) for minute in range(kept + 50)])
    mixed = random.Random(7).sample(logs, len(logs))
    assert counted(mixed) == counted(logs)
    assert [(found.minute - START) // (60 * NANOSECONDS) for found in counted(logs)] == list(
        range(50, kept + 50)
    )
