"""``--notify``: where addresses come from, and what is never printed."""

import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.logging_server import LoggingServer
from tests.fakes.replay import shift_to_now
from tests.fakes.webhook_server import SECRET, WebhookServer
from tests.runs.logs import SERVICE, export, validation
from triage.window import NANOSECONDS

Call = Callable[..., Any]
BEFORE = Path(__file__).resolve().parents[2] / "examples" / "before.json"
AFTER = BEFORE.with_name("after.json")
TITLE = "P0 netra-backend-staging: Startup aborted in its DATABASE phase: the database did not answer in time"


@pytest.fixture
def webhook() -> Iterator[WebhookServer]:
    with WebhookServer() as running:
        yield running


@pytest.fixture(autouse=True)
def _empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TRIAGE_NOTIFY", raising=False)


def test_failed_gate_is_reported_once_and_its_end_too(call: Call, webhook: WebhookServer) -> None:
    to = ("--notify", webhook.address, "--notify-state", "sent.json")
    assert [call("gate", BEFORE, *to).status for _ in range(2)] == [1, 1]
    assert webhook.titles == [TITLE]
    called = call("gate", AFTER, *to)
    assert called.status == 0
    assert webhook.titles[1:] == [f"Over: {TITLE.removeprefix('P0 ')}"]
    assert webhook.received[1]["message"].endswith(" passed the deployment gate.")
    assert SECRET not in called.out + called.err + Path("sent.json").read_text()


@pytest.mark.parametrize("source", ["file", "variable", "variable naming a file"])
def test_address_need_not_be_on_the_command_line(
    call: Call, webhook: WebhookServer, monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    Path("channels").write_text(f"{webhook.address}\n")
    if source != "file":
        monkeypatch.setenv("TRIAGE_NOTIFY", webhook.address if source == "variable" else "@channels")
    called = call("gate", BEFORE, *(["--notify", "@channels"] if source == "file" else []))
    assert called.status == 1
    assert webhook.titles == [TITLE]


def test_channel_that_fails_is_one_line_and_the_gate_has_its_status(
    call: Call, webhook: WebhookServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("triage.notifications.notifier.PAUSES", (0.0, 0.0))
    webhook.statuses = [500] * 3
    called = call("gate", BEFORE, "--notify", webhook.address)
    assert called.status == 1
    assert called.err.splitlines() == [
        "channel 1 (JSON) did not accept a message: it answered 500 (3 tries); the message is not marked as sent"
    ]
    assert SECRET not in called.out + called.err


def test_damaged_state_is_one_line_with_65(call: Call, webhook: WebhookServer) -> None:
    Path("sent.json").write_text("{")
    called = call("gate", BEFORE, "--notify", webhook.address, "--notify-state", "sent.json")
    assert called.status == 65
    assert called.err.startswith(
        "triage: --notify-state sent.json: not a file of notifications, or damaged: "
    )
    assert called.err.endswith("; remove it, and every open incident is sent once more\n")
    assert webhook.asked == 0


@pytest.mark.parametrize("command", [["gate", BEFORE], ["watch", "--service", "kiosk"]])
@pytest.mark.parametrize(
    ("options", "status", "says"),
    [
        (["--notify-state", "sent.json"], 2, "--notify-state is for --notify; add --notify URL"),
        (["--notify", f"nosuch://{SECRET}"], 2, "--notify: address 1 is not one that apprise can use; "),
        (["--notify", "@nowhere"], 74, "--notify @nowhere: No such file or directory; name a file with one "),
    ],
)
def test_wrong_use_is_one_line(
    call: Call, command: list[Any], options: list[str], status: int, says: str
) -> None:
    called = call(*command, *options)
    assert called.status == status
    assert called.err.startswith(f"triage: {says}")
    assert len(called.err.splitlines()) == 1
    assert SECRET not in called.err


def test_missing_extra_is_named(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "apprise", None)
    called = call("gate", BEFORE, "--notify", "json://127.0.0.1")
    assert called.status == 2
    assert (
        called.err == "triage: notifications need the extra 'notify'; pip install 'cloudrun-triage[notify]'\n"
    )


def test_watch_reports_an_incident(
    call: Call, webhook: WebhookServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRIAGE_READS_PER_MINUTE", "1000000")
    began = time.time_ns() - 30 * NANOSECONDS
    failed = [log for _, log in shift_to_now(export(validation(0, down=["agent_supervisor"])), began, 1.0)]
    with LoggingServer(failed) as server:
        to = ("--project", "demo", "--endpoint", server.address, "--notify", webhook.address)
        called = call("watch", "--service", SERVICE, "--until", "not_ready", *to)
    assert called.status == 1
    [title] = webhook.titles
    assert title.startswith(f"P0 {SERVICE}: ")
    assert SECRET not in called.out + called.err
