"""Which revision is judged, and what counts as its own."""

import pytest

from tests.checks.gate.scenes import NEW, OLD, boot, erring, gate, healthy, named
from tests.diagnosis.scenes import crash
from tests.runs.logs import request, validation
from triage.errors import UsageError
from triage.pipeline import Reference


def test_the_newest_revision_is_judged_and_nothing_of_an_older_one_counts() -> None:
    found = gate(crash(0), request(5, "/ws", 503), healthy(1000, revision=NEW))
    assert (found.revision, found.status) == (NEW, "passed")


def test_a_newest_revision_that_decided_nothing_yet_does_not_pass_for_an_older_one() -> None:
    found = gate(healthy(), boot(1000, revision=NEW, instance="i2"))
    assert (found.revision, found.verdict, found.status) == (NEW, "inconclusive", "inconclusive")
    assert f"(the service's verdict is that of {OLD})" in named(found, "ready").measured


def test_a_revision_that_is_named_is_judged_though_it_is_not_the_newest() -> None:
    found = gate(healthy(), crash(1000, revision=NEW, instance="i2"), revision=OLD)
    assert (found.revision, found.verdict, found.status) == (OLD, "ready", "passed")


def test_an_older_revision_that_failed_is_shown_by_its_incident_though_the_service_recovered() -> None:
    found = gate(crash(0), healthy(1000, revision=NEW), revision=OLD)
    assert found.verdict == "not_ready"
    assert "the image has no module billing" in named(found, "ready").measured


def test_a_revision_that_is_not_in_the_logs_is_no_data_and_those_that_are_there_are_named() -> None:
    found = gate(healthy(), revision=NEW)
    assert (found.verdict, found.status) == ("no_data", "inconclusive")
    assert named(found, "ready").measured == (
        f"it calls it no data; the logs hold nothing of this revision, only of: {OLD}"
    )


def test_logs_that_name_no_revision_are_judged_as_they_are() -> None:
    found = gate(healthy(revision=""))
    assert (found.revision, found.verdict, found.status) == ("", "ready", "passed")
    assert named(gate(healthy(revision=""), revision=NEW), "ready").measured.endswith("none that is named")


def test_a_service_that_is_named_is_judged_whatever_the_verdict_of_others() -> None:
    found = gate(healthy(), crash(0, service="shop", revision="shop-00001-abc"), service="shop")
    assert (found.service, found.revision, found.status) == ("shop", "shop-00001-abc", "failed")


def test_a_service_that_is_not_in_the_logs_is_no_data() -> None:
    found = gate(healthy(), service="parcels")
    assert (found.service, found.revision, found.verdict, found.status) == (
        "parcels",
        "",
        "no_data",
        "inconclusive",
    )


def test_without_any_entry_there_is_no_data() -> None:
    found = gate()
    assert (found.service, found.verdict, found.status) == ("", "no_data", "inconclusive")


def test_where_the_service_stands_is_told_as_far_as_entries_name_it() -> None:
    found = gate(healthy())
    assert (found.project, found.location, found.environment) == ("demo-project", "", "staging")


# the way back


def commands(*logs: object, **options: object) -> str:
    found = gate(*logs, **options)  # type: ignore[arg-type]
    assert found.rollback is not None
    return "\n".join(command for step in found.rollback.steps for command in step.commands)


def test_traffic_goes_back_to_the_newest_older_revision_that_was_ready() -> None:
    told = commands(healthy(), crash(1000, revision=NEW))
    assert f"--to-revisions={OLD}=100 --region=REGION --project=demo-project" in told
    found = gate(healthy(), crash(1000, revision=NEW))
    assert found.rollback is not None
    assert found.rollback.missing == ["REGION"]
    assert any("stays pinned" in step.says for step in found.rollback.steps)


def test_a_newer_revision_is_no_way_back() -> None:
    told = commands(crash(0), healthy(1000, revision=NEW), revision=OLD)
    assert "--to-revisions=LAST_GOOD_REVISION=100" in told


def test_the_baseline_is_the_way_back_unless_the_logs_show_it_not_ready() -> None:
    third = NEW.replace("00042", "00040")
    logs = [
        healthy(0, revision=third, instance="i0"),
        healthy(1000, instance="i1"),
        crash(2000, revision=NEW),
    ]
    assert f"--to-revisions={OLD}=100" in commands(*logs)
    assert f"--to-revisions={third}=100" in commands(*logs, baseline=Reference(third, None))
    bad = [healthy(0, revision=third, instance="i0"), crash(1000, instance="i1"), crash(2000, revision=NEW)]
    assert f"--to-revisions={third}=100" in commands(*bad, baseline=Reference(OLD, None))


def test_only_a_gate_that_failed_tells_the_way_back() -> None:
    assert gate(healthy()).rollback is None
    assert gate(validation(0)).status == "inconclusive"
    assert gate(validation(0)).rollback is None


# the baseline


def test_the_revision_that_is_judged_is_no_baseline() -> None:
    with pytest.raises(UsageError, match="is the revision that is judged; name the last good one"):
        gate(healthy(), revision=OLD, baseline=Reference(OLD, None))


def test_where_the_baseline_is_the_newest_revision_the_one_to_be_judged_is_not_there_yet() -> None:
    third = NEW.replace("00042", "00040")
    found = gate(healthy(0, revision=third, instance="i0"), healthy(1000), baseline=Reference(OLD, None))
    assert (found.revision, found.verdict, found.status) == ("", "no_data", "inconclusive")
    assert named(found, "ready").measured == (
        f"it calls it no data; the logs hold no revision that is newer than the baseline {OLD}"
    )


def test_of_an_export_as_baseline_its_newest_revision_that_was_ready_counts() -> None:
    from tests.runs.logs import analysis

    third = NEW.replace("00042", "00040")
    before = analysis(healthy(0, revision=third), erring(40, revision=third), crash(1000))
    found = gate(
        healthy(5000, revision=NEW), erring(5040, revision=NEW), baseline=Reference("before.json", before)
    )
    assert found.baseline is not None
    assert (found.baseline.kind, found.baseline.revision) == ("export", third)
    assert named(found, "new_errors").outcome == "met"


def test_an_export_without_a_revision_that_was_ready_is_no_baseline() -> None:
    from tests.runs.logs import analysis

    found = gate(healthy(5000, revision=NEW), baseline=Reference("before.json", analysis(crash(0))))
    assert named(found, "new_errors").outcome == "not_measured"
    assert (
        "before.json shows no other revision of netra-backend-staging ready"
        in named(found, "new_errors").measured
    )
    assert found.status == "inconclusive"


def test_an_error_is_cited_of_the_judged_revision_though_another_logs_it_too() -> None:
    later = NEW.replace("00042", "00043")
    logs = [
        *healthy(),
        *healthy(1000, revision=NEW, instance="i2"),
        erring(1040, revision=NEW),
        *healthy(2000, revision=later, instance="i3"),
        erring(2040, revision=later),
    ]
    found = gate(logs, revision=NEW, baseline=Reference(OLD, None))
    assert [line.revision for line in found.evidence] == [NEW]


def test_what_the_service_got_over_is_not_shown_for_what_it_did_not() -> None:
    over = [*crash(0), *healthy(100, instance="i2")]
    found = gate(over, validation(900, down=["agent_supervisor"], instance="i2"))
    assert "agent_supervisor" in named(found, "ready").measured
    assert "billing" not in named(found, "ready").measured
