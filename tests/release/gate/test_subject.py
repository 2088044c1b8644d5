"""The revision that a gate evaluates, and the data that belongs to it."""

import pytest

from tests.diagnosis.scenarios import crash
from tests.release.gate.scenarios import NEW, OLD, boot, error_line, evaluate_gate, find_criterion, healthy
from tests.runs.logs import request, validation
from triage.errors import UsageError
from triage.pipeline import BaselineSource


def test_only_the_newest_revision_is_evaluated() -> None:
    found = evaluate_gate(crash(0), request(5, "/ws", 503), healthy(1000, revision=NEW))
    assert (found.revision, found.status) == (NEW, "passed")


def test_an_undecided_newest_revision_does_not_inherit_a_verdict() -> None:
    found = evaluate_gate(healthy(), boot(1000, revision=NEW, instance="i2"))
    assert (found.revision, found.verdict, found.status) == (NEW, "inconclusive", "inconclusive")
    assert f"(the service's verdict is that of {OLD})" in find_criterion(found, "ready").measured


def test_a_named_older_revision_is_evaluated() -> None:
    found = evaluate_gate(healthy(), crash(1000, revision=NEW, instance="i2"), revision=OLD)
    assert (found.revision, found.verdict, found.status) == (OLD, "ready", "passed")


def test_a_failed_older_revision_cites_its_incident_after_recovery() -> None:
    found = evaluate_gate(crash(0), healthy(1000, revision=NEW), revision=OLD)
    assert found.verdict == "not_ready"
    assert "the image has no module billing" in find_criterion(found, "ready").measured


def test_an_unknown_revision_is_no_data_and_known_ones_are_listed() -> None:
    found = evaluate_gate(healthy(), revision=NEW)
    assert (found.verdict, found.status) == ("no_data", "inconclusive")
    assert find_criterion(found, "ready").measured == (
        f"it calls it no data; the logs hold nothing of this revision, only of: {OLD}"
    )


def test_logs_without_revision_names_are_evaluated() -> None:
    found = evaluate_gate(healthy(revision=""))
    assert (found.revision, found.verdict, found.status) == ("", "ready", "passed")
    assert find_criterion(evaluate_gate(healthy(revision=""), revision=NEW), "ready").measured.endswith(
        "none that is named"
    )


def test_a_named_service_is_evaluated_independently_of_others() -> None:
    found = evaluate_gate(healthy(), crash(0, service="shop", revision="shop-00001-abc"), service="shop")
    assert (found.service, found.revision, found.status) == ("shop", "shop-00001-abc", "failed")


def test_an_unknown_service_is_no_data() -> None:
    found = evaluate_gate(healthy(), service="parcels")
    assert (found.service, found.revision, found.verdict, found.status) == (
        "parcels",
        "",
        "no_data",
        "inconclusive",
    )


def test_without_any_entry_there_is_no_data() -> None:
    found = evaluate_gate()
    assert (found.service, found.verdict, found.status) == ("", "no_data", "inconclusive")


def test_project_and_location_come_from_the_entries() -> None:
    found = evaluate_gate(healthy())
    assert (found.project, found.location, found.environment) == ("demo-project", "", "staging")


# rollback


def commands(*logs: object, **options: object) -> str:
    found = evaluate_gate(*logs, **options)  # type: ignore[arg-type]
    assert found.rollback is not None
    return "\n".join(command for step in found.rollback.steps for command in step.commands)


def test_rollback_targets_the_newest_older_ready_revision() -> None:
    told = commands(healthy(), crash(1000, revision=NEW))
    assert f"--to-revisions={OLD}=100 --region=REGION --project=demo-project" in told
    found = evaluate_gate(healthy(), crash(1000, revision=NEW))
    assert found.rollback is not None
    assert found.rollback.missing == ["REGION"]
    assert any("stays pinned" in step.says for step in found.rollback.steps)


def test_rollback_never_targets_a_newer_revision() -> None:
    told = commands(crash(0), healthy(1000, revision=NEW), revision=OLD)
    assert "--to-revisions=LAST_GOOD_REVISION=100" in told


def test_rollback_targets_the_baseline_unless_it_is_not_ready() -> None:
    third = NEW.replace("00042", "00040")
    logs = [
        healthy(0, revision=third, instance="i0"),
        healthy(1000, instance="i1"),
        crash(2000, revision=NEW),
    ]
    assert f"--to-revisions={OLD}=100" in commands(*logs)
    assert f"--to-revisions={third}=100" in commands(*logs, baseline=BaselineSource(third, None))
    bad = [healthy(0, revision=third, instance="i0"), crash(1000, instance="i1"), crash(2000, revision=NEW)]
    assert f"--to-revisions={third}=100" in commands(*bad, baseline=BaselineSource(OLD, None))


def test_only_a_failed_gate_gives_a_rollback() -> None:
    assert evaluate_gate(healthy()).rollback is None
    assert evaluate_gate(validation(0)).status == "inconclusive"
    assert evaluate_gate(validation(0)).rollback is None


# the baseline


def test_the_evaluated_revision_cannot_be_the_baseline() -> None:
    with pytest.raises(UsageError, match="is the revision that is judged; name the last good one"):
        evaluate_gate(healthy(), revision=OLD, baseline=BaselineSource(OLD, None))


def test_a_baseline_that_is_the_newest_revision_leaves_nothing_to_evaluate() -> None:
    third = NEW.replace("00042", "00040")
    found = evaluate_gate(
        healthy(0, revision=third, instance="i0"), healthy(1000), baseline=BaselineSource(OLD, None)
    )
    assert (found.revision, found.verdict, found.status) == ("", "no_data", "inconclusive")
    assert find_criterion(found, "ready").measured == (
        f"it calls it no data; the logs hold no revision that is newer than the baseline {OLD}"
    )


def test_a_baseline_export_uses_its_newest_ready_revision() -> None:
    from tests.runs.logs import analysis

    third = NEW.replace("00042", "00040")
    before = analysis(healthy(0, revision=third), error_line(40, revision=third), crash(1000))
    found = evaluate_gate(
        healthy(5000, revision=NEW),
        error_line(5040, revision=NEW),
        baseline=BaselineSource("before.json", before),
    )
    assert found.baseline is not None
    assert (found.baseline.kind, found.baseline.revision) == ("export", third)
    assert find_criterion(found, "new_errors").outcome == "met"


def test_a_baseline_export_needs_a_ready_revision() -> None:
    from tests.runs.logs import analysis

    found = evaluate_gate(
        healthy(5000, revision=NEW), baseline=BaselineSource("before.json", analysis(crash(0)))
    )
    assert find_criterion(found, "new_errors").outcome == "not_measured"
    assert (
        "before.json shows no other revision of netra-backend-staging ready"
        in find_criterion(found, "new_errors").measured
    )
    assert found.status == "inconclusive"


def test_errors_are_cited_from_the_evaluated_revision() -> None:
    later = NEW.replace("00042", "00043")
    logs = [
        *healthy(),
        *healthy(1000, revision=NEW, instance="i2"),
        error_line(1040, revision=NEW),
        *healthy(2000, revision=later, instance="i3"),
        error_line(2040, revision=later),
    ]
    found = evaluate_gate(logs, revision=NEW, baseline=BaselineSource(OLD, None))
    assert [line.revision for line in found.evidence] == [NEW]


def test_recovered_incidents_are_not_cited_for_open_ones() -> None:
    over = [*crash(0), *healthy(100, instance="i2")]
    found = evaluate_gate(over, validation(900, down=["agent_supervisor"], instance="i2"))
    assert "agent_supervisor" in find_criterion(found, "ready").measured
    assert "billing" not in find_criterion(found, "ready").measured
