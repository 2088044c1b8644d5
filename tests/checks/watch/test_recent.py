"""Requests of the last minutes, counted by their answer."""

import msgspec

from tests.checks.watch.watches import BIRTH
from tests.runs.logs import REVISION, entry, export, request, said
from triage.checks.watch import MINUTES, Recent
from triage.models import Answered
from triage.window import NANOSECONDS

NEW = "netra-backend-staging-00042-abc"


def counted(seconds: float, *logs: object) -> list[Answered]:
    recent = Recent()
    for log in export(*logs):  # type: ignore[arg-type]
        recent.see(entry(log))
    return recent.answers(BIRTH + round(seconds * NANOSECONDS))


def test_requests_are_counted_by_revision_and_status_the_newest_revision_first() -> None:
    asked = [request(n, "/ws/health", status) for n, status in enumerate([503, 200, 503])]
    assert counted(60, asked, request(5, "/ws", 101, revision=NEW)) == [
        Answered(NEW, {"101": 1}),
        Answered(REVISION, {"200": 1, "503": 2}),
    ]


def test_what_is_older_than_the_minutes_or_in_the_future_is_not_counted() -> None:
    asked = [request(0, "/health", 200), request(200, "/health", 500), request(900, "/health", 200)]
    assert counted(60 * MINUTES, asked) == [Answered(REVISION, {"500": 1})]


def test_a_request_that_is_seen_again_counts_once() -> None:
    log = request(1, "/health", 200)
    assert counted(60, [log | {"insertId": "same"}] * 3) == [Answered(REVISION, {"200": 1})]


def test_lines_of_the_application_are_no_requests() -> None:
    assert counted(60, said(1, "GET /health 200"), request(2, "/x", 200) | {"logName": "stderr"}) == []


def test_a_request_without_a_status_is_counted_as_such() -> None:
    bare = request(1, "/health", 200)
    bare = msgspec.json.decode(msgspec.json.encode(bare))
    del bare["httpRequest"]["status"]
    assert counted(60, bare) == [Answered(REVISION, {"no status": 1})]
