"""Polling ends when the result is final or the time is up, within the quota."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.diagnosis.scenarios import crash
from tests.fakes.logging_server import LoggingServer
from tests.release.gate.scenarios import CRITERIA, OLD, boot, healthy
from tests.runs.logs import PACKS, SERVICE, Log, at, export, request, validation
from triage import pipeline
from triage.errors import TryAgainError
from triage.models import FetchPlan, FetchResult, Gate
from triage.pipeline import Analysis, gate_polling
from triage.window import NANOSECONDS, Window, parse_timestamp

START = parse_timestamp(at(-60))


class Clock:
    """A clock that advances during pauses; each pause runs the next step."""

    def __init__(self, *during_pauses: Callable[[], object]) -> None:
        self.at = parse_timestamp(at(400))
        self.pauses: list[float] = []
        self._meanwhile = list(during_pauses)

    def now(self) -> int:
        return self.at

    def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.at += round(seconds * NANOSECONDS)
        if self._meanwhile:
            self._meanwhile.pop(0)()


@pytest.fixture
def server() -> Iterator[LoggingServer]:
    with LoggingServer([]) as server:
        yield server


@pytest.fixture
def message() -> list[str]:
    return []


@pytest.fixture
def poll_until_sure(
    server: LoggingServer, tmp_path: Path, message: list[str]
) -> Callable[..., tuple[Gate, list[str]]]:
    """Poll the server's entries, for so many seconds at most."""

    def run(clock: Clock, seconds: float = 0, **changes: Any) -> tuple[Gate, list[str]]:
        fields: dict[str, Any] = {
            "services": [SERVICE],
            "window": Window(START, clock.now()),
            "project": "demo-project",
            "folder": str(tmp_path),
            "endpoint": server.address,
            "widen": False,
            "keep": False,
            "reads_per_minute": 10**6,
        }
        gate, analysis, files = pipeline.poll_until_sure(
            FetchPlan(**fields | changes),
            PACKS,
            lambda analysis: pipeline.gate(analysis, CRITERIA),
            until=clock.now() + round(seconds * NANOSECONDS),
            now=clock.now,
            pause=clock.pause,
            notify=message.append,
            show_progress=lambda _: None,
        )
        assert gate.verdict == analysis.diagnosis.verdict
        return gate, files

    return run


Look = Callable[..., tuple[Gate, list[str]]]


def logged(*parts: list[Log]) -> list[Log]:
    """Return entries as Cloud Logging stores them, with insertIds of their own."""
    return [{**log, "insertId": f"{log['timestamp']}-{number}"} for number, log in enumerate(export(*parts))]


def test_passed_gate_is_final_after_one_poll(poll_until_sure: Look, server: LoggingServer) -> None:
    server.add(logged(healthy()))
    clock = Clock()
    gate, files = poll_until_sure(clock, 600)
    assert (gate.status, clock.pauses, len(files)) == ("passed", [], 1)


def test_without_waiting_time_the_first_poll_is_the_result(poll_until_sure: Look) -> None:
    clock = Clock()
    gate, _ = poll_until_sure(clock)
    assert (gate.status, clock.pauses) == ("inconclusive", [])


def test_polling_continues_until_missing_logs_arrive(
    poll_until_sure: Look, server: LoggingServer, tmp_path: Path, message: list[str]
) -> None:
    server.add(logged(boot(300)))
    clock = Clock(lambda: None, lambda: server.add(logged(validation(420))))
    gate, files = poll_until_sure(clock, 600)
    assert (gate.status, clock.pauses) == ("passed", [15, 15])
    assert message[2] == (
        "inconclusive: 2 of 8 criteria required, but not measured: ready, critical_checks; "
        "looking again in 15 s, 600 s are left"
    )
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        [Path(files[0]).name, Path(files[0]).name.replace(".jsonl.gz", ".meta.json")]
    )


def test_each_poll_fetches_the_whole_window(poll_until_sure: Look, server: LoggingServer) -> None:
    poll_until_sure(Clock(), 20)
    windows = [text.rpartition("timestamp>=")[2] for text, _, _ in server.requests]
    assert len(windows) == 3
    assert {window.partition("\n")[0] for window in windows} == {'"2026-03-01T07:59:00Z"'}
    ends = [window.partition('timestamp<"')[2][:20] for window in windows]
    assert ends == ["2026-03-01T08:06:40Z", "2026-03-01T08:06:55Z", "2026-03-01T08:07:00Z"]


def test_late_entry_counts_in_the_next_poll(poll_until_sure: Look, server: LoggingServer) -> None:
    server.add(logged(healthy()[:2]))
    clock = Clock(lambda: server.add(logged(validation(12))))
    assert poll_until_sure(clock, 600)[0].status == "passed"


def test_last_poll_is_the_result_when_the_time_is_up(poll_until_sure: Look, server: LoggingServer) -> None:
    server.add(logged(boot(300)))
    clock = Clock()
    gate, _ = poll_until_sure(clock, 40)
    assert (gate.status, clock.pauses) == ("inconclusive", [15, 15, 10])


def test_failure_that_later_logs_cannot_change_is_final(poll_until_sure: Look, server: LoggingServer) -> None:
    server.add(logged(crash(0)))
    clock = Clock()
    assert (poll_until_sure(clock, 600)[0].status, clock.pauses) == ("failed", [])


def test_ratio_that_may_rise_is_not_final(poll_until_sure: Look, server: LoggingServer) -> None:
    server.add(logged(healthy(), [request(50, "/ws", 503)]))
    opened = [request(60 + number, "/ws", 101) for number in range(130)]
    clock = Clock(lambda: server.add(logged(opened)))
    gate, _ = poll_until_sure(clock, 600)
    assert (gate.status, len(clock.pauses)) == ("passed", 1)
    late = Clock()
    server.add(logged([request(200 + number, "/ws", 503) for number in range(30)]))
    assert (poll_until_sure(late, 30)[0].status, late.pauses) == ("failed", [15, 15])


def test_run_cut_by_the_window_is_a_limit_without_fetch_advice(
    poll_until_sure: Look, server: LoggingServer
) -> None:
    server.add(logged(boot(395, 90)))
    gate, _ = poll_until_sure(Clock())
    assert any("cut at the window's edge: the boot of" in limit for limit in gate.limits)
    assert not any("--widen" in limit or "fetch again" in limit for limit in gate.limits)


# the quota, and what fails on the way


class Stub:
    """A fetch that returns or raises one prepared result after the other."""

    def __init__(self, *answers: Analysis | Exception, pages: int = 1) -> None:
        self._answers = list(answers)
        self._pages = pages

    def __call__(self, plan: FetchPlan, *_: object, **__: object) -> tuple[list[FetchResult], Analysis]:
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, Exception):
            raise answer
        window = plan.window
        return [
            FetchResult(
                service=SERVICE,
                path=f"{plan.folder}/none.jsonl.gz",
                project="demo-project",
                filter="",
                asked=window,
                window=window,
                entries=0,
                pages=self._pages,
                complete=True,
            )
        ], answer


def analyzed(*logs: list[Log]) -> Analysis:
    from tests.runs.logs import analysis

    return analysis(*logs)


@pytest.mark.parametrize(("pages", "pause"), [(1, 15), (7, 15), (30, 60), (45, 90)])
def test_polling_uses_at_most_half_of_the_read_quota(
    poll_until_sure: Look, monkeypatch: pytest.MonkeyPatch, pages: int, pause: float
) -> None:
    monkeypatch.setattr(gate_polling, "fetch", Stub(analyzed(boot(300)), pages=pages))
    clock = Clock()
    poll_until_sure(clock, 300, reads_per_minute=60)
    assert set(clock.pauses[:-1]) == {pause}
    assert sum(clock.pauses) == 300


def test_network_error_is_retried_while_there_is_time(
    poll_until_sure: Look, monkeypatch: pytest.MonkeyPatch, message: list[str]
) -> None:
    lost = TryAgainError("Cloud Logging did not answer for 180 s (reset)", "check the network")
    monkeypatch.setattr(gate_polling, "fetch", Stub(lost, analyzed(healthy())))
    clock = Clock()
    gate, _ = poll_until_sure(clock, 600)
    assert (gate.status, gate.revision, clock.pauses) == ("passed", OLD, [15])
    assert message == [
        "Cloud Logging did not answer for 180 s (reset); looking again in 15 s, 600 s are left",
    ]


def test_network_error_is_raised_when_the_time_is_up(
    poll_until_sure: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost = TryAgainError("Cloud Logging did not answer for 180 s (reset)", "check the network")
    monkeypatch.setattr(gate_polling, "fetch", Stub(analyzed(boot(300)), lost))
    clock = Clock()
    with pytest.raises(TryAgainError):
        poll_until_sure(clock, 40)
    assert clock.pauses == [15, 15, 10]
