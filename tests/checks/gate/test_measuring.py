"""Each criterion: met, failed, not measured, and the lines that show it."""

import pytest

from tests.checks.gate.scenes import (
    CRITERIA,
    NEW,
    OLD,
    boot,
    cited,
    criteria,
    erring,
    gate,
    healthy,
    judged,
    named,
)
from tests.diagnosis.scenes import BORN, crash, gave_up
from tests.runs.logs import PACKS, Log, export, platform, printed, records, rejecting, request, validation
from triage import pipeline
from triage.models import Record, Source
from triage.pipeline import Reference


def sockets(opened: int, refused: int, status: int = 503) -> list[Log]:
    return [
        *(request(100 + number, "/ws", 101) for number in range(opened)),
        *(request(200 + number, "/ws", status) for number in range(refused)),
    ]


def test_a_healthy_revision_meets_every_criterion_that_was_measured() -> None:
    found = gate(healthy())
    assert {criterion.id: criterion.outcome for criterion in found.criteria} == {
        "ready": "met",
        "boots_ready": "met",
        "critical_checks": "met",
        "boot_failures": "met",
        "connections": "met",
        "new_errors": "not_measured",
        "whole_logs": "met",
    }
    assert found.evidence == []


# ready


@pytest.mark.parametrize("logs", [validation(0), validation(0, tolerated=["websocket_bridge"])])
def test_a_revision_that_the_diagnosis_calls_ready_or_degraded_is_ready(logs: list[Log]) -> None:
    assert judged("ready", logs).outcome == "met"


def test_a_revision_that_is_not_ready_is_shown_by_the_lines_of_its_incident() -> None:
    found = gate(crash(0))
    assert named(found, "ready").outcome == "failed"
    assert named(found, "ready").measured.endswith(
        "the cause: No worker can boot: the image has no module billing"
    )
    assert any("No module named 'billing'" in line for line in cited(found, "ready"))


@pytest.mark.parametrize("logs", [boot(0), [request(0, "/ws", 101)], [rejecting(0)]])
def test_what_decides_nothing_leaves_ready_not_measured(logs: list[Log]) -> None:
    assert judged("ready", logs).outcome == "not_measured"


# boots_ready


def test_a_boot_in_time_meets_and_the_slowest_is_told() -> None:
    found = judged("boots_ready", boot(0, 11), boot(200, 42.5, instance="i2"))
    assert (found.outcome, found.value, found.at_least) == ("met", 1.0, 1.0)
    assert found.says == "every boot is ready within 120 s"
    assert found.measured == "2 of 2 boots became ready within 120 s, the slowest in 42.50 s"


def test_a_boot_that_takes_longer_fails_and_its_two_ends_are_cited() -> None:
    found = gate(boot(0, 11), boot(200, 150.25, instance="i2"))
    assert named(found, "boots_ready").outcome == "failed"
    assert named(found, "boots_ready").value == 0.5
    assert named(found, "boots_ready").measured == (
        "1 of 2 boots became ready within 120 s, the slowest in 11.00 s; 1 boot took longer, up to 150.25 s"
    )
    assert cited(found, "boots_ready") == [BORN, "Application startup complete."]


def test_a_boot_that_fails_is_not_ready_in_time() -> None:
    found = gate(boot(0), gave_up(200, instance="i2"))
    assert named(found, "boots_ready").outcome == "failed"
    assert named(found, "boots_ready").measured.endswith("; 1 boot failed")


def test_without_a_boot_in_the_logs_its_time_is_not_measured() -> None:
    found = judged("boots_ready", validation(0))
    assert (found.outcome, found.value) == ("not_measured", None)
    assert found.measured == "no boot of this revision is in the logs"


def test_a_boot_that_still_has_time_says_nothing_yet() -> None:
    going = [platform(100, BORN, instance="i2"), request(190, "/health", 200)]
    assert judged("boots_ready", boot(0), going).outcome == "met"
    assert judged("boots_ready", boot(0), going).measured.endswith("; 1 boot under way")
    alone = judged("boots_ready", going)
    assert (alone.outcome, alone.measured) == ("not_measured", "1 boot under way")


def test_a_boot_of_which_nothing_says_how_it_ended_leaves_it_open() -> None:
    silent = [platform(100, BORN, instance="i2"), request(400, "/health", 200)]
    found = judged("boots_ready", boot(0), silent)
    assert found.outcome == "not_measured"
    assert found.measured.endswith("; 1 boot without a word of its end")


def test_a_boot_without_its_beginning_leaves_open_whether_it_was_in_time() -> None:
    found = judged(
        "boots_ready",
        printed(0, "Waiting for application startup."),
        printed(3, "Application startup complete."),
    )
    assert found.outcome == "not_measured"
    assert found.measured == "1 boot began before the logs do"


def test_what_is_open_cannot_save_a_share_that_is_lost_nor_spoil_one_that_is_won() -> None:
    silent = [platform(100, BORN, instance="i9"), request(900, "/health", 200)]
    good = [boot(200 * number, instance=f"g{number}") for number in range(3)]
    half = criteria(boots_ready={"at_least": 0.5})
    assert judged("boots_ready", *good, silent, demands=half).outcome == "met"
    bad = [crash(200 * number, instance=f"b{number}") for number in range(4)]
    assert judged("boots_ready", good[0], *bad, silent, demands=half).outcome == "failed"
    assert judged("boots_ready", good[0], bad[0], silent, demands=half).outcome == "not_measured"


# critical_checks


def test_a_critical_check_that_fails_is_named_and_cited() -> None:
    found = gate(validation(0, down=["agent_supervisor"]), validation(60), boot(100))
    assert named(found, "critical_checks").outcome == "failed"
    assert named(found, "critical_checks").measured == "agent_supervisor failed once"
    assert (named(found, "critical_checks").value, named(found, "critical_checks").at_most) == (1.0, 0.0)
    assert "CRITICAL FAIL: agent_supervisor" in cited(found, "critical_checks")[0]


def test_a_check_that_is_not_critical_there_fails_nothing() -> None:
    assert judged("critical_checks", validation(0, down=["redis"])).outcome == "met"


def test_an_answer_that_the_gate_gives_again_is_no_failure_of_its_own() -> None:
    once = validation(0, down=["agent_supervisor"])
    refused = rejecting(2.5, state="failed", failed=["agent_supervisor"])
    found = judged("critical_checks", once, refused, rejecting(6), rejecting(9))
    assert found.measured == "agent_supervisor failed once"


def test_without_a_validation_checks_are_not_measured() -> None:
    found = judged("critical_checks", boot(0))
    assert (found.outcome, found.value) == ("not_measured", None)
    assert found.measured == "no validation of this revision has a verdict in the logs"


def test_as_many_failures_as_are_allowed_are_met() -> None:
    once = criteria(critical_checks={"at_most": 1})
    found = judged("critical_checks", validation(0, down=["agent_supervisor"]), demands=once)
    assert (found.outcome, found.says) == ("met", "critical checks fail at most once")


# boot_failures


def test_boot_failures_are_counted_and_cited_once_for_all_that_say_the_same() -> None:
    found = gate([log for number in range(4) for log in crash(number * 10, instance=f"i{number}")], boot(100))
    assert named(found, "boot_failures").outcome == "failed"
    assert named(found, "boot_failures").measured == "4 of 5 boots failed: boot failure 4 times"
    assert [line.count for line in found.evidence if line.id in named(found, "boot_failures").evidence] == [4]


def test_boots_that_came_up_are_no_failures() -> None:
    assert judged("boot_failures", boot(0)).outcome == "met"


def test_without_a_boot_that_ended_failures_are_not_measured() -> None:
    found = judged("boot_failures", platform(0, BORN), validation(1))
    assert (found.outcome, found.measured) == (
        "not_measured",
        "no boot of this revision has an end in the logs",
    )


# connections


@pytest.mark.parametrize(
    ("opened", "refused", "outcome", "value"),
    [(19, 1, "met", 0.95), (18, 2, "failed", 0.9), (0, 1, "failed", 0.0), (3, 0, "met", 1.0)],
)
def test_connections_are_held_against_their_share(
    opened: int, refused: int, outcome: str, value: float
) -> None:
    found = judged("connections", sockets(opened, refused))
    assert (found.outcome, found.value) == (outcome, value)
    assert found.measured == f"{opened} of {opened + refused} WebSocket connections were opened (101)"


def test_refused_connections_are_cited_by_path_and_answer() -> None:
    found = gate(sockets(1, 3), sockets(0, 2, status=403))
    assert sorted(cited(found, "connections")) == ["GET /ws 403", "GET /ws 503"]
    assert sorted(line.count for line in found.evidence) == [2, 3]


def test_without_connections_there_is_no_share() -> None:
    found = judged("connections", request(0, "/ws", 200), validation(1))
    assert (found.outcome, found.value) == ("not_measured", None)


def test_fewer_connections_than_it_takes_measure_nothing() -> None:
    few = criteria(connections={"seen_at_least": 20})
    found = judged("connections", sockets(1, 5), demands=few)
    assert found.outcome == "not_measured"
    assert found.measured.endswith("; it takes 20 to tell")


# new_errors

BEFORE = Reference(OLD, None)


def test_an_error_that_the_baseline_has_too_is_not_new() -> None:
    logs = [*healthy(), erring(40), *healthy(1000, revision=NEW), erring(1040, revision=NEW)]
    found = gate(logs, baseline=BEFORE)
    assert named(found, "new_errors").outcome == "met"
    assert named(found, "new_errors").measured == f"no error shape that {OLD} does not have"
    assert found.status == "passed"


def test_an_error_that_the_baseline_does_not_have_is_new_and_cited() -> None:
    new = erring(1040, "Cannot ship order 17: no address", revision=NEW)
    found = gate(healthy(), erring(40), healthy(1000, revision=NEW), new, baseline=BEFORE)
    assert named(found, "new_errors").outcome == "failed"
    assert named(found, "new_errors").value == 1.0
    assert cited(found, "new_errors") == ["Cannot ship order 17: no address"]
    assert "so seldom that it may be chance" in named(found, "new_errors").measured


def test_errors_that_may_be_chance_do_not_count_where_only_sure_ones_shall() -> None:
    sure = criteria(new_errors={"only_sure": True})
    few = [erring(1040, revision=NEW)]
    many = [erring(1040 + number, revision=NEW) for number in range(40)]
    logs = [healthy(), healthy(1000, revision=NEW)]
    assert judged("new_errors", *logs, few, demands=sure, baseline=BEFORE).outcome == "met"
    assert judged("new_errors", *logs, many, demands=sure, baseline=BEFORE).outcome == "failed"


def test_without_a_baseline_new_errors_are_not_measured() -> None:
    found = judged("new_errors", healthy(), erring(40))
    assert (found.outcome, found.measured) == ("not_measured", "no baseline was named: --baseline")


def test_a_baseline_that_is_too_thin_measures_nothing_whatever_is_new() -> None:
    found = judged(
        "new_errors", boot(0), healthy(1000, revision=NEW), erring(1040, revision=NEW), baseline=BEFORE
    )
    assert found.outcome == "not_measured"
    assert found.measured.startswith(f"the baseline {OLD}: 0.2 minutes of logs give no rate")


def test_too_little_seen_of_the_revision_itself_shows_what_is_new_but_not_that_nothing_is() -> None:
    young = boot(1000, revision=NEW)
    assert judged("new_errors", healthy(), young, baseline=BEFORE).outcome == "not_measured"
    assert (
        judged("new_errors", healthy(), young, erring(1005, revision=NEW), baseline=BEFORE).outcome
        == "failed"
    )


def test_what_is_new_but_allowed_does_not_pass_where_too_little_was_seen() -> None:
    some = criteria(new_errors={"at_most": 3})
    logs = [*healthy(), *boot(1000, revision=NEW), erring(1005, revision=NEW)]
    assert judged("new_errors", logs, demands=some, baseline=BEFORE).outcome == "not_measured"
    assert judged("new_errors", logs, demands=some, baseline=BEFORE).says == (
        "at most 3 error shapes new to the baseline"
    )
    more = [*healthy(), *healthy(1000, revision=NEW), erring(1005, revision=NEW)]
    assert judged("new_errors", more, demands=some, baseline=BEFORE).outcome == "met"


def test_a_service_with_more_shapes_than_are_told_apart_is_not_shown_to_have_no_new_one() -> None:
    names = [
        f"Cannot price {''.join(chr(97 + int(digit)) for digit in str(number))} now" for number in range(405)
    ]
    before = [erring(20 + number / 10, name) for number, name in enumerate(names)]
    after = [erring(1020 + number / 10, name, revision=NEW) for number, name in enumerate(names)]
    found = judged("new_errors", [*healthy(), *before, *healthy(1000, revision=NEW), *after], baseline=BEFORE)
    assert found.outcome == "not_measured"
    assert found.measured.endswith("it logs more shapes than are told apart")


def test_a_baseline_that_is_not_in_the_logs_measures_nothing() -> None:
    found = judged("new_errors", healthy(), baseline=Reference("elsewhere-00001-abc", None))
    assert found.outcome == "not_measured"
    assert "the logs hold nothing of elsewhere-00001-abc" in found.measured


# whole_logs


def test_what_could_not_be_read_is_told_by_its_kind() -> None:
    broken = Record(b'{"insertId": ', Source("export.json", 999))
    found = pipeline.gate(
        pipeline.analyse(iter([*records(export(healthy())), broken]), packs=PACKS), CRITERIA
    )
    assert named(found, "whole_logs").outcome == "not_measured"
    assert named(found, "whole_logs").measured == "something is: broken record once"
    assert found.status == "inconclusive"
