"""``--format github``: annotations, and what the runner's files for the job summary and outputs receive."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from grpc import StatusCode

from tests.diagnosis.scenarios import crash
from tests.fakes.logging_server import LoggingServer, read_export, refuse
from tests.release.gate.scenarios import NEW, healthy
from tests.rendering.gates import Command, find_commands
from tests.runs.logs import SERVICE, Log, analysis, export
from triage import pipeline

Call = Callable[..., Any]
EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
STOREFRONT = EXAMPLES / "storefront.json"
WINDOW = ("--from", "2026-05-12T09:00Z", "--until", "2026-05-12T10:00Z")
LIMIT = 1 << 20


@pytest.fixture(autouse=True)
def step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of a step: the runner has made its files, and there is no gcloud and no project."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(tmp_path / "no-gcloud"))
    monkeypatch.setenv("TRIAGE_READS_PER_MINUTE", "1000000")
    for variable, name in (("GITHUB_STEP_SUMMARY", "summary.md"), ("GITHUB_OUTPUT", "output")):
        (tmp_path / name).touch()
        monkeypatch.setenv(variable, str(tmp_path / name))
    for variable in ("GOOGLE_CLOUD_PROJECT", "CLOUDSDK_CORE_PROJECT", "GCLOUD_PROJECT"):
        monkeypatch.delenv(variable, raising=False)
    return tmp_path


@pytest.fixture(scope="module")
def server() -> Iterator[LoggingServer]:
    with LoggingServer(read_export(STOREFRONT)) as server:
        yield server


def read_outputs(step: Path) -> dict[str, str]:
    """Return the outputs of the step, one of each name."""
    lines = (step / "output").read_text(encoding="utf-8").split("\n")[:-1]
    assert all("=" in line for line in lines)
    return dict(line.split("=", 1) for line in lines)


def write_export(*parts: Log | list[Log]) -> Path:
    path = Path("logs.json")
    path.write_text(json.dumps(export(*parts)), encoding="utf-8")
    return path


def fetch(server: LoggingServer, *options: str, service: str = "storefront") -> tuple[str, ...]:
    place = ("--project", "demo-project", "--endpoint", server.address)
    return ("fetch", "--service", service, *place, *WINDOW, "--format", "github", *options)


def only_command(printed: str) -> Command:
    (command,) = find_commands(printed)
    return command


def test_fetched_failure_is_an_annotation_a_summary_and_outputs(
    call: Call, server: LoggingServer, step: Path
) -> None:
    called = call(*fetch(server, "--report", "report.md"))
    assert called.status == 0
    command = only_command(called.out)
    assert command.title == "triage storefront: The environment variable DATABASE_URL is not set"
    assert "--to-revisions=storefront-00017-kay=100" in command.message
    assert "Error: Missing environment variable: DATABASE_URL" in command.message
    report = (step / "report.md").read_text(encoding="utf-8")
    assert (step / "summary.md").read_text(encoding="utf-8") == report
    assert read_outputs(step) == {
        "verdict": "degraded",
        "cause": "environment-missing",
        "title": "The environment variable DATABASE_URL is not set",
        "report": "report.md",
    }


def test_exit_status_of_a_fetch_can_follow_the_verdict(call: Call, server: LoggingServer) -> None:
    assert call(*fetch(server, "--exit-code")).status == 0
    assert call(*fetch(server, "--fail-on", "degraded")).status == 1


def test_fetch_prints_the_document_as_json(call: Call, server: LoggingServer, step: Path) -> None:
    words = [word if word != "github" else "json" for word in fetch(server)]
    assert json.loads(call(*words).out)["verdict"] == "degraded"
    assert (step / "output").read_bytes() == b""


def test_service_without_entries_is_named_once_on_stderr_and_as_a_warning(
    call: Call, server: LoggingServer, step: Path
) -> None:
    called = call(*fetch(server, service="storfront"))
    told = "no entries of service storfront in project demo-project from "
    assert called.status == 0
    assert called.err.count(told) == 1
    command = only_command(called.out)
    assert (command.name, command.title) == ("warning", "triage: no data")
    assert command.message.startswith(f"No data: {told}")
    assert told in (step / "summary.md").read_text(encoding="utf-8")
    assert read_outputs(step) == {"verdict": "no_data", "cause": "", "title": ""}
    assert call(*fetch(server, "--strict", service="storfront")).status == 3


def test_denied_permission_is_one_line_and_an_annotation(call: Call, step: Path) -> None:
    with LoggingServer([]) as server:
        server.on_page(1, refuse(StatusCode.PERMISSION_DENIED), times=None)
        called = call(*fetch(server))
    assert called.status == 77
    command = only_command(called.out)
    assert (command.name, command.title) == ("error", "triage")
    assert f"triage: {command.message}" == called.err.splitlines()[-1]
    assert "roles/logging.viewer" in command.message
    assert (step / "output").read_bytes() == b""


@pytest.mark.parametrize(
    "words", [["fetch", "--limit", "none"], ["fetch"], ["gate"], ["diagnose", "nothing.json"]]
)
def test_error_of_a_call_is_an_annotation_where_annotations_are_asked_for(
    call: Call, words: list[str]
) -> None:
    called = call(*words, "--format", "github")
    assert called.status in (2, 74)
    command = only_command(called.out)
    assert command.name == "error"
    assert command.message in called.err
    assert find_commands(call(*words).out) == []


@pytest.mark.parametrize(
    ("error", "status"), [(OSError(28, "No space left on device"), 74), (KeyError("x"), 70)]
)
def test_unexpected_error_is_an_annotation_too(
    call: Call, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr("triage.cli.github_actions._append", fail)
    called = call("diagnose", STOREFRONT, "--format", "github")
    assert called.status == status
    *_, command = find_commands(called.out)
    assert (command.name, f"triage: {command.message}\n") == ("error", called.err)


def test_gate_names_the_cause_before_its_criteria(call: Call, step: Path) -> None:
    logs = write_export(healthy(), crash(1800, revision=NEW, instance="i2"))
    called = call("gate", logs, "--format", "github", "--report", "report.md")
    assert called.status == 1
    first, *criteria = find_commands(called.out)
    assert first.title == f"triage {SERVICE}: No worker can boot: the image has no module billing"
    assert criteria[-1].title == f"triage gate {NEW}: failed"
    summary = (step / "summary.md").read_text(encoding="utf-8")
    assert summary.startswith("## Gate: failed\n")
    assert summary.endswith((step / "report.md").read_text(encoding="utf-8"))
    assert read_outputs(step)["gate"] == "failed"
    assert read_outputs(step)["report"] == "report.md"


def test_summary_holds_at_most_one_mebibyte_with_what_the_step_wrote_before(call: Call, step: Path) -> None:
    summary = step / "summary.md"
    before = "x" * (LIMIT - 3_000)
    summary.write_text(before, encoding="utf-8")
    assert call("diagnose", STOREFRONT, "--format", "github").status == 0
    written = summary.read_text(encoding="utf-8")
    assert summary.stat().st_size <= LIMIT
    assert written.startswith(f"{before}### ")
    assert written.endswith("*The rest of the report is left out here: GitHub accepts 1 MiB.*\n")


def test_full_summary_stays_as_it_is(call: Call, step: Path) -> None:
    (step / "summary.md").write_text("x" * LIMIT, encoding="utf-8")
    assert call("diagnose", STOREFRONT, "--format", "github").status == 0
    assert (step / "summary.md").stat().st_size == LIMIT


def test_outputs_are_one_line_each_whatever_the_title_quotes() -> None:
    found = analysis(crash(0))
    title = "Error: no tariff\ngate=passed\rverdict=ready\u2028cause=none"
    incidents = [msgspec.structs.replace(found.diagnosis.incidents[0], title=title)]
    diagnosis = msgspec.structs.replace(found.diagnosis, incidents=incidents)
    outputs = pipeline.github_outputs(
        pipeline.GitHubAnswer(msgspec.structs.replace(found, diagnosis=diagnosis))
    )
    assert outputs["title"] == "Error: no tariff gate=passed\\x0dverdict=ready\\u2028cause=none"
    assert outputs["verdict"] == "not_ready"


def test_summary_that_cannot_be_written_ends_with_74(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_OUTPUT", str(tmp_path / "missing" / "output"))
    called = call("diagnose", STOREFRONT, "--format", "github")
    assert called.status == 74
    assert "let it name a file that can be written" in called.err
