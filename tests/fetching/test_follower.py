"""Following yields every entry once, whatever happens to the connection."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import grpc
import msgspec
import pytest
from grpc import StatusCode

from tests.fakes.entries import SERVICE, START, WINDOW, entries, entry
from tests.fakes.logging_server import LoggingServer, refuse, repeat
from tests.fakes.wire import Wire
from triage.errors import NoPermissionError, TriageError, TryAgainError, UsageError
from triage.fetching.client import Connection, connect
from triage.fetching.follower import Follower, Timing
from triage.fetching.query import build_filter
from triage.models import FetchPlan
from triage.window import NANOSECONDS

CODES = [code for code in StatusCode if code is not StatusCode.OK]
#: Codes after which a session is retried; all others are permanent.
TRIED_AGAIN = {
    StatusCode.ABORTED,
    StatusCode.CANCELLED,
    StatusCode.DEADLINE_EXCEEDED,
    StatusCode.INTERNAL,
    StatusCode.OUT_OF_RANGE,
    StatusCode.UNAUTHENTICATED,
    StatusCode.UNAVAILABLE,
    StatusCode.UNKNOWN,
}
QUICK = Timing(
    tick=0.01, poll_interval=0.05, grace_period=0.05, retry=0.1, first_pause=0.01, max_pause=0.02, budget=1e9
)
Following = Callable[..., "Followed"]


class Followed:
    """A follower in progress and the entries that it delivered."""

    def __init__(self, follow: Follower, messages: list[str]) -> None:
        self.follow = follow
        self.messages = messages
        self.ids: list[str] = []
        self._deliveries = follow.deliveries()

    def step(self) -> None:
        self.ids += [msgspec.json.decode(line)["insertId"] for line in next(self._deliveries).lines]

    def until(self, reached: Callable[[], bool]) -> None:
        """Follow until a condition holds; only a hang is a failure."""
        given_up = time.monotonic() + 60
        while time.monotonic() < given_up:
            if reached():
                return
            self.step()
        pytest.fail(f"still not so, with {len(self.ids)} entries; {self.messages}")

    def gets(self, count: int) -> None:
        """Follow until exactly ``count`` entries have arrived."""
        self.until(lambda: len(self.ids) >= count)
        for _ in range(15):
            self.step()
        assert sorted(self.ids) == sorted(set(self.ids))
        assert len(self.ids) == count

    def close(self) -> None:
        self._deliveries.close()


@pytest.fixture
def server() -> Iterator[LoggingServer]:
    with LoggingServer(entries(23)) as server:
        yield server


@pytest.fixture
def following(server: LoggingServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Following]:
    """Start to follow, with pages of five entries."""
    monkeypatch.setattr("triage.fetching.list_queries.PAGE_SIZE", 5)
    connections: list[tuple[Followed, Connection]] = []

    def begin(since: int = START, timing: Timing = QUICK, address: str = "", **more: Any) -> Followed:
        plan = FetchPlan(
            services=[SERVICE], window=WINDOW, project="demo", endpoint=address or server.address
        )
        connection = connect(plan, {})
        messages: list[str] = []
        follow = Follower(
            connection,
            build_filter(SERVICE, [], everything=True),
            since,
            reads_per_minute=10**9,
            notify=messages.append,
            timing=timing,
            **{"now": lambda: START + 300 * NANOSECONDS} | more,
        )
        followed = Followed(follow, messages)
        connections.append((followed, connection))
        return followed

    yield begin
    for followed, connection in connections:
        followed.close()
        connection.close()


def later(first: int, last: int) -> list[dict[str, Any]]:
    """Return entries that arrive while the service is followed."""
    return [entry(number) for number in range(first, last)]


def test_following_starts_with_past_entries_and_continues_with_new_ones(
    following: Following, server: LoggingServer
) -> None:
    followed = following()
    server_has_tail(followed, server, 1)
    followed.gets(23)
    server.arrive(later(23, 26))
    followed.gets(26)
    assert followed.follow.stream.arriving == "tailing"
    assert followed.follow.gap_text == ""
    assert followed.messages == []


def server_has_tail(followed: Followed, server: LoggingServer, sessions: int) -> None:
    followed.until(lambda: len(server.tails.filters) >= sessions)


def test_the_backfill_starts_at_the_given_time(following: Following) -> None:
    following(since=START + 200 * NANOSECONDS).gets(3)


def test_entries_that_arrive_during_the_backfill_come_once(
    following: Following, server: LoggingServer
) -> None:
    def arrive(_context: grpc.ServicerContext) -> bool:
        server.tails.wait_for(1)
        server.arrive(later(23, 30))
        return False

    server.on_page(3, arrive)
    following().gets(30)


def test_unordered_entries_come_once(following: Following, server: LoggingServer) -> None:
    followed = following()
    server_has_tail(followed, server, 1)
    for number in (30, 25, 28, 24, 29, 23, 27, 26):
        server.arrive([entry(number)])
    followed.gets(31)


@pytest.mark.parametrize("code", CODES)
def test_a_refused_session_loses_no_entry(
    following: Following, server: LoggingServer, code: StatusCode
) -> None:
    server.tails.on_session(1, refuse(code, "not here"))
    followed = following()
    followed.gets(23)
    server.arrive(later(23, 27))
    followed.gets(27)
    if code in TRIED_AGAIN:
        server_has_tail(followed, server, 2)
        assert followed.messages == []
    elif code is StatusCode.RESOURCE_EXHAUSTED:
        assert followed.messages[0].startswith("no more tail sessions in project demo (not here)")
    else:
        assert followed.follow.stream.arriving == "polling"
        assert followed.messages[0].startswith("tailing is not possible here (not here)")
        assert followed.messages[0].endswith("new entries are asked for every 0.05 s instead")
        assert len(server.tails.filters) == 1


@pytest.mark.parametrize("code", CODES)
def test_a_broken_session_loses_no_entry(
    following: Following, server: LoggingServer, code: StatusCode
) -> None:
    followed = following()
    server_has_tail(followed, server, 1)
    server.arrive(later(23, 25))
    followed.gets(25)
    server.tails.end(refuse(code))
    server.arrive(later(25, 40))
    followed.gets(40)


def test_a_session_ended_by_the_server_is_reopened(following: Following, server: LoggingServer) -> None:
    followed = following()
    for session in range(1, 4):
        server_has_tail(followed, server, session)
        server.tails.end()
        server.arrive([entry(22 + session)])
        followed.gets(23 + session)
    assert followed.messages == []


def test_a_silent_session_is_renewed(following: Following, server: LoggingServer) -> None:
    followed = following(timing=msgspec.structs.replace(QUICK, session=0.05))
    server_has_tail(followed, server, 4)
    followed.gets(23)


def test_dropped_connections_are_reopened(following: Following, server: LoggingServer) -> None:
    with Wire(server.port) as wire:
        followed = following(address=wire.address)
        followed.gets(23)
        for number in range(23, 27):
            wire.cut()
            server.arrive([entry(number)])
            followed.gets(number + 1)
        followed.close()


PASSING = sorted(TRIED_AGAIN - {StatusCode.OUT_OF_RANGE, StatusCode.UNAUTHENTICATED}, key=str)


@pytest.mark.parametrize("page", [1, 2, 5])
@pytest.mark.parametrize("code", [*PASSING, StatusCode.RESOURCE_EXHAUSTED])
def test_a_page_that_fails_temporarily_is_retried(
    following: Following, server: LoggingServer, code: StatusCode, page: int
) -> None:
    server.on_page(page, refuse(code), times=3)
    followed = following()
    followed.gets(23)
    trouble, over = followed.messages
    assert trouble.endswith("; trying again")
    assert over.startswith("Cloud Logging answers again, after ")


@pytest.mark.parametrize("page", [1, 3])
@pytest.mark.parametrize(
    "refusal",
    [
        (StatusCode.PERMISSION_DENIED, NoPermissionError, 77),
        (StatusCode.UNAUTHENTICATED, NoPermissionError, 77),
        (StatusCode.NOT_FOUND, NoPermissionError, 77),
        (StatusCode.INVALID_ARGUMENT, UsageError, 2),
        (StatusCode.FAILED_PRECONDITION, UsageError, 2),
        (StatusCode.UNIMPLEMENTED, UsageError, 2),
    ],
)
def test_a_permanently_refused_page_raises(
    following: Following,
    server: LoggingServer,
    page: int,
    refusal: tuple[StatusCode, type[TriageError], int],
) -> None:
    code, kind, status = refusal
    server.on_page(page, refuse(code, "no such luck"), times=2)
    with pytest.raises(kind, match="no such luck") as failed:
        following().gets(23)
    assert failed.value.status == status
    assert "--resume" not in str(failed.value)


def test_a_refused_page_token_loses_no_entry(following: Following, server: LoggingServer) -> None:
    def expire(_context: grpc.ServicerContext) -> bool:
        server.expire_tokens()
        return False

    server.on_page(3, expire)
    following().gets(23)


@pytest.mark.parametrize("times", [1, None])
def test_a_repeated_page_token_loses_no_entry(
    following: Following, server: LoggingServer, times: int | None
) -> None:
    server.on_page(3, repeat, times=times)
    following().gets(23)


def test_tokens_that_are_always_refused_raise(following: Following, server: LoggingServer) -> None:
    server.add(
        entry(number) | {"timestamp": "2025-09-16T00:01:00Z", "insertId": f"z{number}"}
        for number in range(12)
    )
    for page in range(2, 9):
        server.on_page(page, refuse(StatusCode.INVALID_ARGUMENT, "page_token has expired"), times=None)
    with pytest.raises(UsageError, match="page_token has expired"):
        following().gets(23)


def test_following_gives_up_when_nothing_ever_answers(following: Following) -> None:
    with LoggingServer([]) as gone:
        address = gone.address
    ticks = iter(range(0, 10**6, 10))
    followed = following(
        address=address,
        timing=Timing(tick=0, first_pause=0.01, max_pause=0.02),
        clock=lambda: float(next(ticks)),
        sleep=lambda _: None,
    )
    with pytest.raises(TryAgainError, match=r"did not answer for \d+ s") as failed:
        followed.gets(1)
    assert "--resume" not in failed.value.hint
    assert len(followed.messages) == 1


def test_following_never_gives_up_after_a_first_answer(following: Following, server: LoggingServer) -> None:
    ticks = iter(range(0, 10**8, 10))
    followed = following(
        timing=Timing(tick=0, session=30, first_pause=0.01, max_pause=0.02),
        clock=lambda: float(next(ticks)),
        sleep=lambda _: None,
    )
    followed.gets(23)
    server.on_page(1, refuse(StatusCode.UNAVAILABLE), times=40)
    server.tails.end()
    server.arrive([entry(23)])
    followed.gets(24)


def test_suppressed_entries_are_counted_and_queried(following: Following, server: LoggingServer) -> None:
    followed = following()
    server_has_tail(followed, server, 1)
    followed.gets(23)
    server.on_page(1, refuse(StatusCode.UNAVAILABLE), times=None)
    server.arrive(later(23, 33), suppressed=7)
    followed.until(lambda: followed.follow.stream.suppressed == 7)
    assert followed.follow.stream.missing == 7
    assert followed.follow.gap_text == "7 entries that Cloud Logging suppressed were not asked for again"
    server.on_page(1, lambda _: False, times=None)
    followed.gets(33)
    followed.until(lambda: followed.follow.stream.missing == 0)
    assert (followed.follow.stream.suppressed, followed.follow.gap_text) == (7, "")


def test_an_unfilled_gap_is_reported(following: Following, server: LoggingServer) -> None:
    followed = following()
    followed.gets(23)
    server.on_page(1, refuse(StatusCode.UNAVAILABLE), times=None)
    server.tails.on_session(None, refuse(StatusCode.UNAVAILABLE))
    server.tails.end(refuse(StatusCode.UNAVAILABLE))
    followed.until(lambda: followed.follow.gap_text != "")
    assert followed.follow.gap_text.startswith("not all entries after 2025-09-16 00:02:40 UTC")
    followed.until(lambda: followed.follow.stream.arriving == "reconnecting")


def test_a_filled_gap_is_queried_again_after_the_grace_period(
    following: Following, server: LoggingServer
) -> None:
    followed = following()
    server_has_tail(followed, server, 1)
    followed.until(lambda: len(followed.ids) == 23)
    server.add(later(23, 25))
    followed.gets(25)


def test_with_too_many_sessions_it_polls_until_tailing_is_possible(
    following: Following, server: LoggingServer
) -> None:
    server.tails.on_session(1, refuse(StatusCode.RESOURCE_EXHAUSTED))
    server.tails.on_session(2, refuse(StatusCode.RESOURCE_EXHAUSTED))
    followed = following()
    followed.gets(23)
    server.add(later(23, 25))
    followed.gets(25)
    followed.until(lambda: followed.follow.stream.arriving == "tailing")
    assert followed.messages[-1] == "tailing is possible again"
    assert len(server.tails.filters) == 3


def test_the_delay_is_that_of_the_newest_entry(following: Following, server: LoggingServer) -> None:
    now = START + 300 * NANOSECONDS
    followed = following(now=lambda: now)
    server_has_tail(followed, server, 1)
    followed.gets(23)
    server.arrive([entry(25)])
    followed.gets(24)
    assert followed.follow.stream.delay == pytest.approx(300 - 250.123456789)


def test_a_wrong_clock_loses_no_entry(following: Following, server: LoggingServer) -> None:
    ahead, behind = START + 800 * NANOSECONDS, START - 300 * NANOSECONDS
    for now in (ahead, behind):
        followed = following(now=lambda now=now: now)
        followed.gets(len(followed.ids) or 23 + (now == behind) * 2)
        if now == ahead:
            server.tails.end()
            server.arrive(later(23, 25))
            followed.gets(25)
        followed.close()


def test_more_responses_than_the_queue_holds_all_arrive(following: Following, server: LoggingServer) -> None:
    followed = following()
    server_has_tail(followed, server, 1)
    for number in range(23, 1023):
        server.tails.send(list(server._parse([entry(number)])))
    followed.gets(1023)
