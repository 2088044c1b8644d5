"""What a timeline measures."""

from typing import Any

from triage.models import Run, Step
from triage.rendering.measures import figure, paces
from triage.rendering.playbooks import Measure, Metric


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


def metric(measure: Measure, at_least: float = 1.0) -> Metric:
    return Metric(says="it works", within="24 hours", measure=measure, at_least=at_least)


def test_boots_count_on_the_newest_revision_only() -> None:
    runs = [
        run("boot", 1, "not_ready", revision="shop-00001-old"),
        run("boot", 2, "ready"),
        run("boot", 3, "degraded"),
    ]
    assert figure(metric("boots_ready"), None, runs) == ("2 of 2 boots became ready", True)
    assert figure(metric("boots_ready"), None, runs[:1]) == ("0 of 1 boots became ready", False)


def test_a_run_without_a_verdict_is_not_counted() -> None:
    assert figure(metric("boots_ready"), None, [run("boot", 1, "unknown")]) is None
    assert figure(metric("validations_ready"), None, [run("boot", 1, "ready")]) is None


def test_a_target_below_all_is_met_by_that_share() -> None:
    runs = [run("validation", minute, "ready" if minute else "not_ready") for minute in range(20)]
    assert figure(metric("validations_ready", 0.95), None, runs) == ("19 of 20 validations ended ready", True)
    assert figure(metric("validations_ready", 0.99), None, runs) == (
        "19 of 20 validations ended ready",
        False,
    )


def test_a_check_is_measured_where_it_was_made() -> None:
    steps = [
        Step(step="check", check="redis", outcome=outcome)
        for outcome in ("passed", "tolerated", "not_reached")
    ]
    runs = [run("validation", 1, "ready", steps=steps)]
    assert figure(metric("check_passed"), "redis", runs) == ("1 of 2 outcomes of redis were a pass", False)
    assert figure(metric("check_passed"), None, runs) is None
    assert figure(metric(""), "redis", runs) is None


def test_a_request_that_the_gate_refused_unseen_is_not_admitted() -> None:
    runs = [run("gate", 1, "not_ready", condition="gate_rejected"), run("gate", 2, "ready")]
    assert figure(metric("requests_admitted"), None, runs) == (
        "1 of 2 judged requests were let through to a verdict",
        False,
    )


def test_the_pace_of_boots_is_their_median_and_their_slowest_twentieth() -> None:
    runs = [run("boot", minute, "ready") for minute in range(1, 21)] + [run("boot", 21, "not_ready")]
    (pace,) = paces(runs)
    assert (pace.kind, pace.runs, pace.ready, pace.median, pace.p95) == ("boot", 21, 20, 10.5, 19.0)
    assert pace.hourly == 60.0


def test_a_single_run_has_no_rate_and_failed_ones_no_time() -> None:
    (pace,) = paces([run("validation", 1, "not_ready")])
    assert (pace.median, pace.p95, pace.hourly) == (None, None, None)
    assert paces([]) == []
