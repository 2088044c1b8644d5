"""``triage gate``: exit statuses, formats, exports and fetched logs."""

import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from tests.diagnosis.scenarios import crash
from tests.fakes.logging_server import LoggingServer, read_export
from tests.release.gate.scenarios import NEW, OLD, boot, error_line, healthy
from tests.rendering.gates import find_commands
from tests.runs.logs import SERVICE, Log, export, validation

Call = Callable[..., Any]
EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
EXAMPLE, BEFORE, AFTER = (EXAMPLES / f"{name}.json" for name in ("export", "before", "after"))


@pytest.fixture(autouse=True)
def _isolated_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Use an empty folder and a temporary folder, without gcloud, runner and project."""
    (tmp_path / "here").mkdir()
    (tmp_path / "temporary").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(tmp_path / "no-gcloud"))
    monkeypatch.setenv("TRIAGE_READS_PER_MINUTE", "1000000")
    for variable in (
        "GOOGLE_CLOUD_PROJECT",
        "CLOUDSDK_CORE_PROJECT",
        "GCLOUD_PROJECT",
        "GITHUB_STEP_SUMMARY",
    ):
        monkeypatch.delenv(variable, raising=False)


def write_export(*parts: Log | list[Log], name: str = "logs.json") -> Path:
    path = Path(name)
    path.write_text(json.dumps(export(*parts)), encoding="utf-8")
    return path


# the answer and its status


def test_plain_requests_do_not_fail_the_gate_and_the_open_incident_is_named(call: Call) -> None:
    called = call("gate", EXAMPLE)
    first, second, *_ = called.out.splitlines()
    assert called.status == 0
    assert first == "PASSED, 1 open incident: netra-backend-staging-00042-bqz"
    assert second.startswith("The readiness middleware refused plain HTTP requests")
    assert "2 of 2 WebSocket connections were opened (101)" in called.out


def test_limits_of_5xx_are_options(call: Call) -> None:
    assert call("gate", AFTER, "--min-requests", "1000", "--format", "json").status == 0
    assert call("gate", AFTER, "--max-5xx", "101").status == 2


def test_passing_revision_ends_with_0(call: Call) -> None:
    called = call("gate", AFTER)
    assert called.status == 0
    assert called.out.startswith(
        "PASSED  netra-backend-staging-00044-hdz\nThe revision is ready and meets 7 of 8"
    )


def test_failing_revision_ends_with_1_and_rollback_steps(call: Call) -> None:
    called = call("gate", BEFORE)
    assert called.status == 1
    assert called.out.startswith("FAILED, 1 open incident: netra-backend-staging-000")
    assert "gcloud run services update-traffic netra-backend-staging --to-revisions=" in called.out
    assert "insertId 69b" in called.out


@pytest.mark.parametrize("logs", [[], boot(0), validation(0)])
def test_insufficient_data_ends_with_3(call: Call, logs: list[Log]) -> None:
    called = call("gate", write_export(logs))
    assert called.status == 3
    assert called.out.startswith("INCONCLUSIVE")


def test_empty_file_is_no_data_and_ends_with_3(call: Call) -> None:
    Path("empty.json").touch()
    assert call("gate", "empty.json").status == 3


def test_missing_service_or_revision_is_reported(call: Call) -> None:
    out = call("gate", write_export(crash(0))).out
    assert "LAST_GOOD_REVISION" in out.partition("the logs do not show: ")[2].partition("\n")[0]
    assert "--to-revisions=LAST_GOOD_REVISION=100 --region=REGION --project=demo-project" in out


def test_quiet_prints_only_the_answer(call: Call) -> None:
    answer = call("-q", "gate", EXAMPLE).out
    assert answer.startswith("PASSED, 1 open incident: ")
    assert call("gate", EXAMPLE).out.partition("\n\n")[0] == answer.rstrip("\n")


def test_several_exports_are_read_together(call: Call) -> None:
    called = call("gate", *sorted(EXAMPLES.glob("*.json")), "--format", "junit")
    assert called.status == 0
    assert ET.fromstring(called.out)[0].attrib["tests"] == "8"  # noqa: S314 (it is our own)


def test_revision_and_service_can_be_given(call: Call) -> None:
    logs = write_export(healthy(), crash(1000, revision=NEW, instance="i2"))
    assert call("gate", logs).status == 1
    assert call("gate", logs, "--revision", OLD).status == 0
    assert call("gate", logs, "--revision", "nobody-00001-abc").status == 3
    assert call("gate", logs, "--service", "nobody").status == 3
    assert call("gate", logs, "--service", SERVICE, "--revision", OLD).status == 0


def test_entries_before_since_do_not_count(call: Call) -> None:
    logs = write_export(crash(0), healthy(1000, instance="i2"))
    assert call("gate", logs).status == 1
    assert call("gate", logs, "--since", "2026-03-01T08:10:00Z").status == 0


def test_user_criteria_apply(call: Call) -> None:
    Path("gate.toml").write_text('[connections]\nneed = "off"\n', encoding="utf-8")
    called = call("gate", EXAMPLE, "--criteria", "gate.toml")
    assert called.status == 0
    assert "connections" not in called.out


def test_invalid_criteria_file_ends_with_65_and_its_line(call: Call) -> None:
    Path("gate.toml").write_text("\n[connections]\nat_lest = 1\n", encoding="utf-8")
    called = call("gate", EXAMPLE, "--criteria", "gate.toml")
    assert (called.status, called.out) == (65, "")
    assert called.err == (
        "triage: gate.toml:3: connections: unknown key at_lest; did you mean at_least? Allowed: need, at_least, "
        "seen_at_least; docs/gate.md names every criterion and its keys\n"
    )


# the baseline


def test_baseline_can_be_a_revision_of_the_same_logs(call: Call) -> None:
    logs = write_export(
        healthy(), error_line(40), healthy(1000, revision=NEW), error_line(1040, revision=NEW)
    )
    assert call("gate", logs, "--baseline", OLD).status == 0
    new = write_export(
        healthy(), healthy(1000, revision=NEW), error_line(1040, revision=NEW), name="new.json"
    )
    called = call("gate", new, "--baseline", OLD)
    assert called.status == 1
    assert "FAIL  new_errors" in called.out
    assert f"revision {OLD}" in called.out


def test_baseline_can_be_an_export(call: Call) -> None:
    called = call("gate", AFTER, "--baseline", BEFORE)
    assert called.status == 1
    assert "Usage report was not sent: 429 Too Many Requests (2 times)" in called.out
    assert "its last good revision netra-backend-staging-00042-bqz" in " ".join(called.out.split())


def test_missing_baseline_is_not_an_empty_baseline(call: Call) -> None:
    assert call("gate", AFTER, "--baseline", "netra-backend-staging-00001-abc").status == 3
    called = call("gate", AFTER, "--baseline", "before.json")
    assert called.status == 74
    assert "before.json" in called.err


def test_revision_as_its_own_baseline_is_a_usage_error(call: Call) -> None:
    newest = "netra-backend-staging-00044-hdz"
    assert call("gate", AFTER, "--revision", newest, "--baseline", newest).status == 2
    assert call("gate", AFTER, "--baseline", newest).status == 3


# the forms


def test_every_format_has_the_same_exit_status(call: Call) -> None:
    forms = ["text", "json", "junit", "github"]
    assert [call("gate", BEFORE, "--format", form).status for form in forms] == [1] * 4
    assert [call("gate", AFTER, "--format", form).status for form in forms] == [0] * 4
    empty = write_export([])
    assert [call("gate", empty, "--format", form).status for form in forms] == [3] * 4


def test_json_is_the_document(call: Call) -> None:
    document = json.loads(call("gate", BEFORE, "--format", "json").out)
    assert (document["schema"], document["status"]) == ("triage.gate/1", "failed")


def test_github_format_prints_annotations_and_appends_a_summary(
    call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert find_commands(call("gate", BEFORE, "--format", "github").out)[0].name == "error"
    summary = Path("summary.md")
    summary.write_text("# Tests\n", encoding="utf-8")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    called = call("gate", BEFORE, "--format", "github")
    assert summary.read_text(encoding="utf-8").startswith("# Tests\n## Gate: failed\n")
    assert "Gate: failed" not in called.out
    call("gate", AFTER, "--format", "json")
    assert "Gate: passed" not in summary.read_text(encoding="utf-8")


def test_unwritable_summary_ends_with_74(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(Path.cwd()))
    called = call("gate", BEFORE, "--format", "github")
    assert called.status == 74
    assert "GITHUB_STEP_SUMMARY" in called.err


# fetched


@pytest.fixture
def server() -> Iterator[LoggingServer]:
    with LoggingServer(read_export(AFTER)) as server:
        yield server


def fetched(server: LoggingServer, *more: str) -> tuple[str, ...]:
    asked = ("--service", SERVICE, "--project", "demo", "--endpoint", server.address)
    return ("gate", *asked, "--since", "2026-03-19T19:00Z", *more)


def test_fetched_logs_give_the_same_result_and_are_not_kept(
    call: Call, server: LoggingServer, tmp_path: Path
) -> None:
    called = call(*fetched(server))
    assert called.status == 0
    assert called.out.splitlines()[0] == call("gate", AFTER).out.splitlines()[0]
    assert list(Path.cwd().iterdir()) == []
    assert list((tmp_path / "temporary").iterdir()) == []


def test_keep_writes_the_fetched_logs(call: Call, server: LoggingServer) -> None:
    called = call(*fetched(server, "--keep", "kept/logs"))
    (file, _) = sorted(Path("kept/logs").iterdir())
    assert f"wrote {file}\n" in called.err
    assert call("gate", file).status == 0


def test_baseline_can_be_in_the_fetched_logs(call: Call, server: LoggingServer) -> None:
    server.add(read_export(BEFORE))
    more = ("--baseline", "netra-backend-staging-00042-bqz")
    called = call(
        "gate",
        "--service",
        SERVICE,
        "--project",
        "demo",
        "--endpoint",
        server.address,
        "--since",
        "2026-03-19T00:00Z",
        *more,
    )
    assert called.status == 1
    assert "FAIL  new_errors" in called.out


def test_wait_polls_until_the_revision_appears(
    call: Call, server: LoggingServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    waited: list[float] = []

    def deployed(seconds: float) -> None:
        waited.append(seconds)
        if len(waited) == 2:
            server.add([{**log, "insertId": f"n{number}"} for number, log in enumerate(later())])

    monkeypatch.setattr("triage.cli.gate.time.sleep", deployed)
    called = call(*fetched(server, "--revision", "netra-backend-staging-00045-new", "--wait", "10m"))
    assert called.status == 0
    assert waited == [15, 15]
    assert called.err.count("looking again in 15 s") == 2
    assert list((tmp_path / "temporary").iterdir()) == []


def later() -> list[Log]:
    """Return a healthy revision after those of the example."""
    logs = healthy(0, revision="netra-backend-staging-00045-new", instance="i9")
    return [{**log, "timestamp": log["timestamp"].replace("2026-03-01T08", "2026-03-19T20")} for log in logs]


def test_service_error_offers_no_resume_and_leaves_no_file(
    call: Call, server: LoggingServer, tmp_path: Path
) -> None:
    from grpc import StatusCode

    from tests.fakes.logging_server import refuse

    server.on_page(1, refuse(StatusCode.PERMISSION_DENIED))
    called = call(*fetched(server))
    assert called.status == 77
    assert "roles/logging.viewer" in called.err
    assert "--resume" not in called.err
    assert list((tmp_path / "temporary").iterdir()) == []


# wrong usage


@pytest.mark.parametrize(
    "option",
    [
        ("--wait", "10m"),
        ("--keep", "kept"),
        ("--project", "demo"),
        ("--endpoint", "127.0.0.1:1"),
        ("--impersonate", "a@b"),
    ],
)
def test_fetch_options_with_an_export_are_rejected(call: Call, option: tuple[str, str]) -> None:
    called = call("gate", EXAMPLE, *option)
    assert (called.status, called.out) == (2, "")
    assert f"{option[0]} applies only to fetched logs; remove it, or remove EXPORT" in called.err


def test_missing_input_names_both_ways_to_give_it(call: Call) -> None:
    called = call("gate")
    assert called.status == 2
    assert "give EXPORT..., or --service NAME to fetch its logs" in called.err


@pytest.mark.parametrize("wait", ["10", "soon", "5M"])
def test_invalid_wait_is_rejected_before_any_request(call: Call, server: LoggingServer, wait: str) -> None:
    assert call(*fetched(server, "--wait", wait)).status == 2
    assert server.requests == []


def test_invalid_export_ends_with_65(call: Call) -> None:
    shutil.copy(__file__, "logs.txt")
    assert call("gate", "logs.txt").status == 65
