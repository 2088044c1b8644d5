"""``triage verify``: probe, diagnosis and exit status."""

import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from grpc import StatusCode

from tests.fakes.logging_server import LoggingServer, refuse
from tests.fakes.service import Service
from tests.fakes.service.logs import REVISION, Logs
from tests.fakes.service.states import EVENTS, STATES, State
from tests.rendering.gates import find_commands

Call = Callable[..., Any]
NAME = ("--service", "netra-backend-staging", "--events")


@pytest.fixture(autouse=True)
def _isolated_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Use an empty folder without gcloud and without a project."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(tmp_path / "no-gcloud"))
    for variable in ("GOOGLE_CLOUD_PROJECT", "CLOUDSDK_CORE_PROJECT", "GCLOUD_PROJECT"):
        monkeypatch.delenv(variable, raising=False)


@pytest.fixture
def healthy() -> Iterator[Service]:
    with Service("healthy") as service:
        yield service


@pytest.fixture
def closing() -> Iterator[Service]:
    with Service("closes-1011") as service:
        yield service


def test_answer_can_be_an_annotation(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT"):
        monkeypatch.delenv(variable, raising=False)
    with Service("header-check") as service:
        (command,) = find_commands(call("verify", service.url, *NAME, "--format", "github").out)
    assert command.name == "warning"
    assert command.title.startswith("triage netra-backend-staging: ")


def test_first_line_is_the_answer_followed_by_the_probe(call: Call) -> None:
    with Service("header-check") as service:
        called = call("verify", service.url, *NAME)
    first, second, *rest = called.out.splitlines()
    assert called.status == 0
    assert first == "READY, 1 open incident: netra-backend-staging"
    assert second == "Plain HTTP requests on WebSocket paths are refused for their headers"
    assert rest[1] == "What the client saw"
    rows = {tuple(row.split()[:4]) for row in rest}
    assert ("warn", "plain", "GET", "/ws/health") in rows
    assert (".", "upgraded", "GET", "/ws/health") in rows
    assert ("ok", "socket", "/ws", "101") in rows
    assert {("ok", "event", event, "came") for event in EVENTS} <= rows
    assert rest[-1] == "More        -v or triage explain client-header-check"


def test_a_service_with_a_pack_of_its_own_is_probed_as_that_says(call: Call, healthy: Service) -> None:
    pack = Path(__file__).parents[1] / "rules" / "packs" / "second-service.toml"
    called = call("verify", healthy.url, "--service", "parcel-desk", "--pack", str(pack))
    assert called.status == 0
    assert called.out.startswith("READY  parcel-desk\n")
    assert [path for _, path, _ in healthy.application.requests] == ["/ws/parcels", "/ws/parcels", "/health"]
    assert "at most 3 requests" in called.err.splitlines()[0]


def test_a_note_says_whose_pack_is_used_for_an_unknown_service(call: Call, healthy: Service) -> None:
    note, *_ = call("verify", healthy.url, "--service", "till").err.splitlines()
    assert note == "no pack knows the service till: it is probed as the pack netra-readiness says"


def test_requests_are_announced_on_stderr(call: Call, healthy: Service) -> None:
    called = call("verify", healthy.url, *NAME, "--send", "hello")
    printed = called.err.splitlines()
    host = healthy.url.removeprefix("http://")
    assert printed[0] == (
        f"asking {host} as a client: at most 8 requests, 112 s, without a token; redirects are not followed"
    )
    assert printed[-1].startswith(f"  WebSocket ws://{host}/ws, then hello is sent and agent_started, ")


def test_quiet_prints_only_the_answer(call: Call, healthy: Service) -> None:
    called = call("-q", "verify", healthy.url, *NAME)
    assert len(called.out.splitlines()) == 2
    assert called.err == ""


@pytest.mark.parametrize(
    ("state", "options", "status"),
    [
        ("closes-1011", (), 0),
        ("closes-1011", ("--exit-code",), 1),
        ("closes-1011", ("--strict",), 0),
        ("401", ("--exit-code",), 0),
        ("401", ("--exit-code", "--strict"), 3),
        ("unhealthy", ("--exit-code", "--strict"), 0),
        ("unhealthy", ("--fail-on", "degraded"), 1),
        ("healthy", ("--exit-code", "--strict"), 0),
        ("header-check", ("--exit-code", "--strict"), 0),
    ],
)
def test_exit_status_equals_that_of_diagnose(
    call: Call, state: str, options: tuple[str, ...], status: int
) -> None:
    with Service(state) as service:
        called = call("verify", service.url, *NAME, *options, "-o", "probe.jsonl")
    assert called.status == status
    assert call("diagnose", "probe.jsonl", *options).status == status


def test_recorded_probe_is_private_and_every_command_reads_it(
    call: Call, closing: Service, tmp_path: Path
) -> None:
    called = call("verify", closing.url, *NAME, "-o", "probe.jsonl")
    kept = tmp_path / "probe.jsonl"
    assert kept.stat().st_mode & 0o777 == 0o600
    assert "wrote probe.jsonl: 13 entries" in called.err
    assert called.out.splitlines()[0] == call("diagnose", kept).out.splitlines()[0]
    assert "probe  NOT READY  socket_closed" in call("timeline", kept).out
    report = call("report", kept).out
    assert "The WebSocket was closed with code 1011" in report
    assert "**Why**" in report
    assert "socket_closed" in call("timeline", kept, "--format", "csv").out
    page = call("report", kept, "--format", "html")
    assert page.status == 0
    assert "was closed with code 1011" in page.out
    assert "triage report probe.jsonl -o report.md" in called.out
    assert call("attach", kept, "--create", "--dry-run").out.startswith(
        "Title: netra-backend-staging: The WebSocket"
    )


def test_existing_file_is_not_overwritten_and_nothing_is_sent(
    call: Call, healthy: Service, tmp_path: Path
) -> None:
    (tmp_path / "probe.jsonl").write_text("mine", encoding="utf-8")
    called = call("verify", healthy.url, "-o", "probe.jsonl")
    assert called.status == 2
    assert "nothing is written over" in called.err
    assert healthy.application.requests == []


@pytest.mark.parametrize("options", [(), ("--connections", "2")])
def test_missing_folder_is_reported_and_nothing_is_sent(
    call: Call, healthy: Service, options: tuple[str, ...]
) -> None:
    called = call("verify", healthy.url, "-o", "missing/probe.jsonl", *options)
    assert called.status == 74
    assert "there is no folder missing; create it first: mkdir -p missing" in called.err
    assert healthy.application.requests == []


def test_next_command_writes_a_file_if_none_was_given(call: Call, closing: Service) -> None:
    called = call("verify", closing.url, "--events")
    *_, verify, report, more = called.out.splitlines()
    assert verify == f"Next        triage verify {closing.url} --events -o probe.jsonl"
    assert report == "            triage report probe.jsonl -o report.md"
    assert more == "More        -v or triage explain client-socket-closed"


def test_next_command_repeats_the_options_of_the_call(call: Call, closing: Service) -> None:
    options = ["--service", "shop", "--event", "agent_started", "--event", "b", "--events", "--within", "2"]
    called = call("verify", closing.url, *options)
    assert f"triage verify {closing.url} {' '.join(options)} -o probe.jsonl" in called.out.replace("\n", "")


def test_json_is_the_document_of_diagnose(call: Call, closing: Service) -> None:
    called = call("verify", closing.url, *NAME, "--format", "json")
    document = json.loads(called.out)
    assert (document["schema"], document["verdict"]) == ("triage.diagnosis/1", "not_ready")
    assert document["incidents"][0]["cause"] == "client-socket-closed"


def test_token_is_read_from_the_environment_and_never_printed(
    call: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SHOP_TOKEN", "let-me-in")
    with Service("token") as service:
        refused = call("verify", service.url, *NAME)
        called = call("verify", service.url, *NAME, "--token-env", "SHOP_TOKEN", "-o", "probe.jsonl")
    assert refused.out.startswith("INCONCLUSIVE")
    assert called.out.startswith("READY")
    assert "with a bearer token" in called.err
    everything = called.out + called.err + (tmp_path / "probe.jsonl").read_text(encoding="utf-8")
    assert "let-me-in" not in everything


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["ftp://shop.example.com"], "is not a service address"),
        (["https://me:hunter2@shop.example.com"], "holds credentials"),
        (["https://shop.invalid", "--token-env", "NOT_SET"], "NOT_SET is not set"),
        (["https://shop.invalid", "--event", "a"], "--event and --send need --events"),
        (["https://shop.invalid", "--socket", "ws"], "no plain path"),
        (
            ["https://chat.example.com", "--with-logs", "--project", "demo"],
            "is not a valid Cloud Run service name",
        ),
    ],
)
def test_invalid_request_ends_with_2(call: Call, words: list[str], expected: str) -> None:
    called = call("verify", *words)
    assert called.status == 2
    assert expected in called.err
    assert "hunter2" not in called.err
    assert called.out == ""


def test_message_is_sent_only_with_events(call: Call, healthy: Service) -> None:
    assert call("verify", healthy.url).out.startswith("READY  127.0.0.1")
    assert healthy.application.messages == []


@pytest.mark.parametrize(("name", "status"), [("SIGINT", 130), ("SIGTERM", 143)])
def test_stopped_probe_ends_with_the_status_of_its_signal(name: str, status: int) -> None:
    with Service(State(plain=STATES["slow"].plain)) as service:
        command = [sys.executable, "-m", "triage", "verify", service.url, "--timeout", "100"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            while not service.application.requests:
                assert process.poll() is None
                time.sleep(0.01)
            process.send_signal(signal.Signals[name])
            out, err = process.communicate(timeout=60)
    assert process.returncode == status
    assert out == ""
    assert "Traceback" not in err


def test_hostile_text_on_the_screen_is_sanitized(call: Call) -> None:
    with Service(State(plain=STATES["broken-http"].plain, close=1011, events=())) as service:
        called = call("verify", service.url, *NAME)
    assert "\x1b" not in called.out + called.err
    assert "@all" not in called.out


# ---------------------------------------------------------------- with the logs


def with_logs(call: Call, state: str | State, *options: str, fail: StatusCode | None = None) -> Any:
    """Run the command on a service whose log lines reach a fake Cloud Logging."""
    with LoggingServer([]) as server, Service(state, logs=Logs(server.add)) as service:
        if fail:
            server.on_page(1, refuse(fail), times=None)
        where = ("--with-logs", "--settle", "0", "--endpoint", server.address, "--project", "demo")
        return call("verify", service.url, *NAME, *where, *options)


def test_logs_name_the_revision_that_answered(call: Call, tmp_path: Path) -> None:
    called = with_logs(call, "closes-1011", "-o", "probe.jsonl", "-v")
    assert called.status == 0
    assert f"  revision    {REVISION}" in called.out
    assert "which revision answered" not in called.out
    kept = (tmp_path / "probe.jsonl").read_text(encoding="utf-8").splitlines()
    assert {json.loads(line)["resource"]["labels"]["revision_name"] for line in kept} == {REVISION}
    (logs,) = tmp_path.glob("netra-backend-staging-*.jsonl.gz")
    assert f"triage report probe.jsonl {logs.name} -o report.md" in called.out


def test_lines_of_a_failing_request_are_evidence(call: Call) -> None:
    called = with_logs(call, "not-ready", "--format", "json")
    incident = json.loads(called.out)["incidents"][0]
    assert incident["cause"] == "client-unavailable"
    inside = next(
        reason for reason in incident["reasons"] if reason["says"].startswith("The service's own log has")
    )
    messages = {line["id"]: line["message"] for line in incident["evidence"]}
    assert "GET /ws 503" in [messages[cited] for cited in inside["evidence"]]


def test_client_and_service_lines_of_one_failure_are_reported_once(call: Call) -> None:
    called = with_logs(call, "header-check", "--format", "json")
    document = json.loads(called.out)
    assert document["verdict"] == "ready"
    assert [incident["cause"] for incident in document["incidents"]] == ["gate-header-check"]
    seen_by_client, seen_by_service = document["incidents"][0]["symptoms"]
    assert seen_by_client.startswith("Plain HTTP requests on WebSocket paths are refused for their headers")
    assert seen_by_service.endswith("returned 503 (3 times)")
    assert "client probe" not in seen_by_client + seen_by_service


def test_answer_is_printed_if_the_logs_cannot_be_fetched(call: Call) -> None:
    called = with_logs(call, "closes-1011", fail=StatusCode.PERMISSION_DENIED)
    assert called.status == 77
    assert called.out.startswith("NOT READY  netra-backend-staging\nThe WebSocket was closed with code 1011")
    assert "roles/logging.viewer" in called.err


def test_refused_connection_is_an_answer_and_not_a_failure(call: Call) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    called = call("verify", f"http://127.0.0.1:{port}", *NAME, "--exit-code")
    assert called.status == 1
    assert called.out.startswith(
        "NOT READY  netra-backend-staging\nNo answer came from the service: connection refused"
    )


def test_fake_service_can_be_run_manually(call: Call, tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "tests.fakes.service",
        "--state",
        "404",
        "--logs",
        str(tmp_path / "logs.jsonl"),
    ]
    root = Path(__file__).resolve().parents[2]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=root) as process:
        assert process.stderr is not None
        url = process.stderr.readline().split()[-1]
        called = call("verify", url, *NAME)
        process.terminate()
    assert "returned 404" in called.out.splitlines()[1]
    lines = (tmp_path / "logs.jsonl").read_text(encoding="utf-8").splitlines()
    assert "404" in {str(json.loads(line)["httpRequest"]["status"]) for line in lines}
