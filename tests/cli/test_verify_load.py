"""``triage verify --connections``: options, consent, screens, exit status and signals."""

import json
import os
import pty
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.fakes.service import Service
from tests.rendering import loads
from triage.cli.screens.console import print_screen
from triage.cli.screens.load import render_answer, render_details
from triage.models import LoadTest
from triage.rendering.documents import sanitize, to_json

Call = Callable[..., Any]
GOLDEN = Path(__file__).parent / "golden"
NAME = ("--service", "netra-backend-staging")
QUICK = ("--connections", "8", "--rate", "100", "--for", "0.2s")
EXPORT = Path(__file__).resolve().parents[2] / "examples" / "export.json"
BEFORE, AFTER = EXPORT.with_name("before.json"), EXPORT.with_name("after.json")


@pytest.fixture(autouse=True)
def _isolated_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def healthy() -> Iterator[Service]:
    with Service("healthy") as service:
        yield service


@pytest.mark.parametrize("width", ["80", "120"])
@pytest.mark.parametrize("name", ["held", "broken", "unreachable"])
def test_screen_is_readable_at_every_width(
    name: str,
    width: str,
    monkeypatch: pytest.MonkeyPatch,
    golden: Callable[[Path, str], None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("COLUMNS", width)
    shown = sanitize(getattr(loads, name)())
    print_screen(render_answer(shown))
    print_screen(*render_details(shown))
    text = capsys.readouterr().out
    # The first two lines are never broken: head -2 or a copy has the whole answer.
    assert max(map(len, text.splitlines()[2:])) <= int(width)
    golden(GOLDEN / f"load-{name}.{width}.txt", text)


def test_answer_is_the_verdict_and_the_reason(call: Call, healthy: Service) -> None:
    called = call("verify", healthy.url, *NAME, *QUICK)
    first, second, *_ = called.out.splitlines()
    assert (called.status, first) == (0, "READY  netra-backend-staging")
    assert second.startswith("8 of 8 WebSocket connections opened; none closed by the service")
    assert called.err.splitlines()[0].startswith("asking 127.0.0.1:")
    assert len(call("-q", "verify", healthy.url, *NAME, *QUICK).out.splitlines()) == 2


def test_saved_document_is_the_printed_one_and_a_baseline(
    call: Call, healthy: Service, tmp_path: Path
) -> None:
    called = call("verify", healthy.url, *NAME, *QUICK, "-o", "load.json", "--format", "json")
    saved = (tmp_path / "load.json").read_text(encoding="utf-8")
    assert (called.out, json.loads(saved)["schema"]) == (saved, "triage.load/1")
    assert (tmp_path / "load.json").stat().st_mode & 0o777 == 0o600
    again = call("verify", healthy.url, *NAME, *QUICK, "--baseline", "load.json")
    assert re.search(r"^  [A-Z]+(, compared with| than) load\.json of 20", again.out, re.MULTILINE)
    markdown = call("verify", healthy.url, *NAME, *QUICK, "--format", "markdown")
    assert markdown.out.startswith("# Load test: `netra-backend-staging`\n")


@pytest.mark.parametrize(
    ("options", "status"),
    [
        ((), 0),
        (("--exit-code",), 1),
        (("--strict",), 0),
        (("--fail-on", "degraded"), 1),
    ],
)
def test_exit_status_is_that_of_the_verdict(call: Call, options: tuple[str, ...], status: int) -> None:
    with Service("not-ready") as service:
        called = call("verify", service.url, *NAME, *QUICK, *options)
    assert called.out.startswith("NOT READY")
    assert called.status == status


def test_strict_fails_if_inconclusive(call: Call) -> None:
    with Service("401") as service:
        called = call("verify", service.url, *NAME, *QUICK, "--strict")
    assert called.out.startswith("INCONCLUSIVE")
    assert called.status == 3


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--connections", "99999999"], "--connections: 99,999,999 is outside"),
        (["--connections", "5000"], "--connections: 5,000 is outside of what a load test may ask for"),
        (["--connections", "5", "--for", "1h"], "at most 900 s"),
        (["--connections", "5", "--for", "soon"], "is no duration"),
        (["--connections", "5", "--rate", "1000"], "at most 200 a second"),
        (["--connections", "5", "--with-logs"], "--with-logs is for a probe"),
        (["--rate", "5"], "--rate is for many connections"),
        (["--yes"], "--yes is for many connections"),
        (["--format", "markdown"], "--format markdown is for many connections"),
        (["--connections", "60"], "60 connections to another machine are not opened unasked; add --yes"),
        (["--connections", "5", "--socket", ""], "give --socket PATH"),
    ],
)
def test_what_is_not_allowed_is_one_line_and_status_2(call: Call, words: list[str], said: str) -> None:
    called = call("-q", "verify", "https://shop.invalid", *words)
    assert (called.status, called.out) == (2, "")
    assert said in called.err
    assert called.err.count("\n") == 1


def test_annotations_are_for_a_probe(call: Call) -> None:
    called = call("verify", "https://shop.invalid", "--connections", "5", "--format", "github")
    assert called.status == 2
    assert "--format github is for a probe; remove it, or --connections" in called.err


@pytest.mark.parametrize(
    ("content", "status", "said"),
    [
        (None, 74, "No such file"),
        (b'{"schema": "triage.diagnosis/1"}', 65, "is not the document of a load test"),
        (b"\xff", 65, "is not the document of a load test"),
    ],
)
def test_invalid_baseline_is_reported_before_anything_is_sent(
    call: Call, healthy: Service, content: bytes | None, status: int, said: str
) -> None:
    if content is not None:
        Path("old.json").write_bytes(content)
    called = call("verify", healthy.url, *QUICK, "--baseline", "old.json")
    assert called.status == status
    assert said in called.err
    assert healthy.application.requests == []


@pytest.mark.parametrize(
    ("answer", "status", "said"), [("n\n", 130, "interrupted"), ("y\n", 0, "INCONCLUSIVE")]
)
def test_terminal_is_asked_before_many_connections(answer: str, status: int, said: str) -> None:
    master, slave = pty.openpty()
    command = [sys.executable, "-m", "triage", "verify", "https://shop.invalid", "--connections", "60"]
    with subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave) as process:
        os.close(slave)
        printed = b""
        while b"Start? [y/N]:" not in printed:
            printed += os.read(master, 4096)
        assert b"asking shop.invalid for 60 WebSockets" in printed
        os.write(master, answer.encode())
        try:
            while part := os.read(master, 4096):
                printed += part
        except OSError:  # the other end is closed
            pass
    os.close(master)
    assert said in printed.decode()
    assert process.returncode == status


@pytest.mark.parametrize(("name", "status"), [("SIGINT", 130), ("SIGTERM", 143)])
def test_stopped_test_prints_its_partial_result_and_closes_all(
    name: str, status: int, tmp_path: Path
) -> None:
    with Service("healthy") as service:
        command = [
            sys.executable,
            "-m",
            "triage",
            "verify",
            service.url,
            "--connections",
            "12",
            "--rate",
            "100",
        ]
        command += ["--for", "10m", "-o", str(tmp_path / "load.json")]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            while service.application.most < 12:
                assert process.poll() is None
                time.sleep(0.01)
            process.send_signal(signal.Signals[name])
            out, err = process.communicate(timeout=60)
    assert process.returncode == status
    assert out.startswith("PARTIAL, INCONCLUSIVE  127.0.0.1\nThe test was stopped: ")
    assert "Traceback" not in err
    saved = msgspec.json.decode((tmp_path / "load.json").read_bytes(), type=LoadTest)
    assert saved.partial
    assert service.application.open == 0


def test_hostile_text_of_the_service_is_sanitized(capsys: pytest.CaptureFixture[str]) -> None:
    shown = sanitize(loads.broken(why="\x1b[2J\u202e", service="a\nb"))
    print_screen(render_answer(shown))
    assert "\x1b" not in capsys.readouterr().out


# ---------------------------------------------------------------- the success metrics


def write_load(service: str) -> Path:
    path = Path("load.json")
    path.write_text(to_json(loads.held(service=service)), encoding="utf-8")
    return path


def test_report_counts_a_load_test(call: Call) -> None:
    path = write_load("netra-backend-staging")
    called = call("report", BEFORE, "--template", "remediation", "--load", path)
    assert "200 of 200 WebSocket connections of a load test were opened" in called.out.replace("`", "")
    verified = call("compare", BEFORE, AFTER, "--format", "markdown", "--load", path)
    assert "200 of 200 WebSocket connections of a load test were opened" in verified.out.replace("`", "")
    assert "load test" not in called.err + verified.err


def test_load_test_of_another_service_is_not_counted_and_said(call: Call) -> None:
    path = write_load("storefront")
    called = call("report", BEFORE, "--template", "remediation", "--load", path)
    assert "load test" not in called.out
    assert "the load test is of the service storefront, which has no incident here: not counted" in called.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["report", BEFORE], "add --template remediation"),
        (["report", BEFORE, "--format", "html"], "add --template remediation"),
        (["compare", BEFORE, AFTER], "add --format markdown"),
    ],
)
def test_form_without_success_metrics_takes_no_load_test(call: Call, words: list[str], said: str) -> None:
    called = call(*words, "--load", write_load("netra-backend-staging"))
    assert called.status == 2
    assert said in called.err
