"""Errors are counted by template, and revisions by activity."""

from tests.diagnosis.scenarios import NEW, OLD, crash
from tests.runs.logs import Log, analysis, at, log_line, request
from triage.window import parse_timestamp


def failing(start: float, number: int, **place: str) -> Log:
    return log_line(start, f"Cannot price order {number}: KeyError", "shop", severity="ERROR", **place)


def test_errors_are_counted_by_template_and_revision() -> None:
    logs = [failing(n, n, revision=OLD) for n in range(3)] + [failing(60, 7, revision=NEW)]
    found = analysis(logs).errors
    assert [(error.revision, error.template, error.count, error.rule) for error in found] == [
        (OLD, "Cannot price order <n>: KeyError", 3, ""),
        (NEW, "Cannot price order <n>: KeyError", 1, ""),
    ]
    first = found[0]
    assert first.example == "Cannot price order 0: KeyError"
    assert first.insert_id
    assert [parse_timestamp(time) for time in (first.first, first.last)] == [
        parse_timestamp(at(seconds)) for seconds in (0, 2)
    ]


def test_error_matched_by_a_rule_is_counted_with_the_rule() -> None:
    rules = {error.rule for error in analysis(crash(0)).errors}
    assert len(rules) == 1
    assert rules.pop().partition("/")[0] in ("netra-readiness", "python-server")


def test_each_instance_is_counted_once() -> None:
    logs = [failing(n, n, instance=f"00a{n % 2}") for n in range(6)]
    assert [(error.count, error.instances) for error in analysis(logs).errors] == [(6, 2)]


def test_requests_warnings_and_noise_are_not_errors() -> None:
    noise = "OAuth=REDACTED URI mismatch (non-critical in staging)"
    logs = [
        request(0, "/ws", 503),
        log_line(1, "Slow answer", "shop", severity="WARNING"),
        log_line(2, noise, "shop", severity="ERROR"),
    ]
    found = analysis(logs)
    assert found.diagnosis.noise
    assert found.errors == []


def test_patterns_beyond_the_limit_share_one_count() -> None:
    words = [f"{a}{b}" for a in "ghijklmnopqrstuvwxyz" for b in "ghijklmnopqrstuvwxyzabcd"]
    logs = [log_line(n / 100, f"Cannot {word} it", "shop", severity="ERROR") for n, word in enumerate(words)]
    found = analysis(logs).errors
    assert (len(words), len(found)) == (480, 401)
    assert [error.count for error in found if error.template == "…"] == [80]


def test_revision_activity_has_times_and_instances() -> None:
    logs = [failing(n, n, revision=OLD, instance=f"00a{n % 3}") for n in range(5)]
    (found,) = analysis(logs).activities
    assert (found.service, found.revision, found.instances) == ("netra-backend-staging", OLD, 3)
    assert parse_timestamp(found.last) - parse_timestamp(found.first) == 4_000_000_000
