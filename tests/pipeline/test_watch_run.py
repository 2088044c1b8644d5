"""A watch over gRPC: what it reports, what it keeps, and how it ends."""

import errno
import json
import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from grpc import StatusCode
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tests.fakes.logging_server import LoggingServer, refuse
from tests.pipeline.watching import NOW, QUICK, WatchFixture
from tests.runs.logs import (
    PACKS,
    REVISION,
    SERVICE,
    Log,
    export,
    log_line,
    platform,
    records,
    request,
    validation,
)
from triage import pipeline
from triage.errors import IOFailureError, NoPermissionError, TryAgainError, UsageError
from triage.models import Watch
from triage.window import NANOSECONDS

READY, FAILED = validation(0), validation(20, down=["agent_supervisor"])


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do not pause between analyses."""
    monkeypatch.setattr("triage.pipeline.watch_run._MIN_PAUSE", 0)


@pytest.fixture
def server() -> Iterator[LoggingServer]:
    with LoggingServer([]) as server:
        yield server


@pytest.fixture
def watched(server: LoggingServer, tmp_path: Path) -> WatchFixture:
    return WatchFixture(server, tmp_path)


def test_service_that_fails_is_reported_and_ends_the_watch(watched: WatchFixture) -> None:
    logs = export(READY, FAILED)
    watched.arrives(*logs[: len(READY)])
    watched.arrives(*logs[len(READY) :])
    ended = watched.run(until="not_ready")
    assert [(change.before, change.after) for change in watched.changes] == [
        (None, "no_data"),
        ("no_data", "ready"),
        ("ready", "not_ready"),
    ]
    assert watched.changes[-1].instances == ["i1"]
    assert pipeline.exit_status_of(ended) == 1
    assert ended.diagnosis.verdict == "not_ready"


@pytest.mark.parametrize(
    ("logs", "until", "status"),
    [
        (export(READY), "ready", 0),
        (export(validation(0, tolerated=["redis"])), "ready", 0),
        (export(FAILED), "not_ready", 1),
    ],
)
def test_state_that_is_already_reached_ends_the_watch_at_once(
    watched: WatchFixture, logs: list[Log], until: Any, status: int
) -> None:
    watched.server.add(logs)
    assert pipeline.exit_status_of(watched.run(until=until)) == status
    assert len(watched.changes) == 1


def test_until_ready_works_for_a_service_without_a_chain(watched: WatchFixture) -> None:
    place = {"service": "stall", "revision": "stall-00004-abc"}
    watched.arrives(*(request(n, "/orders", 200, **place) for n in range(10, 13)))
    found = watched.run(until="ready", service="stall")
    assert pipeline.exit_status_of(found) == 0
    assert watched.changes[-1].after == "ready"
    assert watched.changes[-1].cause == "serving: 3 of 3 requests succeeded (no readiness chain known)"


def test_until_not_ready_works_for_a_service_without_a_chain(watched: WatchFixture) -> None:
    place = {"service": "stall", "revision": "stall-00004-abc"}
    watched.arrives(
        *(platform(n, "Container called exit(1).", instance=f"i{n}", **place) for n in range(10, 13))
    )
    assert pipeline.exit_status_of(watched.run(until="not_ready", service="stall")) == 1


def test_incomplete_look_back_does_not_end_the_watch(
    watched: WatchFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("triage.fetching.list_queries.PAGE_SIZE", len(READY))
    monkeypatch.setattr("triage.pipeline.watch_run._MAX_FILL_WAIT", 0)
    watched.server.add(export(READY, FAILED))
    watched.server.on_page(2, refuse(StatusCode.UNAVAILABLE), times=5)
    watched.steps = [lambda _: None] * 100
    clock = iter(range(10**6)).__next__
    ended = watched.run(
        until="ready", seconds=60, clock=clock, timing=msgspec.structs.replace(QUICK, first_pause=0)
    )
    assert [change.after for change in watched.changes] == ["not_ready"]
    assert ended.diagnosis.verdict == "not_ready"


@pytest.mark.parametrize(
    ("logs", "until", "status"),
    [
        ([], "ready", 3),
        (export(log_line(0, "chatter")), "ready", 3),
        (export(FAILED), "ready", 1),
        (export(READY), "not_ready", 0),
    ],
)
def test_status_is_that_of_the_verdict_when_the_time_is_up(
    watched: WatchFixture, logs: list[Log], until: Any, status: int
) -> None:
    watched.server.add(logs)
    watched.steps = [lambda _: None] * 10
    ended = watched.run(until=until, seconds=40, clock=iter(range(10**6)).__next__)
    assert pipeline.exit_status_of(ended) == status


def test_received_entries_are_kept_as_a_private_export(watched: WatchFixture) -> None:
    watched.server.add(export(READY))
    watched.arrives(*export(READY, FAILED)[len(READY) :])
    ended = watched.run(until="not_ready")
    assert watched.journal.name == f"{SERVICE}-watch-20260301T080100Z.jsonl"
    assert stat.S_IMODE(watched.journal.stat().st_mode) == 0o600
    batch = pipeline.analyze([watched.journal], packs=PACKS)
    assert ended.diagnosis == batch.diagnosis
    assert len(watched.journal.read_bytes().splitlines()) == len(READY) + len(FAILED)
    assert (watched.meta["entries"], watched.meta["complete"]) == (len(READY) + len(FAILED), True)
    assert {path.name.partition(".")[2] for path in watched.folder.iterdir()} == {"jsonl", "meta.json"}


@given(st.data())
@settings(
    max_examples=examples(12),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
def test_any_order_of_arrival_gives_the_batch_result(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    logs = data.draw(st.permutations(export(READY, FAILED, validation(50, instance="i2"))))
    with LoggingServer([]) as server:
        watched = WatchFixture(server, tmp_path_factory.mktemp("watch"))
        held = data.draw(st.integers(0, len(logs)))
        server.add(logs[:held])
        rest = logs[held:]
        while rest:
            size = data.draw(st.integers(1, 30))
            watched.arrives(
                *rest[:size],
                suppressed=data.draw(st.integers(0, min(3, len(rest[:size])))),
                offline=data.draw(st.booleans()),
            )
            rest = rest[size:]
        everything = len(logs)
        watched.steps.append(lambda _: None)

        def show(watch: Watch) -> None:
            WatchFixture.show(watched, watch)
            if watch.stream.lines == everything and watch.diagnosis.coverage.records == everything:
                raise KeyboardInterrupt

        watched.show = show  # type: ignore[method-assign]
        with pytest.raises(KeyboardInterrupt):
            watched.run()
        batch = pipeline.analyze([watched.journal], packs=PACKS)
        whole = pipeline.analyze(iter(records(logs)), packs=PACKS)
        ended = watched.shown[-1]
        assert msgspec.structs.replace(ended.diagnosis, coverage=batch.diagnosis.coverage) == batch.diagnosis
        assert batch.diagnosis.incidents == whole.diagnosis.incidents
        assert batch.diagnosis.services == whole.diagnosis.services


def test_suppressed_entries_are_a_gap_of_the_analysis_and_the_file(
    watched: WatchFixture,
) -> None:
    watched.server.add(export(READY))
    watched.steps.append(lambda _: watched.server.on_page(1, refuse(StatusCode.UNAVAILABLE), times=None))
    watched.arrives(*export(READY, FAILED)[len(READY) :], suppressed=len(FAILED))

    def end(watch: Watch) -> None:
        if watch.diagnosis.coverage.gaps and watch.stream.missing:
            raise KeyboardInterrupt
        watched.steps.append(end)

    watched.steps.append(end)
    with pytest.raises(KeyboardInterrupt):
        watched.run()
    missing = f"{len(FAILED)} entries that Cloud Logging suppressed were not asked for again"
    ended = watched.shown[-1]
    assert ended.stream.suppressed == ended.stream.missing == len(FAILED)
    (gap,) = ended.diagnosis.coverage.gaps
    assert (gap.kind, gap.detail, gap.count) == ("suppressed", missing, len(FAILED))
    assert missing in ended.diagnosis.limits
    assert (watched.meta["complete"], watched.meta["cut"]) == (False, missing)


def test_endless_suppression_does_not_keep_the_watch_from_ending(watched: WatchFixture) -> None:
    watched.server.add(export(READY))
    logs = export(READY, FAILED)[len(READY) :]

    def suppress(_: Watch) -> None:
        watched.server.on_page(1, refuse(StatusCode.UNAVAILABLE), times=None)
        watched.server.arrive(logs, suppressed=0)
        watched.server.tails.send([], suppressed=5)

    watched.steps.append(suppress)
    ended = watched.run(until="not_ready")
    assert ended.diagnosis.verdict == "not_ready"
    assert ended.stream.missing == ended.stream.suppressed


def test_silent_instance_is_reported_although_nothing_arrives(
    watched: WatchFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("triage.pipeline.watch_run._MAX_IDLE", 0)
    watched.server.add(export(READY[:-6]))
    late = iter([NOW, *[NOW + n * 60 * NANOSECONDS for n in range(10_000)]])
    watched.steps = [lambda _: None] * 12
    watched.ends()
    with pytest.raises(KeyboardInterrupt):
        watched.run(now=lambda: next(late))
    assert [watched.shown[n].standings[0].going_on for n in (0, -1)] == [True, False]


def test_interrupt_reports_the_file_of_the_entries(watched: WatchFixture) -> None:
    watched.server.add(export(READY))
    watched.ends()
    with pytest.raises(KeyboardInterrupt):
        watched.run()
    assert watched.notified[-1] == f"stopped; {len(READY)} entries are kept in {watched.journal}"


def test_no_file_remains_without_entries(watched: WatchFixture) -> None:
    watched.ends()
    with pytest.raises(KeyboardInterrupt):
        watched.run()
    assert watched.notified[-1] == "stopped"
    assert list(watched.folder.iterdir()) == []


def test_error_reports_the_file_of_the_entries(watched: WatchFixture) -> None:
    watched.server.add(export(READY))
    watched.steps = [
        lambda _: watched.server.on_page(1, refuse(StatusCode.PERMISSION_DENIED, "gone"), times=None),
        lambda _: watched.server.tails.end(),
    ]
    with pytest.raises(NoPermissionError) as failed:
        watched.run()
    assert f"; {len(READY)} entries are kept in {watched.journal}" in failed.value.message


def test_missing_first_answer_ends_the_watch_without_a_file(watched: WatchFixture) -> None:
    watched.server.on_page(1, refuse(StatusCode.UNAVAILABLE), times=None)
    watched.server.tails.on_session(None, refuse(StatusCode.UNAVAILABLE))
    with pytest.raises(TryAgainError, match="did not answer"):
        watched.run(timing=msgspec.structs.replace(QUICK, budget=0.05))
    assert list(watched.folder.iterdir()) == []


def test_existing_file_is_not_overwritten(watched: WatchFixture, tmp_path: Path) -> None:
    (tmp_path / "kept.jsonl").write_text("mine")
    with pytest.raises(UsageError, match="it exists, and nothing is written over"):
        watched.run(file=str(tmp_path / "kept.jsonl"))
    assert (tmp_path / "kept.jsonl").read_text() == "mine"


def test_unwritable_path_is_reported(watched: WatchFixture, tmp_path: Path) -> None:
    with pytest.raises(IOFailureError, match="No such file or directory"):
        watched.run(file=str(tmp_path / "nowhere" / "kept.jsonl"))


def test_full_disk_ends_the_watch(watched: WatchFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_handle: int, _data: bytes) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    watched.server.add(export(READY))
    monkeypatch.setattr("triage.files.durable.write_all", full)
    with pytest.raises(IOFailureError, match="No space left on device") as failed:
        watched.run()
    assert "make room" in failed.value.hint


def test_invalid_filter_is_rejected_before_any_query(watched: WatchFixture) -> None:
    with pytest.raises(UsageError):
        watched.run(text="severity>=")
    assert watched.server.requests == []
    assert watched.server.tails.filters == []


def test_only_relevant_entries_are_queried(watched: WatchFixture) -> None:
    watched.server.add(export(log_line(0, "an order was kept", "shop"), READY))
    watched.run(until="ready", text="")
    assert len(watched.journal.read_bytes().splitlines()) == len(READY)


def test_the_command_gets_the_diagnosis_when_something_changes_secrets_masked(
    watched: WatchFixture, tmp_path: Path
) -> None:
    secret = "postgres://app:correct-horse-battery@10.0.0.5/main"
    failed = [*FAILED, log_line(22, f"Unexpected error with {secret}", "shop", severity="ERROR")]
    logs = export(READY, failed)
    watched.server.add(logs[: len(READY)])
    watched.arrives(*logs[len(READY) :])
    got = tmp_path / "got"
    keep = "import sys, pathlib; pathlib.Path(sys.argv[1]).open('ab').write(sys.stdin.buffer.read())"
    watched.run(until="not_ready", on_change=[sys.executable, "-c", keep, str(got)])
    document = json.loads(got.read_text())
    assert document["schema"] == "triage.diagnosis/1"
    assert document["verdict"] == "not_ready"
    assert document["services"][0]["revision"] == REVISION
    assert "correct-horse-battery" not in got.read_text()


def test_failing_command_does_not_end_the_watch(watched: WatchFixture) -> None:
    watched.server.add(export(READY))
    watched.arrives(*export(READY, FAILED)[len(READY) :])
    ended = watched.run(until="not_ready", on_change=[sys.executable, "-c", "raise SystemExit(7)"])
    assert ended.diagnosis.verdict == "not_ready"
    assert "--on-change ended with status 7" in watched.notified


def test_requests_of_the_last_minutes_are_shown(watched: WatchFixture) -> None:
    watched.server.add(export(READY, request(40, "/ws/health", 503), request(41, "/ws", 101)))
    ended = watched.run(until="ready")
    assert [answered.statuses for answered in ended.answers] == [{"101": 1, "503": 1}]
