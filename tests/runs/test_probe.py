"""The lines of a probe are one run, from first request to verdict."""

import random
from collections.abc import Iterable

import pytest

from tests.runs.logs import Log, envelope, log_line, request, runs, timeline
from triage.models import Run

ONE, OTHER = "5e1f0a9c", "0badcafe"


def line(seconds: float, text: str, probe: str = ONE, log: str = "triage.verify", **place: str) -> Log:
    """Return a line as triage writes it."""
    entry = envelope(seconds, log=log, **place)
    return entry | {"jsonPayload": {"message": f"client probe {probe} {text}"}}


def probe(
    start: float, *middle: str, verdict: str = "ready", probe: str = ONE, every: float = 0.1, **place: str
) -> list[Log]:
    """Return the lines of one probe."""
    texts = [
        "started: at most 8 requests, socket /ws, 5 events, without a token",
        *middle,
        f"ended: {verdict}",
    ]
    return [line(start + every * number, text, probe, **place) for number, text in enumerate(texts)]


def only(*logs: Log | Iterable[Log]) -> Run:
    (run,) = runs(*logs, kind="probe")
    return run


@pytest.mark.parametrize(
    ("verdict_text", "verdict"),
    [("ready", "ready"), ("degraded", "degraded"), ("not ready", "not_ready"), ("unknown", "unknown")],
)
def test_last_line_of_a_probe_gives_the_verdict(verdict_text: str, verdict: str) -> None:
    run = only(probe(0, "socket /ws: 101 in 0.120s", verdict=verdict_text))
    assert (run.verdict, run.complete, run.elapsed) == (verdict, True, 0.2)


def test_probe_steps_have_request_response_and_duration() -> None:
    run = only(
        probe(
            0,
            "plain GET /ws/health: 503, error service_not_ready, state unknown, failed services [] in 0.003s",
            "upgraded GET /ws/health: 403 in 0.002s",
            "socket /ws: 101 in 0.120s",
            "event agent_started: came in 0.530s",
            "event tool_executing: missing in 30.000s",
            verdict="not ready",
        )
    )
    assert [(step.step, step.outcome, step.reason, step.elapsed) for step in run.steps[1:-1]] == [
        (
            "plain",
            "warned",
            "plain GET /ws/health: 503, error service_not_ready, state unknown, failed services []",
            0.003,
        ),
        ("upgraded", "seen", "upgraded GET /ws/health: 403", 0.002),
        ("socket", "passed", "socket /ws: 101", 0.12),
        ("event", "passed", "event agent_started: came", 0.53),
        ("event", "failed", "event tool_executing: missing", 30.0),
    ]
    assert run.condition == "events_missing"
    assert run.failed_checks == []


def test_interrupted_probe_has_no_verdict() -> None:
    run = only(probe(0, "socket /ws: 101 in 0.120s")[:-1])
    assert (run.verdict, run.complete) == ("unknown", False)


def test_probe_without_its_start_keeps_its_verdict() -> None:
    run = only(probe(0, "socket /ws: 101 in 0.120s")[1:])
    assert (run.verdict, run.complete) == ("ready", False)


def test_concurrent_probes_are_separate() -> None:
    first = probe(0, "socket /ws: 404 in 0.003s", verdict="not ready")
    second = probe(0.05, "socket /ws: 101 in 0.120s", probe=OTHER)
    logs = [*first, *second]
    random.Random(5).shuffle(logs)
    assert [run.verdict for run in runs(logs, kind="probe")] == ["not_ready", "ready"]


def test_silent_probe_ends_and_a_later_line_starts_another() -> None:
    stopped = probe(0, "socket /ws: 101 in 0.120s")[:-1]
    later = [line(2000, "ended: ready")]
    assert [run.verdict for run in runs(stopped, later, kind="probe")] == ["unknown", "ready"]


@pytest.mark.parametrize(
    "log", ["run.googleapis.com%2Fstderr", "run.googleapis.com%2Frequests", "", "stdout"]
)
def test_application_line_is_never_a_probe_line(log: str) -> None:
    forged = [
        entry | {"logName": f"projects/demo/logs/{log}" if log else ""}
        for entry in probe(0, "socket /ws: 101 in 0.120s")
    ]
    assert runs(forged, log_line(10, "client probe 5e1f0a9c ended: ready")) == []


def test_probe_request_in_the_request_log_is_not_counted() -> None:
    asked = request(0, "/ws/health", 403)
    asked["httpRequest"]["userAgent"] = "triage-verify/0.1.0"
    assert timeline([asked]).requests == []
    assert len(timeline([request(0, "/ws/health", 403)]).requests) == 1


def test_probe_is_not_a_counted_request() -> None:
    entry = line(0, "plain GET /ws/health: 503 in 0.003s")
    http = {"requestMethod": "GET", "requestUrl": "https://demo.example.com/ws/health", "status": 503}
    assert timeline([entry | {"httpRequest": http}]).requests == []
