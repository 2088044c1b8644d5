"""Messages in the background: retried, remembered, and never in the way."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.fakes.webhook_server import SECRET, WebhookServer
from tests.notifications.notices import notice, update
from triage.errors import IOFailureError
from triage.notifications import Notifier, SentFile, open_channels

TITLE = "P1 kiosk: The database refused the password"
AT_ONCE = (0.0, 0.0)
#: Seconds that a server of the tests may take; none of them takes it.
LONG = 60.0


class Run:
    """A run with its own notifier and what it printed."""

    def __init__(
        self, addresses: Sequence[str], state: Path | None = None, pauses: Sequence[float] = AT_ONCE
    ) -> None:
        self.sent = SentFile(state, lambda: 1_800_000_000 * 10**9)
        self.notifier = Notifier(open_channels(addresses), self.sent, pauses=pauses)


def test_each_channel_gets_each_incident_once_across_runs(webhook: WebhookServer, tmp_path: Path) -> None:
    for _ in range(3):
        run = Run([webhook.address, f"{webhook.address}2"], tmp_path / "sent.json")
        run.notifier.update(update(notice()))
        assert run.notifier.close(LONG) == []
    assert webhook.titles == [TITLE, TITLE]


def test_change_of_counts_alone_sends_nothing(webhook: WebhookServer) -> None:
    run = Run([webhook.address])
    for count in range(5):
        run.notifier.update(update(notice(lines=[f"{count} requests returned 500"])))
    run.notifier.close(LONG)
    assert webhook.titles == [TITLE]


def test_server_fault_is_tried_again(webhook: WebhookServer) -> None:
    webhook.statuses = [500, 503]
    run = Run([webhook.address])
    run.notifier.update(update(notice()))
    assert run.notifier.close(LONG) == []
    assert webhook.titles == [TITLE]


def test_channel_that_fails_is_one_line_and_is_not_marked_as_sent(
    webhook: WebhookServer, tmp_path: Path
) -> None:
    state = tmp_path / "sent.json"
    webhook.statuses = [500] * 3
    run = Run([webhook.address], state)
    run.notifier.update(update(notice("aaaaaa"), notice("bbbbbb")))
    assert run.notifier.close(LONG) == [
        "channel 1 (JSON) did not accept a message: it answered 500 (3 tries); the message is not marked as sent"
    ]
    assert webhook.asked == 3
    assert not state.exists()
    later = Run([webhook.address], state)
    later.notifier.update(update(notice("aaaaaa"), notice("bbbbbb")))
    later.notifier.close(LONG)
    assert webhook.titles == [TITLE, TITLE]
    assert SECRET not in state.read_text()


def test_failing_channel_does_not_keep_messages_from_another(webhook: WebhookServer) -> None:
    run = Run([f"json://127.0.0.1:9/{SECRET}", webhook.address])
    run.notifier.update(update(notice()))
    [line] = run.notifier.close(LONG)
    assert webhook.titles == [TITLE]
    assert line.startswith(
        "channel 1 (JSON) did not accept a message: no connection, or no answer in time (3 tries)"
    )
    assert SECRET not in line


def test_next_change_tries_a_failed_message_again(webhook: WebhookServer) -> None:
    webhook.statuses = [500] * 3
    run = Run([webhook.address])
    run.notifier.update(update(notice()))
    run.notifier.update(update(notice(), notice("bbbbbb", title="Another")))
    run.notifier.close(LONG)
    assert sorted(webhook.titles) == ["P1 kiosk: Another", TITLE]


def test_server_that_hangs_is_left_behind_and_reported(webhook: WebhookServer, tmp_path: Path) -> None:
    webhook.answers.clear()
    run = Run([f"{webhook.address}?rto=60"], tmp_path / "sent.json")
    run.notifier.update(update(notice()))
    assert run.notifier.close(0) == [
        "channel 1 (JSON) did not answer within 0 s; the message is not marked as sent"
    ]
    assert run.sent.of("any") == {}


def test_state_that_cannot_be_written_is_one_line_and_sends_nothing_twice(
    webhook: WebhookServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise IOFailureError("--notify-state sent.json: No space left on device")

    run = Run([webhook.address], tmp_path / "sent.json")
    monkeypatch.setattr("triage.files.durable.replace", fail)
    run.notifier.update(update(notice()))
    printed = run.notifier.close(LONG)
    assert webhook.titles == [TITLE]
    assert printed == ["what was sent is not remembered: --notify-state sent.json: No space left on device"]


def test_incident_opens_and_closes_in_that_order(webhook: WebhookServer) -> None:
    run = Run([webhook.address])
    run.notifier.update(update(notice()))
    webhook.wait_for(1)
    run.notifier.update(update(notice(is_open=False, lines=["The service was ready afterwards."])))
    run.notifier.close(LONG)
    assert [document["type"] for document in webhook.received] == ["warning", "success"]
    assert webhook.received[1]["message"] == "The service was ready afterwards."


def test_run_without_news_ends_at_once(webhook: WebhookServer) -> None:
    run = Run([webhook.address])
    assert run.notifier.close(LONG) == []
    assert webhook.asked == 0
