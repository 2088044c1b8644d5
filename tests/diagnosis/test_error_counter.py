"""Errors counted by their shape, and the revisions that stand in the logs: what stretches of logs are compared by."""

from tests.diagnosis.scenes import NEW, OLD, crash
from tests.runs.logs import Log, analysis, at, request, said
from triage.window import parse_timestamp


def failing(start: float, number: int, **place: str) -> Log:
    return said(start, f"Cannot price order {number}: KeyError", "shop", severity="ERROR", **place)


def test_errors_are_counted_by_shape_and_revision() -> None:
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


def test_an_error_that_a_rule_knows_is_counted_too_and_says_which() -> None:
    rules = {error.rule for error in analysis(crash(0)).errors}
    assert len(rules) == 1
    assert rules.pop().partition("/")[0] in ("netra-readiness", "python-server")


def test_instances_are_counted_once_each() -> None:
    logs = [failing(n, n, instance=f"00a{n % 2}") for n in range(6)]
    assert [(error.count, error.instances) for error in analysis(logs).errors] == [(6, 2)]


def test_requests_warnings_and_chronic_noise_are_no_error_shapes() -> None:
    noise = "OAuth=REDACTED URI mismatch (non-critical in staging)"
    logs = [
        request(0, "/ws", 503),
        said(1, "Slow answer", "shop", severity="WARNING"),
        said(2, noise, "shop", severity="ERROR"),
    ]
    found = analysis(logs)
    assert found.diagnosis.noise
    assert found.errors == []


def test_a_service_with_very_many_shapes_counts_the_rest_together() -> None:
    words = [f"{a}{b}" for a in "ghijklmnopqrstuvwxyz" for b in "ghijklmnopqrstuvwxyzabcd"]
    logs = [said(n / 100, f"Cannot {word} it", "shop", severity="ERROR") for n, word in enumerate(words)]
    found = analysis(logs).errors
    assert (len(words), len(found)) == (480, 401)
    assert [error.count for error in found if error.template == "…"] == [80]


def test_each_revision_is_told_with_its_first_and_last_entry_and_its_instances() -> None:
    logs = [failing(n, n, revision=OLD, instance=f"00a{n % 3}") for n in range(5)]
    (found,) = analysis(logs).activities
    assert (found.service, found.revision, found.instances) == ("netra-backend-staging", OLD, 3)
    assert parse_timestamp(found.last) - parse_timestamp(found.first) == 4_000_000_000
