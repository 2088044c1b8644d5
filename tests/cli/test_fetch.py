"""``triage fetch``: logs, diagnosis and exit status."""

import os
import pty
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import grpc
import msgspec
import pytest
from freezegun import freeze_time
from grpc import StatusCode

from tests.fakes.entries import SERVICE, entries, entry
from tests.fakes.logging_server import LoggingServer, read_export, refuse
from triage import lql

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "export.json"
WINDOW = ("--from", "2026-03-17T00:00Z", "--until", "2026-03-18T00:00Z")
SHOP_WINDOW = ("--from", "2025-09-16T00:00Z", "--until", "2025-09-16T01:00Z")
FILE = "netra-backend-staging-20260317T000000Z-20260318T000000Z"
Call = Callable[..., Any]


@pytest.fixture(autouse=True)
def _isolated_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Use an empty folder without gcloud and without a project."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(tmp_path / "no-gcloud"))
    monkeypatch.setenv("TRIAGE_READS_PER_MINUTE", "1000000")
    for variable in ("GOOGLE_CLOUD_PROJECT", "CLOUDSDK_CORE_PROJECT", "GCLOUD_PROJECT"):
        monkeypatch.delenv(variable, raising=False)


@pytest.fixture(scope="module")
def example() -> Iterator[LoggingServer]:
    with LoggingServer(read_export(EXAMPLE)) as server:
        yield server


@pytest.fixture
def shop() -> Iterator[LoggingServer]:
    with LoggingServer(entries(1200, every=2)) as server:
        yield server


def at(server: LoggingServer, service: str = SERVICE) -> tuple[str, ...]:
    return ("fetch", "--service", service, "--endpoint", server.address, "--project", "demo")


def test_fetched_logs_give_the_same_answer_as_the_export(call: Call, example: LoggingServer) -> None:
    called = call(*at(example, "netra-backend-staging"), *WINDOW)
    assert called.status == 0
    assert called.out.splitlines()[0] == call("diagnose", EXAMPLE).out.splitlines()[0]
    assert f"triage report {FILE}.jsonl.gz" in called.out
    assert call("diagnose", f"{FILE}.jsonl.gz").out.splitlines()[0] == called.out.splitlines()[0]
    assert called.err.splitlines()[:2] == [
        "project demo, named by --project",
        (
            "window 2026-03-17 00:00:00 UTC (2026-03-16 17:00:00 PDT) to 2026-03-18 00:00:00 UTC (2026-03-17 "
            "17:00:00 PDT)"
        ),
    ]


def test_window_widens_to_boot_and_deployment(call: Call, example: LoggingServer) -> None:
    called = call(*at(example, "netra-backend-staging"), "--around", "2026-03-17T14:02:09Z", "--margin", "1m")
    first, second = [line for line in called.err.splitlines() if ": fetching 2026" in line]
    assert "the first failure (gate-header-check, 2026-03-17 14:01:59 UTC" in first
    assert "the deployment before the gate of 2026-03-17 14:01:59 UTC" in second
    assert "at most from 2026-03-17 08:01:09 UTC" in second
    assert "wrote netra-backend-staging-20260317T132909Z-20260317T140309Z.jsonl.gz" in called.err
    assert "cut:" not in called.err


def test_explicit_window_is_kept_and_its_cuts_are_reported(call: Call, example: LoggingServer) -> None:
    ends = ("--from", "2026-03-17T14:01:30Z", "--until", "2026-03-17T14:03:00Z")
    called = call(*at(example, "netra-backend-staging"), *ends)
    assert "wrote netra-backend-staging-20260317T140130Z-20260317T140300Z.jsonl.gz" in called.err
    assert "cut: the first failure (gate-header-check," in called.err
    assert "--widen fetches more" in called.err


def crash(number: int) -> list[dict[str, Any]]:
    """Return a failed start: an ordinary line that says why, and the exit that the platform logs."""
    label = {"labels": {"instanceId": f"00f0c0de{number:04}"}}
    said = entry(10 * number, "giving up: the file /etc/shop/prices.toml is not readable", severity="INFO")
    exited = entry(1000 * number + 1, "Container called exit(2).", severity="WARNING", every=0.1)
    exited["logName"] = "projects/demo/logs/run.googleapis.com%2Fvarlog%2Fsystem"
    return [line | label | {"insertId": f"{number}-{index}"} for index, line in enumerate([said, exited])]


def test_lines_around_a_failure_are_fetched_and_explain_it(call: Call, tmp_path: Path) -> None:
    with LoggingServer([line for number in range(1, 4) for line in crash(number)]) as server:
        called = call(*at(server), *SHOP_WINDOW)
        around = [text for text, _, _ in server.requests if "labels.instanceId" in text]
    assert "fetching all lines around failures: 3 windows, in at most 10 calls" in called.err
    assert len(around) == 1
    assert "prices.toml" in called.out
    [file] = tmp_path.glob("*.jsonl.gz")
    assert call("diagnose", file).out.splitlines()[0] == called.out.splitlines()[0]


def workload(type_: str, **labels: str) -> dict[str, Any]:
    return entry(1, "ready to work", severity="ERROR") | {"resource": {"type": type_, "labels": labels}}


@pytest.mark.parametrize(
    ("option", "name", "found"),
    [
        ("--job", "nightly", workload("cloud_run_job", job_name="nightly")),
        ("--worker-pool", "pickers", workload("cloud_run_worker_pool", worker_pool_name="pickers")),
        ("--function", "bulkLoader", workload("cloud_function", function_name="bulkLoader")),
        ("--function", "bulkLoader", workload("cloud_run_revision", service_name="bulkloader")),
    ],
)
def test_other_workloads_are_fetched_by_their_option(
    call: Call, tmp_path: Path, option: str, name: str, found: dict[str, Any]
) -> None:
    with LoggingServer([found, entry(2)]) as server:
        called = call("fetch", option, name, "--endpoint", server.address, "--project", "demo", *SHOP_WINDOW)
    assert called.status == 0
    assert "1 entries" in called.err
    [file] = tmp_path.glob("*.jsonl.gz")
    assert file.name.startswith(f"{name.lower()}-2025")
    narrowed = call("entries", file, option, name)
    assert "ready to work" in narrowed.out
    assert "ready to work" not in call("entries", file, option, "another").out


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ([], "no workload is given"),
        (["--service", "a", "--job", "b"], "several kinds of workload are given"),
    ],
)
@pytest.mark.parametrize("command", ["fetch", "watch"])
def test_exactly_one_kind_of_workload_is_given(
    call: Call, command: str, options: list[str], expected: str
) -> None:
    called = call(command, *options)
    assert called.status == 2
    assert expected in called.err
    assert "--service, --job, --worker-pool or --function" in called.err


def test_quiet_prints_only_the_answer(call: Call, example: LoggingServer) -> None:
    called = call("-q", *at(example, "netra-backend-staging"), *WINDOW)
    assert len(called.out.splitlines()) == 2
    assert called.err == ""


def test_report_option_writes_the_report(call: Call, example: LoggingServer, tmp_path: Path) -> None:
    assert call(*at(example, "netra-backend-staging"), *WINDOW, "--report", "report.md").status == 0
    assert "**Do now:**" in (tmp_path / "report.md").read_text(encoding="utf-8")


def test_several_services_are_diagnosed_together(call: Call, shop: LoggingServer, tmp_path: Path) -> None:
    shop.add(entries(3, service="parcels"))
    called = call(*at(shop), "--service", "parcels", *SHOP_WINDOW)
    assert called.status == 0
    assert "Read 1,203 records" in " ".join(called.out.split())
    assert len(list(tmp_path.glob("*.jsonl.gz"))) == 2


def test_files_are_written_to_an_existing_folder(call: Call, shop: LoggingServer, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    assert call(*at(shop), *SHOP_WINDOW, "-o", "out").status == 0
    assert len(list((tmp_path / "out").iterdir())) == 2


def test_no_entries_are_no_data_and_not_a_failure(call: Call, shop: LoggingServer) -> None:
    called = call(*at(shop, "parcels"), *SHOP_WINDOW)
    assert called.status == 0
    assert called.out.startswith("NO DATA")
    assert "no entries of service parcels in project demo from " in called.err
    assert "list the services: gcloud run services list --project=demo" in called.err


@pytest.mark.parametrize(
    ("option", "word", "listed"),
    [
        ("--job", "job", "gcloud run jobs list"),
        ("--worker-pool", "worker pool", "gcloud run worker-pools list"),
        ("--function", "function", "gcloud functions list"),
    ],
)
def test_missing_workload_is_named_by_its_kind(
    call: Call, shop: LoggingServer, option: str, word: str, listed: str
) -> None:
    called = call("fetch", option, "parcels", "--endpoint", shop.address, "--project", "demo", *SHOP_WINDOW)
    assert f"no entries of {word} parcels in project demo from " in called.err
    assert f"; list the {word}s: {listed} --project=demo\n" in called.err


@pytest.mark.parametrize(
    ("now", "options", "window"),
    [
        ("2026-01-01T00:20:00Z", [], ("2025-12-31T23:20:00Z", "2026-01-01T00:20:00Z")),
        ("2026-03-08T10:30:00Z", ["--since", "90m"], ("2026-03-08T09:00:00Z", "2026-03-08T10:30:00Z")),
        ("2026-11-01T09:30:00Z", ["--since", "2h"], ("2026-11-01T07:30:00Z", "2026-11-01T09:30:00Z")),
        (
            "2026-03-20T00:00:00Z",
            ["--around", "2026-03-17 17:43 PDT", "--margin", "10m"],
            ("2026-03-18T00:33:00Z", "2026-03-18T00:53:00Z"),
        ),
        ("2026-03-20T00:00:00Z", ["--from", "2026-03-19"], ("2026-03-19T00:00:00Z", "2026-03-20T00:00:00Z")),
    ],
)
def test_window_is_explicit_across_midnight_clock_changes_and_zones(
    call: Call, now: str, options: list[str], window: tuple[str, str]
) -> None:
    with freeze_time(now):
        called = call("fetch", "--service", SERVICE, *options, "--print-query")
    assert called.status == 0
    assert f'timestamp>="{window[0]}"\ntimestamp<"{window[1]}"\n' in called.out


def test_ambiguous_time_is_rejected_with_both_readings(call: Call) -> None:
    called = call("fetch", "--service", SERVICE, "--from", "2026-03-17 17:43", "--print-query")
    assert called.status == 2
    assert "2026-03-17T17:43:00Z or 2026-03-17T17:43:00-07:00 (local time)" in called.err


def test_print_query_prints_a_filter_and_a_command(call: Call) -> None:
    called = call("fetch", "--service", SERVICE, "--project", "demo", "--print-query")
    text, _, command = called.out.partition("\n\n")
    assert lql.parse(text).root
    assert command.startswith("echo '")
    assert "gcloud logging read --flags-file=- --project=demo" in command


def test_dry_run_sends_nothing_and_prints_the_call_limit(call: Call, shop: LoggingServer) -> None:
    with freeze_time("2025-09-16T01:00:00Z"):
        called = call(*at(shop), "--dry-run", "--limit", "2500", "--reads-per-minute", "30")
    assert called.status == 0
    asked, window, wider, changes, around, calls = called.out.splitlines()
    assert asked == f"would ask {shop.address} for logs of {SERVICE} in project demo, named by --project"
    assert window.startswith(
        "window: 2025-09-16 00:00:00 UTC (2025-09-15 17:00:00 PDT) to 2025-09-16 01:00:00 UTC"
    )
    assert wider.startswith(
        "it may be widened, in at most 3 steps, up to 2025-09-15 18:00:00 UTC (11:00:00 PDT) and "
    )
    assert changes.startswith("then the changes before the window, where something failed")
    assert changes.endswith("in at most 20 calls")
    assert around == "then all lines of failing instances around each failure, in at most 40 calls"
    assert calls == "at most 67 calls, repeats not counted, and at most 30 calls a minute"
    assert shop.requests == []


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--filter", "severity >="], "Unparseable filter: syntax error at line 1"),
        (["--filter", "severity=ERROR", "--everything"], "exclude each other"),
        (["--since", "1h", "--from", "2h"], "the window is given twice"),
        (["--endpoint", "http://x"], "is not a valid address"),
        (["--project", "no such; project"], "is no project id"),
    ],
)
def test_invalid_request_ends_with_2(
    call: Call, shop: LoggingServer, options: list[str], expected: str
) -> None:
    called = call(*at(shop), *options)
    assert called.status == 2
    assert expected in called.err
    assert shop.requests == []


@pytest.mark.parametrize(
    ("code", "status", "advice"),
    [
        (StatusCode.PERMISSION_DENIED, 77, "roles/logging.viewer"),
        (StatusCode.NOT_FOUND, 77, "gcloud projects list"),
        (StatusCode.INVALID_ARGUMENT, 2, "triage fetch --print-query"),
    ],
)
def test_service_error_is_one_line_with_a_hint(
    call: Call, shop: LoggingServer, code: StatusCode, status: int, advice: str
) -> None:
    shop.on_page(2, refuse(code))
    called = call(*at(shop), *SHOP_WINDOW)
    assert called.status == status
    assert called.out == ""
    failure = called.err.splitlines()[2:]
    assert len(failure) == 1
    assert advice in failure[0]
    assert call(*at(shop), *SHOP_WINDOW, "--resume").status == 0


def test_missing_project_ends_with_77(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOUDSDK_AUTH_ACCESS_TOKEN", "invented")
    called = call("fetch", "--service", SERVICE)
    assert called.status == 77
    assert "--project" in called.err


@pytest.mark.parametrize(("name", "status"), [("SIGINT", 130), ("SIGTERM", 143)])
def test_stopped_fetch_can_be_resumed(call: Call, shop: LoggingServer, name: str, status: int) -> None:
    asked, answer = threading.Event(), threading.Event()

    def hold(_context: grpc.ServicerContext) -> bool:
        asked.set()
        answer.wait(60)
        return False

    shop.on_page(2, hold)
    command = [sys.executable, "-m", "triage", *at(shop), *SHOP_WINDOW]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert asked.wait(60)
        process.send_signal(signal.Signals[name])
        _, printed = process.communicate(timeout=60)
    answer.set()
    assert process.returncode == status
    assert "1,000 entries are kept in" in printed
    assert "--resume goes on" in printed
    assert "Traceback" not in printed
    called = call(*at(shop), *SHOP_WINDOW, "--resume")
    assert called.status == 0
    assert ": 1,200 entries" in called.err


def test_progress_is_shown_on_a_terminal_only(shop: LoggingServer, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "triage", *at(shop), *SHOP_WINDOW]
    ours, theirs = pty.openpty()
    shown: list[bytes] = []

    def watch() -> None:
        try:
            while data := os.read(ours, 4096):
                shown.append(data)
        except OSError:
            return

    watcher = threading.Thread(target=watch)
    watcher.start()
    environ = os.environ | {"TERM": "xterm", "COLUMNS": "160"}
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=theirs, env=environ, check=True, timeout=60)
    os.close(theirs)
    watcher.join()
    os.close(ours)
    assert b"entries, " in b"".join(shown)
    piped = subprocess.run(
        [*command, "-o", str(tmp_path / "again.jsonl")], capture_output=True, check=True, timeout=60
    )
    assert b"pages" not in piped.stderr


def test_meta_file_names_the_project(call: Call, shop: LoggingServer, tmp_path: Path) -> None:
    call(*at(shop), *SHOP_WINDOW)
    meta = msgspec.json.decode(next(tmp_path.glob("*.meta.json")).read_bytes())
    assert (meta["project"], meta["service"], meta["complete"]) == ("demo", SERVICE, True)
