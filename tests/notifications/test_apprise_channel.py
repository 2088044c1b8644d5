"""Messages through apprise, over real HTTP to this machine."""

import json
import socket
from typing import Any

import msgspec
import pytest

from tests.fakes.webhook_server import SECRET, WebhookServer
from triage.errors import UsageError
from triage.models import Message
from triage.notifications import Channel, DeliveryError, open_channels

OPENED = Message(
    kind="opened",
    fingerprint="0a1b2c3d4e5f",
    severity="P0",
    title="P0 kiosk: The database refused the password",
    lines=["12 requests returned 500", "Log: FATAL: <password-1> refused, says @everyone <!channel>"],
)
RESOLVED = msgspec.structs.replace(
    OPENED, kind="resolved", title="Over: kiosk: The database refused the password", lines=["It is ready."]
)


def channel(address: str) -> Channel:
    [found] = open_channels([address])
    return found


def test_message_arrives_with_title_lines_and_type(webhook: WebhookServer) -> None:
    channel(webhook.address).send(OPENED)
    [document] = webhook.received
    assert document["title"] == OPENED.title
    assert document["message"].replace("\u200b", "").splitlines() == OPENED.lines
    assert document["type"] == "failure"


def test_closing_message_is_a_success(webhook: WebhookServer) -> None:
    channel(webhook.address).send(RESOLVED)
    assert [document["type"] for document in webhook.received] == ["success"]


@pytest.mark.parametrize("status", [500, 404, 302])
def test_refusal_names_its_status_and_nothing_of_the_address(webhook: WebhookServer, status: int) -> None:
    webhook.statuses = [status]
    with pytest.raises(DeliveryError) as failed:
        channel(webhook.address).send(OPENED)
    assert str(failed.value) == f"it answered {status}"


def test_server_that_refuses_connections_is_reported(capfd: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        with pytest.raises(DeliveryError, match=r"^no connection, or no answer in time$"):
            channel(f"json://127.0.0.1:{port}/{SECRET}").send(OPENED)
    assert capfd.readouterr() == ("", "")


def test_server_that_answers_too_late_is_reported(webhook: WebhookServer) -> None:
    webhook.answers.clear()
    with pytest.raises(DeliveryError, match=r"^no connection, or no answer in time$"):
        channel(f"{webhook.address}?rto=0.05").send(OPENED)


def test_fault_of_a_plugin_is_a_failure_like_any_other(
    webhook: WebhookServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    from apprise.plugins.custom_json import NotifyJSON

    def fail(*_: object, **__: object) -> bool:
        raise KeyError(SECRET)

    monkeypatch.setattr(NotifyJSON, "send", fail)
    with pytest.raises(DeliveryError) as failed:
        channel(webhook.address).send(OPENED)
    assert str(failed.value) == "apprise could not send it (KeyError)"


@pytest.mark.parametrize(
    "address", ["no address", f"nosuchservice://{SECRET}", f"slack://{SECRET}", "", "file:///etc/passwd"]
)
def test_invalid_address_is_an_error_that_does_not_show_it(
    address: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(UsageError) as failed:
        open_channels([f"json://127.0.0.1/{SECRET}", address])
    assert "address 2 is not one that apprise can use" in str(failed.value)
    assert SECRET not in str(failed.value)
    assert capfd.readouterr() == ("", "")


def test_names_and_ids_hold_nothing_of_the_address() -> None:
    first, second, same = open_channels([f"json://h/{SECRET}", f"json://h/{SECRET}2", f"json://h/{SECRET}"])
    assert [first.name, second.name] == ["channel 1 (JSON)", "channel 2 (JSON)"]
    assert first.id == same.id != second.id
    assert SECRET not in first.id + first.name


class _PagerServer(WebhookServer):
    """A fake of PagerDuty's Events API v2, which groups events by their key.

    Source: PagerDuty's developer documentation, "Send an Alert Event": event_action, dedup_key and routing_key; a
    trigger needs a payload with summary, source and severity.
    """

    def alerts(self) -> dict[str, str]:
        """Return the state of each alert by its key."""
        states = {}
        for event in self.received:
            if event["event_action"] == "trigger":
                assert {"summary", "source", "severity"} <= event["payload"].keys()
            states[event["dedup_key"]] = event["event_action"]
        return states


@pytest.fixture
def pager(monkeypatch: pytest.MonkeyPatch) -> Any:
    from apprise.plugins import pagerduty

    with _PagerServer() as running:
        monkeypatch.setitem(pagerduty.PAGERDUTY_API_LOOKUP, pagerduty.PagerDutyRegion.US, running.url)
        yield running


@pytest.mark.parametrize("more", ["", "/kiosk?region=us"])
def test_pager_gets_one_alert_for_an_incident_and_resolves_it_by_its_key(
    pager: _PagerServer, more: str
) -> None:
    oncall = channel(f"pagerduty://{'r' * 32}@key{more}")
    other = msgspec.structs.replace(OPENED, fingerprint="aaaaaaaaaaaa")
    for sent in (OPENED, msgspec.structs.replace(OPENED, kind="changed"), other, RESOLVED):
        oncall.send(sent)
    assert pager.alerts() == {"triage-0a1b2c3d4e5f": "resolve", "triage-aaaaaaaaaaaa": "trigger"}
    assert [event["event_action"] for event in pager.received] == ["trigger", "trigger", "trigger", "resolve"]
    summary = pager.received[0]["payload"]["summary"]
    assert summary.startswith("P0 kiosk: The database refused the password\n12 requests returned 500")
    assert pager.received[0]["payload"]["severity"] == "critical"
    assert pager.received[0]["routing_key"] == "r" * 32


def test_pager_that_refuses_is_reported(pager: _PagerServer) -> None:
    pager.statuses = [429]
    with pytest.raises(DeliveryError, match=r"^it answered 429$"):
        channel(f"pagerduty://{'r' * 32}@key").send(OPENED)


def test_chat_shows_log_text_and_calls_nobody(
    webhook: WebhookServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    from apprise.plugins.slack import NotifySlack

    monkeypatch.setattr(NotifySlack, "webhook_url", webhook.url)
    channel(f"slack://T1JJ3T3L2/A1BRTD4JD/{'x' * 24}").send(OPENED)
    sent = json.dumps(webhook.received, ensure_ascii=False)
    assert "<!channel>" not in sent
    assert "@everyone" not in sent
    assert "&lt;password-1&gt; refused" in sent


def test_chat_in_html_shows_log_text_as_it_is(
    webhook: WebhookServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    from apprise.plugins.telegram import NotifyTelegram

    monkeypatch.setattr(NotifyTelegram, "notify_url", f"{webhook.url}/")
    lines = ["Log: at app.Main.<init>(Main.java:7)", 'Log: <a href="http://h.example">Open</a>']
    channel(f"tgram://123456789:{'a' * 35}/12315544/").send(msgspec.structs.replace(OPENED, lines=lines))
    [sent] = webhook.received
    assert "at app.Main.&lt;init&gt;(Main.java:7)" in sent["text"]
    assert '&lt;a href="http://h.example"&gt;Open&lt;/a&gt;' in sent["text"]


@pytest.mark.parametrize(
    "mention", ["@all", "@**all**", "<!channel>", "<!here>", "<@U0123>", "<@&81>", "<@!80>", "<users/all>"]
)
def test_mention_of_any_chat_calls_nobody(webhook: WebhookServer, mention: str) -> None:
    address = webhook.address.replace("json://", "mmost://").partition("?")[0]
    line = f"Log: said {mention} to kiosk"
    channel(address).send(msgspec.structs.replace(OPENED, title=f"P0 {mention}", lines=[line]))
    [sent] = webhook.received
    assert mention not in sent["text"]
    assert line in sent["text"].replace("\u200b", "")


def test_body_is_sized_to_the_service(pager: _PagerServer) -> None:
    long = msgspec.structs.replace(OPENED, lines=[f"line {number} " + "x" * 90 for number in range(40)])
    channel(f"pagerduty://{'r' * 32}@key").send(long)
    [event] = pager.received
    assert len(event["payload"]["summary"]) <= 1024
    assert event["payload"]["summary"].endswith("\nMore in the report.")


@pytest.mark.parametrize("written", ["text", "markdown", "html"])
def test_body_is_sized_as_the_service_gets_it(webhook: WebhookServer, written: str) -> None:
    lines = [f"gcloud run services update shop-{number} --memory=1Gi (a_b)" for number in range(40)]
    channel(f"{webhook.address}?format={written}").send(msgspec.structs.replace(OPENED, lines=lines))
    [document] = webhook.received
    assert 800 < len(document["title"]) + len(document["message"]) <= 1500
