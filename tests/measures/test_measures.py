"""Ratios, latencies and responses of a timeline."""

from typing import Any

from triage.measures import Ratio, count_responses, measure_latencies, measure_ratio
from triage.models import RequestCounts, Run, Step


def run(kind: str, minute: int, verdict: str, **changes: Any) -> Run:
    fields: dict[str, Any] = {
        "id": f"{kind}-{minute}",
        "kind": kind,
        "service": "shop",
        "revision": "shop-00002-new",
        "instance": "i",
        "started": f"2026-03-17T14:{minute:02d}:00Z",
        "ended": f"2026-03-17T14:{minute:02d}:30Z",
        "elapsed": float(minute),
        "complete": True,
        "verdict": verdict,
    }
    return Run(**(fields | changes))


def test_boots_and_validations_with_a_verdict_are_counted() -> None:
    runs = [run("boot", 1, "not_ready"), run("boot", 2, "ready"), run("boot", 3, "degraded")]
    assert measure_ratio("boots_ready", runs) == (2, 3, "boots became ready")
    assert str(measure_ratio("boots_ready", runs)) == "2 of 3 boots became ready"
    assert measure_ratio("validations_ready", runs) is None


def test_run_without_a_verdict_is_not_counted() -> None:
    assert measure_ratio("boots_ready", [run("boot", 1, "unknown")]) is None
    assert measure_ratio("validations_ready", [run("boot", 1, "ready")]) is None


def test_ratio_reaches_a_target_below_one() -> None:
    share_of_twenty = Ratio(19, 20, "validations ended ready")
    assert share_of_twenty.reaches(0.95)
    assert not share_of_twenty.reaches(0.99)
    assert Ratio(1, 1, "boots became ready").reaches(1.0)
    assert Ratio(11, 20, "boots became ready").reaches(0.55)


def test_check_is_measured_in_runs_that_executed_it() -> None:
    steps = [
        Step(step="check", check="redis", outcome=outcome)
        for outcome in ("passed", "tolerated", "not_reached")
    ]
    runs = [run("validation", 1, "ready", steps=steps)]
    assert measure_ratio("check_passed", runs, check="redis") == (1, 2, "outcomes of redis were a pass")
    assert measure_ratio("check_passed", runs) is None


def test_request_refused_by_the_header_check_is_not_admitted() -> None:
    runs = [run("gate", 1, "not_ready", condition="gate_rejected"), run("gate", 2, "ready")]
    assert measure_ratio("requests_admitted", runs) == (1, 2, "judged requests were let through to a verdict")


def test_boot_latency_is_median_and_95th_percentile() -> None:
    runs = [run("boot", minute, "ready") for minute in range(1, 21)] + [run("boot", 21, "not_ready")]
    (pace,) = measure_latencies(runs)
    assert (pace.kind, pace.runs, pace.ready, pace.median, pace.p95) == ("boot", 21, 20, 10.5, 19.0)
    assert pace.hourly == 60.0


def test_runs_within_few_minutes_have_no_rate() -> None:
    hourly = {
        last: measure_latencies([run("boot", 1, "ready"), run("boot", last, "ready")])[0].hourly
        for last in (1, 2, 5, 6)
    }
    assert hourly == {1: None, 2: None, 5: None, 6: 12.0}


def test_single_run_has_no_rate_and_failed_runs_no_latency() -> None:
    (pace,) = measure_latencies([run("validation", 1, "not_ready")])
    assert (pace.median, pace.p95, pace.hourly) == (None, None, None)
    assert measure_latencies([]) == []


def asked(kind: str, status: int | None, count: int, **changes: Any) -> RequestCounts:
    fields: dict[str, Any] = {
        "service": "shop",
        "revision": "shop-00002-new",
        "kind": kind,
        "path": "/ws" if kind == "socket" else "/health",
        "status": status,
        "count": count,
        "first": "2026-03-17T14:00:00Z",
        "last": "2026-03-17T14:30:00Z",
    }
    return RequestCounts(**(fields | changes))


def test_only_status_101_opens_a_connection() -> None:
    requests = [asked("socket", 101, 19), asked("socket", 503, 1), asked("socket", 200, 7)]
    assert measure_ratio("connections_opened", [], requests) == (
        19,
        20,
        "WebSocket connections were opened (101)",
    )
    assert measure_ratio("connections_opened", [], requests[2:]) is None


def test_health_checks_are_measured_for_all_paths_or_one() -> None:
    requests = [asked("health", 200, 3), asked("health", 503, 2, path="/ws/health"), asked("health", None, 9)]
    assert measure_ratio("health_answered", [], requests) == (3, 5, "health checks were answered 2xx")
    assert measure_ratio("health_answered", [], requests, path="/health") == (
        3,
        3,
        "health checks were answered 2xx",
    )
    assert measure_ratio("health_answered", [], []) is None


def test_responses_are_counted_by_path_and_status() -> None:
    requests = [
        asked("health", 200, 3),
        asked("socket", 503, 2),
        asked("socket", 101, 1),
        asked("socket", None, 1),
    ]
    assert count_responses(requests) == [
        ("socket", "/ws", 4, {"101": 1, "503": 2, "no status": 1}),
        ("health", "/health", 3, {"200": 3}),
    ]


def test_check_latency_is_from_its_own_lines() -> None:
    steps = [
        Step(step="check", check="redis", outcome="passed", elapsed=1.0),
        Step(step="check", check="redis", outcome="passed", elapsed=3.0),
        Step(step="check", check="redis", outcome="failed", elapsed=9.0),
        Step(step="check", check="database", outcome="not_reached"),
    ]
    *_, pace = measure_latencies([run("validation", 1, "not_ready", steps=steps)])
    assert (pace.kind, pace.runs, pace.ready, pace.median, pace.p95) == ("check redis", 3, 2, 2.0, 3.0)
