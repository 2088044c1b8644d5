"""Responses of the last minutes, counted by status."""

import msgspec
import pytest

from tests.release.watch.updates import START
from tests.runs.logs import REVISION, entry, export, log_line, request
from triage.models import RevisionResponses
from triage.release.watch import MINUTES, RecentRequests, recent_requests
from triage.window import NANOSECONDS

NEW = "netra-backend-staging-00042-abc"


def counts(seconds: float, *logs: object) -> list[RevisionResponses]:
    recent = RecentRequests()
    for log in export(*logs):  # type: ignore[arg-type]
        recent.observe(entry(log))
    return recent.count_answers(START + round(seconds * NANOSECONDS))


def test_requests_are_counted_by_revision_and_status_the_newest_revision_first() -> None:
    asked = [request(n, "/ws/health", status) for n, status in enumerate([503, 200, 503])]
    assert counts(60, asked, request(5, "/ws", 101, revision=NEW)) == [
        RevisionResponses(NEW, {"101": 1}),
        RevisionResponses(REVISION, {"200": 1, "503": 2}),
    ]


def test_requests_outside_the_window_are_not_counted() -> None:
    asked = [request(0, "/health", 200), request(200, "/health", 500), request(900, "/health", 200)]
    assert counts(60 * MINUTES, asked) == [RevisionResponses(REVISION, {"500": 1})]


def test_a_repeated_request_counts_once() -> None:
    log = request(1, "/health", 200)
    assert counts(60, [log | {"insertId": "same"}] * 3) == [RevisionResponses(REVISION, {"200": 1})]


def test_no_more_requests_are_kept_than_tailing_brings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recent_requests, "_MAX_ANSWERS", 3)
    asked = [request(second, "/health", 503 if second < 2 else 200) for second in range(5)]
    assert counts(60, asked) == [RevisionResponses(REVISION, {"200": 3})]


def test_dropped_request_is_not_kept_when_it_comes_again() -> None:
    recent, late = RecentRequests(), START + 60 * MINUTES * NANOSECONDS + 2 * NANOSECONDS
    old = entry(request(1, "/health", 200))
    recent.observe(old)
    assert recent.count_answers(late) == []
    recent.observe(old)
    assert recent.count_answers(late - 2 * NANOSECONDS) == []


def test_application_lines_are_not_counted() -> None:
    assert counts(60, log_line(1, "GET /health 200"), request(2, "/x", 200) | {"logName": "stderr"}) == []


def test_a_request_without_a_status_is_counted_as_such() -> None:
    bare = request(1, "/health", 200)
    bare = msgspec.json.decode(msgspec.json.encode(bare))
    del bare["httpRequest"]["status"]
    assert counts(60, bare) == [RevisionResponses(REVISION, {"no status": 1})]
