"""Each criterion: met, failed, not measured, and its evidence."""

import pytest

from tests.diagnosis.scenarios import BORN, aborted_startup, crash
from tests.release.gate.scenarios import (
    CRITERIA,
    NEW,
    OLD,
    boot,
    cited_messages,
    criteria,
    error_line,
    evaluate,
    evaluate_gate,
    find_criterion,
    healthy,
)
from tests.runs.logs import PACKS, Log, export, platform, records, rejected, request, text_line, validation
from triage import pipeline
from triage.models import Record, Source
from triage.pipeline import BaselineSource


def sockets(opened: int, refused: int, status: int = 503) -> list[Log]:
    return [
        *(request(100 + number, "/ws", 101) for number in range(opened)),
        *(request(200 + number, "/ws", status) for number in range(refused)),
    ]


def test_a_healthy_revision_meets_every_criterion_that_was_measured() -> None:
    found = evaluate_gate(healthy())
    assert {criterion.id: criterion.outcome for criterion in found.criteria} == {
        "ready": "met",
        "boots_ready": "met",
        "critical_checks": "met",
        "boot_failures": "met",
        "connections": "met",
        "requests": "not_measured",
        "new_errors": "not_measured",
        "whole_logs": "met",
    }
    assert found.evidence == []


# ready


@pytest.mark.parametrize("logs", [validation(0), validation(0, tolerated=["websocket_bridge"])])
def test_a_revision_that_the_diagnosis_calls_ready_or_degraded_is_ready(logs: list[Log]) -> None:
    assert evaluate("ready", logs).outcome == "met"


def test_a_revision_that_is_not_ready_cites_its_incident() -> None:
    found = evaluate_gate(crash(0))
    assert find_criterion(found, "ready").outcome == "failed"
    assert find_criterion(found, "ready").measured.endswith(
        "the cause: No worker can boot: the image has no module billing"
    )
    assert any("No module named 'billing'" in line for line in cited_messages(found, "ready"))


@pytest.mark.parametrize("logs", [boot(0), [request(0, "/ws", 101)], [rejected(0)]])
def test_without_a_verdict_ready_is_not_measured(logs: list[Log]) -> None:
    assert evaluate("ready", logs).outcome == "not_measured"


# boots_ready


def test_boots_in_time_meet_the_criterion_and_the_slowest_is_reported() -> None:
    found = evaluate("boots_ready", boot(0, 11), boot(200, 42.5, instance="i2"))
    assert (found.outcome, found.value, found.at_least) == ("met", 1.0, 1.0)
    assert found.says == "every boot is ready within 120 s"
    assert found.measured == "2 of 2 boots became ready within 120 s, the slowest in 42.50 s"


def test_a_slow_boot_fails_and_its_first_and_last_lines_are_cited() -> None:
    found = evaluate_gate(boot(0, 11), boot(200, 150.25, instance="i2"))
    assert find_criterion(found, "boots_ready").outcome == "failed"
    assert find_criterion(found, "boots_ready").value == 0.5
    assert find_criterion(found, "boots_ready").measured == (
        "1 of 2 boots became ready within 120 s, the slowest in 11.00 s; 1 boot took longer, up to 150.25 s"
    )
    assert cited_messages(found, "boots_ready") == [BORN, "Application startup complete."]


def test_a_boot_that_fails_is_not_ready_in_time() -> None:
    found = evaluate_gate(boot(0), aborted_startup(200, instance="i2"))
    assert find_criterion(found, "boots_ready").outcome == "failed"
    assert find_criterion(found, "boots_ready").measured.endswith("; 1 boot failed")


def test_without_a_boot_in_the_logs_its_time_is_not_measured() -> None:
    found = evaluate("boots_ready", validation(0))
    assert (found.outcome, found.value) == ("not_measured", None)
    assert found.measured == "no boot of this revision is in the logs"


def test_a_boot_within_its_time_limit_is_not_measured() -> None:
    going = [platform(100, BORN, instance="i2"), request(190, "/health", 200)]
    assert evaluate("boots_ready", boot(0), going).outcome == "met"
    assert evaluate("boots_ready", boot(0), going).measured.endswith("; 1 boot under way")
    alone = evaluate("boots_ready", going)
    assert (alone.outcome, alone.measured) == ("not_measured", "1 boot under way")


def test_a_boot_without_an_end_is_not_measured() -> None:
    silent = [platform(100, BORN, instance="i2"), request(400, "/health", 200)]
    found = evaluate("boots_ready", boot(0), silent)
    assert found.outcome == "not_measured"
    assert found.measured.endswith("; 1 boot without a word of its end")


def test_a_boot_without_a_start_is_not_measured() -> None:
    found = evaluate(
        "boots_ready",
        text_line(0, "Waiting for application startup."),
        text_line(3, "Application startup complete."),
    )
    assert found.outcome == "not_measured"
    assert found.measured == "1 boot began before the logs do"


def test_unclear_boots_do_not_change_a_settled_ratio() -> None:
    silent = [platform(100, BORN, instance="i9"), request(900, "/health", 200)]
    good = [boot(200 * number, instance=f"g{number}") for number in range(3)]
    half = criteria(boots_ready={"at_least": 0.5})
    assert evaluate("boots_ready", *good, silent, demands=half).outcome == "met"
    bad = [crash(200 * number, instance=f"b{number}") for number in range(4)]
    assert evaluate("boots_ready", good[0], *bad, silent, demands=half).outcome == "failed"
    assert evaluate("boots_ready", good[0], bad[0], silent, demands=half).outcome == "not_measured"


# critical_checks


def test_a_critical_check_that_fails_is_named_and_cited() -> None:
    found = evaluate_gate(validation(0, down=["agent_supervisor"]), validation(60), boot(100))
    assert find_criterion(found, "critical_checks").outcome == "failed"
    assert find_criterion(found, "critical_checks").measured == "agent_supervisor failed once"
    assert (
        find_criterion(found, "critical_checks").value,
        find_criterion(found, "critical_checks").at_most,
    ) == (1.0, 0.0)
    assert "CRITICAL FAIL: agent_supervisor" in cited_messages(found, "critical_checks")[0]


def test_a_noncritical_check_does_not_fail_the_criterion() -> None:
    assert evaluate("critical_checks", validation(0, down=["redis"])).outcome == "met"


def test_a_cached_refusal_is_not_another_failure() -> None:
    once = validation(0, down=["agent_supervisor"])
    refused = rejected(2.5, state="failed", failed=["agent_supervisor"])
    found = evaluate("critical_checks", once, refused, rejected(6), rejected(9))
    assert found.measured == "agent_supervisor failed once"


def test_without_a_validation_checks_are_not_measured() -> None:
    found = evaluate("critical_checks", boot(0))
    assert (found.outcome, found.value) == ("not_measured", None)
    assert found.measured == "no validation of this revision has a verdict in the logs"


def test_the_allowed_number_of_failures_meets_the_criterion() -> None:
    once = criteria(critical_checks={"at_most": 1})
    found = evaluate("critical_checks", validation(0, down=["agent_supervisor"]), demands=once)
    assert (found.outcome, found.says) == ("met", "critical checks fail at most once")


# boot_failures


def test_boot_failures_are_counted_and_similar_ones_cited_once() -> None:
    found = evaluate_gate(
        [log for number in range(4) for log in crash(number * 10, instance=f"i{number}")], boot(100)
    )
    assert find_criterion(found, "boot_failures").outcome == "failed"
    assert find_criterion(found, "boot_failures").measured == "4 of 5 boots failed: boot failure 4 times"
    assert [
        line.count for line in found.evidence if line.id in find_criterion(found, "boot_failures").evidence
    ] == [4]


def test_ready_boots_are_not_failures() -> None:
    assert evaluate("boot_failures", boot(0)).outcome == "met"


def test_without_a_finished_boot_failures_are_not_measured() -> None:
    found = evaluate("boot_failures", platform(0, BORN), validation(1))
    assert (found.outcome, found.measured) == (
        "not_measured",
        "no boot of this revision has an end in the logs",
    )


# connections


@pytest.mark.parametrize(
    ("opened", "refused", "outcome", "value"),
    [(19, 1, "met", 0.95), (18, 2, "failed", 0.9), (0, 1, "failed", 0.0), (3, 0, "met", 1.0)],
)
def test_connections_are_compared_with_the_required_ratio(
    opened: int, refused: int, outcome: str, value: float
) -> None:
    found = evaluate("connections", sockets(opened, refused))
    assert (found.outcome, found.value) == (outcome, value)
    assert found.measured == f"{opened} of {opened + refused} WebSocket connections were opened (101)"


def test_refused_connections_are_cited_by_path_and_answer() -> None:
    found = evaluate_gate(sockets(1, 3), sockets(0, 2, status=403))
    assert sorted(cited_messages(found, "connections")) == ["GET /ws 403", "GET /ws 503"]
    assert sorted(line.count for line in found.evidence) == [2, 3]


def test_without_connections_the_ratio_is_not_measured() -> None:
    found = evaluate("connections", request(0, "/ws", 200), validation(1))
    assert (found.outcome, found.value) == ("not_measured", None)


def test_too_few_connections_are_not_measured() -> None:
    few = criteria(connections={"seen_at_least": 20})
    found = evaluate("connections", sockets(1, 5), demands=few)
    assert found.outcome == "not_measured"
    assert found.measured.endswith("; it takes 20 to tell")


# new_errors

BEFORE = BaselineSource(OLD, None)


def test_an_error_that_the_baseline_has_too_is_not_new() -> None:
    logs = [*healthy(), error_line(40), *healthy(1000, revision=NEW), error_line(1040, revision=NEW)]
    found = evaluate_gate(logs, baseline=BEFORE)
    assert find_criterion(found, "new_errors").outcome == "met"
    assert find_criterion(found, "new_errors").measured == f"no error pattern that {OLD} does not have"
    assert found.status == "passed"


def test_an_error_missing_in_the_baseline_is_new_and_cited() -> None:
    new = error_line(1040, "Cannot ship order 17: no address", revision=NEW)
    found = evaluate_gate(healthy(), error_line(40), healthy(1000, revision=NEW), new, baseline=BEFORE)
    assert find_criterion(found, "new_errors").outcome == "failed"
    assert find_criterion(found, "new_errors").value == 1.0
    assert cited_messages(found, "new_errors") == ["Cannot ship order 17: no address"]
    assert "so seldom that it may be chance" in find_criterion(found, "new_errors").measured


def test_only_sure_ignores_errors_that_may_be_chance() -> None:
    sure = criteria(new_errors={"only_sure": True})
    few = [error_line(1040, revision=NEW)]
    many = [error_line(1040 + number, revision=NEW) for number in range(40)]
    logs = [healthy(), healthy(1000, revision=NEW)]
    assert evaluate("new_errors", *logs, few, demands=sure, baseline=BEFORE).outcome == "met"
    assert evaluate("new_errors", *logs, many, demands=sure, baseline=BEFORE).outcome == "failed"


def test_without_a_baseline_new_errors_are_not_measured() -> None:
    found = evaluate("new_errors", healthy(), error_line(40))
    assert (found.outcome, found.measured) == ("not_measured", "no baseline was named: --baseline")


def test_a_baseline_with_insufficient_data_measures_nothing() -> None:
    found = evaluate(
        "new_errors", boot(0), healthy(1000, revision=NEW), error_line(1040, revision=NEW), baseline=BEFORE
    )
    assert found.outcome == "not_measured"
    assert found.measured.startswith(f"the baseline {OLD}: 0.2 minutes of logs give no rate")


def test_insufficient_data_of_the_revision_still_shows_new_errors() -> None:
    young = boot(1000, revision=NEW)
    assert evaluate("new_errors", healthy(), young, baseline=BEFORE).outcome == "not_measured"
    assert (
        evaluate("new_errors", healthy(), young, error_line(1005, revision=NEW), baseline=BEFORE).outcome
        == "failed"
    )


def test_allowed_new_errors_do_not_pass_with_insufficient_data() -> None:
    some = criteria(new_errors={"at_most": 3})
    logs = [*healthy(), *boot(1000, revision=NEW), error_line(1005, revision=NEW)]
    assert evaluate("new_errors", logs, demands=some, baseline=BEFORE).outcome == "not_measured"
    assert evaluate("new_errors", logs, demands=some, baseline=BEFORE).says == (
        "at most 3 error patterns new to the baseline"
    )
    more = [*healthy(), *healthy(1000, revision=NEW), error_line(1005, revision=NEW)]
    assert evaluate("new_errors", more, demands=some, baseline=BEFORE).outcome == "met"


def test_pattern_overflow_prevents_a_pass_of_new_errors() -> None:
    names = [
        f"Cannot price {''.join(chr(97 + int(digit)) for digit in str(number))} now" for number in range(405)
    ]
    before = [error_line(20 + number / 10, name) for number, name in enumerate(names)]
    after = [error_line(1020 + number / 10, name, revision=NEW) for number, name in enumerate(names)]
    found = evaluate(
        "new_errors", [*healthy(), *before, *healthy(1000, revision=NEW), *after], baseline=BEFORE
    )
    assert found.outcome == "not_measured"
    assert found.measured.endswith("it logs more error patterns than triage distinguishes")


def test_a_baseline_missing_from_the_logs_measures_nothing() -> None:
    found = evaluate("new_errors", healthy(), baseline=BaselineSource("elsewhere-00001-abc", None))
    assert found.outcome == "not_measured"
    assert "the logs hold nothing of elsewhere-00001-abc" in found.measured


# whole_logs


def test_gaps_are_reported_by_kind() -> None:
    broken = Record(b'{"insertId": ', Source("export.json", 999))
    found = pipeline.gate(
        pipeline.analyze(iter([*records(export(healthy())), broken]), packs=PACKS), CRITERIA
    )
    assert find_criterion(found, "whole_logs").outcome == "not_measured"
    assert find_criterion(found, "whole_logs").measured == "something is: broken record once"
    assert found.status == "inconclusive"
