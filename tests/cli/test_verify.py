"""``triage verify``: a service asked as a client asks it, the answer, and the right exit."""

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

Call = Callable[..., Any]
NAME = ("--service", "netra-backend-staging")


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stand in an empty folder, with no gcloud and no project."""
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


def test_the_first_line_is_the_answer_and_what_was_seen_stands_below(call: Call) -> None:
    with Service("header-check") as service:
        called = call("verify", service.url, *NAME)
    first, *rest = called.out.splitlines()
    assert called.status == 0
    assert first.startswith("READY  netra-backend-staging  the client's probe that ended at ")
    assert "but: Plain HTTP requests on WebSocket paths are refused for their headers" in first
    assert rest[1] == "What the client saw"
    rows = {tuple(row.split()[:4]) for row in rest}
    assert ("warn", "plain", "GET", "/ws/health") in rows
    assert (".", "upgraded", "GET", "/ws/health") in rows
    assert ("ok", "socket", "/ws", "101") in rows
    assert {("ok", "event", event, "came") for event in EVENTS} <= rows
    assert "  triage explain client-header-check" in rest


def test_what_will_be_sent_is_said_before_on_stderr(call: Call, healthy: Service) -> None:
    called = call("verify", healthy.url, *NAME, "--send", "hello")
    said = called.err.splitlines()
    host = healthy.url.removeprefix("http://")
    assert said[0] == (
        f"asking {host} as a client: at most 8 requests, 112 s, without a token; redirects are not followed"
    )
    assert said[-1].startswith(f"  WebSocket ws://{host}/ws, then hello is sent and agent_started, ")


def test_only_the_answer_is_said_quietly(call: Call, healthy: Service) -> None:
    called = call("-q", "verify", healthy.url, *NAME)
    assert len(called.out.splitlines()) == 1
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
def test_the_exit_status_is_that_of_diagnose(
    call: Call, state: str, options: tuple[str, ...], status: int
) -> None:
    with Service(state) as service:
        called = call("verify", service.url, *NAME, *options, "-o", "probe.jsonl")
    assert called.status == status
    assert call("diagnose", "probe.jsonl", *options).status == status


def test_what_was_seen_is_kept_for_its_owner_and_means_the_same_to_every_command(
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
    assert "## Executive Summary" in report
    assert "socket_closed" in call("timeline", kept, "--format", "csv").out
    page = call("report", kept, "--format", "html")
    assert page.status == 0
    assert "was closed with code 1011" in page.out
    assert "triage report probe.jsonl -o report.md" in called.out
    assert call("attach", kept, "--create", "--dry-run").out.startswith(
        "Title: netra-backend-staging: The WebSocket"
    )


def test_no_file_is_written_over_and_nothing_is_asked_then(
    call: Call, healthy: Service, tmp_path: Path
) -> None:
    (tmp_path / "probe.jsonl").write_text("mine", encoding="utf-8")
    called = call("verify", healthy.url, "-o", "probe.jsonl")
    assert called.status == 2
    assert "nothing is written over" in called.err
    assert healthy.application.requests == []


def test_without_a_file_the_next_command_keeps_one(call: Call, closing: Service) -> None:
    called = call("verify", closing.url)
    *_, verify, explain, report = called.out.splitlines()
    assert verify == f"  triage verify {closing.url} -o probe.jsonl"
    assert explain == "  triage explain client-socket-closed"
    assert report == "  triage report probe.jsonl -o report.md"


def test_as_json_it_is_the_document_of_diagnose(call: Call, closing: Service) -> None:
    called = call("verify", closing.url, *NAME, "--format", "json")
    document = json.loads(called.out)
    assert (document["schema"], document["verdict"]) == ("triage.diagnosis/1", "not_ready")
    assert document["incidents"][0]["cause"] == "client-socket-closed"


def test_a_token_comes_from_the_environment_and_is_never_printed(
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
    ("words", "said"),
    [
        (["ftp://shop.example.com"], "is no address of a service"),
        (["https://me:hunter2@shop.example.com"], "holds credentials"),
        (["https://shop.invalid", "--token-env", "NOT_SET"], "NOT_SET is not set"),
        (["https://shop.invalid", "--event", "a", "--no-events"], "exclude each other"),
        (["https://shop.invalid", "--socket", "ws"], "no plain path"),
        (["https://chat.example.com", "--with-logs", "--project", "demo"], "no name of a Cloud Run service"),
    ],
)
def test_what_cannot_be_asked_ends_with_2(call: Call, words: list[str], said: str) -> None:
    called = call("verify", *words)
    assert called.status == 2
    assert said in called.err
    assert "hunter2" not in called.err
    assert called.out == ""


def test_only_a_socket_is_opened_where_no_events_are_wanted(call: Call, healthy: Service) -> None:
    assert call("verify", healthy.url, "--no-events").out.startswith("READY  127.0.0.1")
    assert healthy.application.messages == []


@pytest.mark.parametrize(("name", "status"), [("SIGINT", 130), ("SIGTERM", 143)])
def test_one_that_is_stopped_says_so_by_its_status(name: str, status: int) -> None:
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


def test_a_screen_of_hostile_text_obeys_nothing(call: Call) -> None:
    with Service(State(plain=STATES["broken-http"].plain, close=1011, events=())) as service:
        called = call("verify", service.url, *NAME)
    assert "\x1b" not in called.out + called.err
    assert "@all" not in called.out


# ---------------------------------------------------------------- with the logs


def with_logs(call: Call, state: str | State, *options: str, fail: StatusCode | None = None) -> Any:
    """Call it on a service whose lines arrive at a server of Cloud Logging."""
    with LoggingServer([]) as server, Service(state, logs=Logs(server.add)) as service:
        if fail:
            server.on_page(1, refuse(fail), times=None)
        where = ("--with-logs", "--settle", "0", "--endpoint", server.address, "--project", "demo")
        return call("verify", service.url, *NAME, *where, *options)


def test_the_logs_around_it_name_the_revision_that_answered(call: Call, tmp_path: Path) -> None:
    called = with_logs(call, "closes-1011", "-o", "probe.jsonl")
    assert called.status == 0
    assert f"  revision    {REVISION}" in called.out
    assert "which revision answered" not in called.out
    kept = (tmp_path / "probe.jsonl").read_text(encoding="utf-8").splitlines()
    assert {json.loads(line)["resource"]["labels"]["revision_name"] for line in kept} == {REVISION}
    (logs,) = tmp_path.glob("netra-backend-staging-*.jsonl.gz")
    assert f"triage report probe.jsonl {logs.name} -o report.md" in called.out


def test_the_own_lines_of_a_failing_request_stand_as_evidence(call: Call) -> None:
    called = with_logs(call, "not-ready", "--format", "json")
    incident = json.loads(called.out)["incidents"][0]
    assert incident["cause"] == "client-unavailable"
    inside = next(
        reason for reason in incident["reasons"] if reason["says"].startswith("The service's own log has")
    )
    messages = {line["id"]: line["message"] for line in incident["evidence"]}
    assert "GET /ws 503" in [messages[cited] for cited in inside["evidence"]]


def test_what_the_client_saw_and_the_service_logged_of_it_is_told_once(call: Call) -> None:
    called = with_logs(call, "header-check", "--format", "json")
    document = json.loads(called.out)
    assert document["verdict"] == "ready"
    assert [incident["cause"] for incident in document["incidents"]] == ["gate-header-check"]
    assert len(document["incidents"][0]["symptoms"]) == 2


def test_the_answer_stands_where_the_logs_cannot_be_had(call: Call) -> None:
    called = with_logs(call, "closes-1011", fail=StatusCode.PERMISSION_DENIED)
    assert called.status == 77
    assert called.out.startswith("NOT READY  netra-backend-staging  The WebSocket was closed with code 1011")
    assert "roles/logging.viewer" in called.err


def test_nobody_who_listens_is_an_answer_and_no_failure(call: Call) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    called = call("verify", f"http://127.0.0.1:{port}", *NAME, "--exit-code")
    assert called.status == 1
    assert called.out.startswith(
        "NOT READY  netra-backend-staging  No answer came from the service: connection refused"
    )


def test_the_service_can_be_run_by_hand(call: Call, tmp_path: Path) -> None:
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
    assert "was answered 404" in called.out.splitlines()[0]
    lines = (tmp_path / "logs.jsonl").read_text(encoding="utf-8").splitlines()
    assert "404" in {str(json.loads(line)["httpRequest"]["status"]) for line in lines}
