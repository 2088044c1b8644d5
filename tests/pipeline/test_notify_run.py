"""A watch and a gate report incidents to channels: over real HTTP, from logs over gRPC."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from grpc import StatusCode

from tests.fakes.logging_server import LoggingServer, refuse
from tests.fakes.webhook_server import WebhookServer
from tests.pipeline.watching import WatchFixture
from tests.runs.logs import REVISION, SERVICE, analysis, export, validation
from triage import pipeline
from triage.errors import TriageError
from triage.models import Gate, NoticeUpdate, Watch
from triage.notifications import Notifier, SentFile, open_channels
from triage.pipeline.notices import notices_of_analysis, notices_of_gate

READY, FAILED = validation(0), validation(20, down=["agent_supervisor"])
TITLE = f"P0 {SERVICE}: "
#: Seconds that a channel of these tests may take; none takes them.
LONG = 60.0


class Clock:
    """Seconds that only the test moves."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def webhook() -> Iterator[WebhookServer]:
    with WebhookServer() as running:
        yield running
        running.answers.set()


@pytest.fixture
def clock() -> Clock:
    return Clock()


def connect(
    webhook: WebhookServer, clock: Clock, state: Path | None = None, *, end: float = LONG
) -> pipeline.Notifications:
    sent = SentFile(state, lambda: 1_800_000_000 * 10**9)
    notifier = Notifier(open_channels([webhook.address]), sent, pauses=(0.0, 0.0))
    return pipeline.Notifications(notifier, clock, end)


@pytest.fixture
def watched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[WatchFixture]:
    monkeypatch.setattr("triage.pipeline.watch_run._MIN_PAUSE", 0)
    with LoggingServer([]) as server:
        yield WatchFixture(server, tmp_path)


def test_watch_reports_an_incident_once_across_runs(
    watched: WatchFixture, webhook: WebhookServer, clock: Clock, tmp_path: Path
) -> None:
    watched.server.add(export(READY, FAILED))
    for name in ("first", "second"):
        channels = connect(webhook, clock, tmp_path / "sent.json")
        watched.run(until="not_ready", channels=channels, file=str(tmp_path / f"{name}.jsonl"))
        assert not any("channel" in line for line in watched.notified)
    [title] = webhook.titles
    assert title.startswith(TITLE)
    assert "agent_supervisor" in webhook.received[0]["message"]


def test_watch_closes_what_is_over(watched: WatchFixture, webhook: WebhookServer, clock: Clock) -> None:
    watched.server.add(export(READY, FAILED))

    def pass_time(_: Watch) -> None:
        clock.now += 3600

    watched.steps.append(pass_time)
    watched.steps.append(lambda _: webhook.wait_for(1))
    watched.arrives(*export(READY, FAILED, validation(50))[len(READY) + len(FAILED) :])
    channels = connect(webhook, clock)
    watched.run(until="ready", channels=channels)
    assert [document["type"] for document in webhook.received] == ["failure", "success"]
    assert webhook.titles[1].startswith(f"Over: {SERVICE}: ")
    assert webhook.received[1]["message"] == "The service was ready afterwards."
    assert not any("channel" in line for line in watched.notified)


def test_channel_that_fails_does_not_end_the_watch(
    watched: WatchFixture, webhook: WebhookServer, clock: Clock
) -> None:
    webhook.statuses = [500] * 100
    watched.server.add(export(READY, FAILED))
    channels = connect(webhook, clock)
    ended = watched.run(until="not_ready", channels=channels)
    assert pipeline.exit_status_of(ended) == 1
    line = "channel 1 (JSON) did not accept a message: it answered 500 (3 tries); the message is not marked as sent"
    assert watched.notified.count(line) == 1


@pytest.mark.parametrize("interrupted", [True, False])
def test_watch_that_ends_early_still_reports(
    watched: WatchFixture, webhook: WebhookServer, clock: Clock, *, interrupted: bool
) -> None:
    watched.server.add(export(READY, FAILED))
    if interrupted:
        watched.ends()
    else:
        watched.steps.append(
            lambda _: watched.server.tails.on_session(None, refuse(StatusCode.PERMISSION_DENIED))
        )
        watched.steps.append(
            lambda _: watched.server.on_page(1, refuse(StatusCode.PERMISSION_DENIED), times=None)
        )
        watched.steps.append(lambda _: watched.server.tails.end())
    channels = connect(webhook, clock)
    with pytest.raises(KeyboardInterrupt if interrupted else TriageError):
        watched.run(channels=channels)
    assert len(webhook.received) == 1


def test_first_guess_is_held_back_for_some_seconds(webhook: WebhookServer, clock: Clock) -> None:
    channels = connect(webhook, clock)
    channels.observe(analysis(READY, FAILED))
    clock.now = 9.9
    channels.poll()
    channels.observe(analysis(READY, validation(20, down=["redis"])))
    clock.now = 19.8
    channels.poll()
    assert webhook.asked == 0
    clock.now = 20.0
    channels.poll()
    channels.close()
    [document] = webhook.received
    assert "redis" in document["message"]


def test_recovery_between_two_crashes_is_held_back(webhook: WebhookServer, clock: Clock) -> None:
    channels = connect(webhook, clock)
    channels.observe(analysis(READY, FAILED))
    clock.now = 10
    channels.poll()
    channels.observe(analysis(READY, FAILED, validation(50)))
    clock.now = 60
    channels.poll()
    channels.observe(analysis(READY, FAILED, validation(50), validation(80, down=["agent_supervisor"])))
    clock.now = 200
    channels.poll()
    channels.close()
    assert [document["type"] for document in webhook.received] == ["failure"]


def test_earlier_incident_is_over_once_the_service_was_ready_for_a_minute(
    webhook: WebhookServer, clock: Clock, tmp_path: Path
) -> None:
    first = connect(webhook, clock, tmp_path / "sent.json")
    first.observe(analysis(FAILED))
    first.close()
    later = connect(webhook, clock, tmp_path / "sent.json")
    for seconds, taken in [(0, 1), (59, 1), (60, 2)]:
        clock.now = seconds
        later.observe(analysis(READY))
        webhook.wait_for(taken)
    later.close()
    assert [document["type"] for document in webhook.received] == ["failure", "success"]
    assert webhook.received[1]["message"] == "The service is ready."


def test_incident_that_gets_another_cause_is_closed_with_its_name(
    webhook: WebhookServer, clock: Clock
) -> None:
    channels = connect(webhook, clock)
    channels.observe(analysis(READY, FAILED))
    clock.now = 10
    channels.poll()
    webhook.wait_for(1)
    channels.observe(analysis(READY, validation(20, down=["redis"])))
    channels.close()
    closing = next(document for document in webhook.received if document["type"] == "success")
    assert closing["message"].startswith("The same lines have another cause: ")


def test_incident_of_another_service_is_not_named_as_the_cause() -> None:
    update = notices_of_analysis(analysis(READY, FAILED), {"0a1b2c3d4e5f": "kiosk"})
    assert [notice.lines for notice in update.notices if not notice.is_open] == [["Later lines rule it out."]]


def test_secrets_are_masked_in_titles_and_lines() -> None:
    secret = "ghp_" + "a1B2" * 9
    found = analysis(READY, FAILED)
    incident = found.diagnosis.incidents[0]
    evidence = [msgspec.structs.replace(line, message=f"denied for {secret}") for line in incident.evidence]
    leaking = msgspec.structs.replace(incident, title=f"{secret} is refused", evidence=evidence)
    diagnosis = msgspec.structs.replace(found.diagnosis, incidents=[leaking])
    [notice] = notices_of_analysis(msgspec.structs.replace(found, diagnosis=diagnosis), {}).notices
    assert notice.title == "<token-1> is refused"
    assert "Log: denied for <token-1>" in notice.lines


def judge(found: pipeline.Analysis, **fields: Any) -> tuple[Gate, pipeline.Analysis]:
    return msgspec.structs.replace(pipeline.gate(found, pipeline.load_criteria()), **fields), found


def test_gate_that_fails_reports_the_incidents_of_its_revision() -> None:
    gate, found = judge(analysis(validation(20, down=["agent_supervisor"])))
    assert gate.status == "failed"
    [notice] = notices_of_gate(gate, found).notices
    assert notice.fingerprint == found.diagnosis.incidents[0].id
    assert notice.lines[0] == f"Revision {REVISION} failed the deployment gate: {gate.why}"


def test_gate_that_fails_without_an_incident_reports_itself() -> None:
    gate, found = judge(analysis(READY), status="failed", why="2 of 5 criteria failed: requests")
    [notice] = notices_of_gate(gate, found).notices
    assert (notice.severity, notice.is_open, notice.revisions) == ("P1", True, [REVISION])
    assert notice.title == "the deployment gate failed: 2 of 5 criteria failed: requests"
    again, _ = judge(analysis(READY), status="failed", why="1 of 5 criteria failed: requests")
    assert notices_of_gate(again, found).notices[0].fingerprint == notice.fingerprint


def test_gate_that_passes_ends_what_is_not_open_and_reports_nothing() -> None:
    gate, found = judge(analysis(READY, FAILED), status="passed")
    update = notices_of_gate(gate, found)
    assert update.notices == []
    assert update.unreported == [found.diagnosis.incidents[0].id]
    assert update.over_at == {SERVICE: f"Revision {REVISION} passed the deployment gate."}


def test_inconclusive_gate_reports_and_ends_nothing() -> None:
    gate, found = judge(analysis(FAILED), status="inconclusive")
    assert notices_of_gate(gate, found) == NoticeUpdate()
