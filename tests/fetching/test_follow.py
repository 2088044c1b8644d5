"""Whatever becomes of the connection, who follows a service gets every entry of it, once."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import grpc
import msgspec
import pytest
from grpc import StatusCode

from tests.fakes.entries import SERVICE, START, WINDOW, entries, entry
from tests.fakes.logging_server import LoggingServer, refuse
from tests.fakes.wire import Wire
from triage.errors import NoPermissionError, TriageError, TryAgainError, UsageError
from triage.fetching.client import Connection, connect
from triage.fetching.follow import Follow, Rhythm
from triage.fetching.query import clause
from triage.models import FetchPlan
from triage.window import NANOSECONDS

CODES = [code for code in StatusCode if code is not StatusCode.OK]
#: A session that is refused in these ways is tried again; all others are for good.
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
QUICK = Rhythm(tick=0.01, poll=0.05, settle=0.05, retry=0.1, first=0.01, most=0.02, budget=1e9)
Following = Callable[..., "Followed"]


class Followed:
    """A follow under way, and what it has brought."""

    def __init__(self, follow: Follow, said: list[str]) -> None:
        self.follow = follow
        self.said = said
        self.ids: list[str] = []
        self._deliveries = follow.deliveries()

    def step(self) -> None:
        self.ids += [msgspec.json.decode(line)["insertId"] for line in next(self._deliveries).lines]

    def until(self, reached: Callable[[], bool]) -> None:
        """Follow until something is so. Nothing is judged by the time that it takes; only a hang is ended."""
        given_up = time.monotonic() + 60
        while time.monotonic() < given_up:
            if reached():
                return
            self.step()
        pytest.fail(f"still not so, with {len(self.ids)} entries; {self.said}")

    def gets(self, count: int) -> None:
        """Follow until so many entries are there, and on until all is asked for: no other has come."""
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
    """Begin to follow; pages hold five entries."""
    monkeypatch.setattr("triage.fetching.listing.PAGE_SIZE", 5)
    connections: list[tuple[Followed, Connection]] = []

    def begin(since: int = START, rhythm: Rhythm = QUICK, address: str = "", **more: Any) -> Followed:
        plan = FetchPlan(
            services=[SERVICE], window=WINDOW, project="demo", endpoint=address or server.address
        )
        connection = connect(plan, {})
        said: list[str] = []
        follow = Follow(
            connection,
            clause(SERVICE, [], everything=True),
            since,
            reads_per_minute=10**9,
            tell=said.append,
            rhythm=rhythm,
            **{"now": lambda: START + 300 * NANOSECONDS} | more,
        )
        followed = Followed(follow, said)
        connections.append((followed, connection))
        return followed

    yield begin
    for followed, connection in connections:
        followed.close()
        connection.close()


def later(first: int, last: int) -> list[dict[str, Any]]:
    """Return entries that arrive while the service is followed."""
    return [entry(number) for number in range(first, last)]


def test_it_begins_with_what_was_logged_and_goes_on_with_what_arrives(
    following: Following, server: LoggingServer
) -> None:
    followed = following()
    server_has_tail(followed, server, 1)
    followed.gets(23)
    server.arrive(later(23, 26))
    followed.gets(26)
    assert followed.follow.stream.arriving == "tailing"
    assert followed.follow.owed == ""
    assert followed.said == []


def server_has_tail(followed: Followed, server: LoggingServer, sessions: int) -> None:
    followed.until(lambda: len(server.tails.filters) >= sessions)


def test_the_look_back_begins_where_it_is_told(following: Following) -> None:
    following(since=START + 200 * NANOSECONDS).gets(3)


def test_what_arrives_during_the_look_back_comes_once(following: Following, server: LoggingServer) -> None:
    def arrive(_context: grpc.ServicerContext) -> bool:
        server.tails.wait_for(1)
        server.arrive(later(23, 30))
        return False

    server.on_page(3, arrive)
    following().gets(30)


def test_entries_in_no_order_come_once(following: Following, server: LoggingServer) -> None:
    followed = following()
    server_has_tail(followed, server, 1)
    for number in (30, 25, 28, 24, 29, 23, 27, 26):
        server.arrive([entry(number)])
    followed.gets(31)


@pytest.mark.parametrize("code", CODES)
def test_a_session_that_is_refused_costs_no_entry(
    following: Following, server: LoggingServer, code: StatusCode
) -> None:
    server.tails.on_session(1, refuse(code, "not here"))
    followed = following()
    followed.gets(23)
    server.arrive(later(23, 27))
    followed.gets(27)
    if code in TRIED_AGAIN:
        server_has_tail(followed, server, 2)
        assert followed.said == []
    elif code is StatusCode.RESOURCE_EXHAUSTED:
        assert followed.said[0].startswith("no more tail sessions in project demo (not here)")
    else:
        assert followed.follow.stream.arriving == "polling"
        assert followed.said[0].startswith("tailing is not possible here (not here)")
        assert followed.said[0].endswith("new entries are asked for every 0.05 s instead")
        assert len(server.tails.filters) == 1


@pytest.mark.parametrize("code", CODES)
def test_a_session_that_breaks_while_entries_arrive_costs_none(
    following: Following, server: LoggingServer, code: StatusCode
) -> None:
    followed = following()
    server_has_tail(followed, server, 1)
    server.arrive(later(23, 25))
    followed.gets(25)
    server.tails.end(refuse(code))
    server.arrive(later(25, 40))
    followed.gets(40)


def test_a_session_that_the_server_ends_is_opened_again(following: Following, server: LoggingServer) -> None:
    followed = following()
    for session in range(1, 4):
        server_has_tail(followed, server, session)
        server.tails.end()
        server.arrive([entry(22 + session)])
        followed.gets(23 + session)
    assert followed.said == []


def test_a_session_that_says_nothing_is_renewed(following: Following, server: LoggingServer) -> None:
    followed = following(rhythm=msgspec.structs.replace(QUICK, session=0.05))
    server_has_tail(followed, server, 4)
    followed.gets(23)


def test_connections_that_drop_are_made_again(following: Following, server: LoggingServer) -> None:
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
def test_a_page_that_fails_for_a_while_is_asked_for_again(
    following: Following, server: LoggingServer, code: StatusCode, page: int
) -> None:
    server.on_page(page, refuse(code), times=3)
    followed = following()
    followed.gets(23)
    trouble, over = followed.said
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
def test_a_page_that_stays_refused_ends_it(
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


def test_a_page_token_that_is_refused_costs_no_entry(following: Following, server: LoggingServer) -> None:
    def expire(_context: grpc.ServicerContext) -> bool:
        server.expire_tokens()
        return False

    server.on_page(3, expire)
    following().gets(23)


def test_tokens_that_are_never_taken_end_it(following: Following, server: LoggingServer) -> None:
    server.add(
        entry(number) | {"timestamp": "2025-09-16T00:01:00Z", "insertId": f"z{number}"}
        for number in range(12)
    )
    for page in range(2, 9):
        server.on_page(page, refuse(StatusCode.INVALID_ARGUMENT, "page_token has expired"), times=None)
    with pytest.raises(UsageError, match="page_token has expired"):
        following().gets(23)


def test_where_nothing_ever_answers_it_gives_up(following: Following) -> None:
    with LoggingServer([]) as gone:
        address = gone.address
    ticks = iter(range(0, 10**6, 10))
    followed = following(
        address=address,
        rhythm=Rhythm(tick=0, first=0.01, most=0.02),
        clock=lambda: float(next(ticks)),
        sleep=lambda _: None,
    )
    with pytest.raises(TryAgainError, match=r"did not answer for \d+ s") as failed:
        followed.gets(1)
    assert "--resume" not in failed.value.hint
    assert len(followed.said) == 1


def test_what_has_answered_once_is_waited_for_without_end(
    following: Following, server: LoggingServer
) -> None:
    ticks = iter(range(0, 10**8, 10))
    followed = following(
        rhythm=Rhythm(tick=0, session=30, first=0.01, most=0.02),
        clock=lambda: float(next(ticks)),
        sleep=lambda _: None,
    )
    followed.gets(23)
    server.on_page(1, refuse(StatusCode.UNAVAILABLE), times=40)
    server.tails.end()
    server.arrive([entry(23)])
    followed.gets(24)


def test_suppressed_entries_are_counted_and_then_asked_for(
    following: Following, server: LoggingServer
) -> None:
    followed = following()
    server_has_tail(followed, server, 1)
    followed.gets(23)
    server.on_page(1, refuse(StatusCode.UNAVAILABLE), times=None)
    server.arrive(later(23, 33), suppressed=7)
    followed.until(lambda: followed.follow.stream.suppressed == 7)
    assert followed.follow.stream.missing == 7
    assert followed.follow.owed == "7 entries that Cloud Logging suppressed were not asked for again"
    server.on_page(1, lambda _: False, times=None)
    followed.gets(33)
    followed.until(lambda: followed.follow.stream.missing == 0)
    assert (followed.follow.stream.suppressed, followed.follow.owed) == (7, "")


def test_a_hole_that_is_not_filled_is_owed(following: Following, server: LoggingServer) -> None:
    followed = following()
    followed.gets(23)
    server.on_page(1, refuse(StatusCode.UNAVAILABLE), times=None)
    server.tails.on_session(None, refuse(StatusCode.UNAVAILABLE))
    server.tails.end(refuse(StatusCode.UNAVAILABLE))
    followed.until(lambda: followed.follow.owed != "")
    assert followed.follow.owed.startswith("not all entries after 2025-09-16 00:02:40 UTC")
    followed.until(lambda: followed.follow.stream.arriving == "reconnecting")


def test_what_shows_only_after_a_hole_was_filled_is_asked_for_once_more(
    following: Following, server: LoggingServer
) -> None:
    followed = following()
    server_has_tail(followed, server, 1)
    followed.until(lambda: len(followed.ids) == 23)
    server.add(later(23, 25))
    followed.gets(25)


def test_with_too_many_sessions_it_polls_and_tails_when_there_is_room(
    following: Following, server: LoggingServer
) -> None:
    server.tails.on_session(1, refuse(StatusCode.RESOURCE_EXHAUSTED))
    server.tails.on_session(2, refuse(StatusCode.RESOURCE_EXHAUSTED))
    followed = following()
    followed.gets(23)
    server.add(later(23, 25))
    followed.gets(25)
    followed.until(lambda: followed.follow.stream.arriving == "tailing")
    assert followed.said[-1] == "tailing is possible again"
    assert len(server.tails.filters) == 3


def test_the_delay_is_that_of_the_newest_entry(following: Following, server: LoggingServer) -> None:
    now = START + 300 * NANOSECONDS
    followed = following(now=lambda: now)
    server_has_tail(followed, server, 1)
    followed.gets(23)
    server.arrive([entry(25)])
    followed.gets(24)
    assert followed.follow.stream.delay == pytest.approx(300 - 250.123456789)


def test_a_clock_that_is_wrong_by_minutes_loses_nothing(following: Following, server: LoggingServer) -> None:
    ahead, behind = START + 800 * NANOSECONDS, START - 300 * NANOSECONDS
    for now in (ahead, behind):
        followed = following(now=lambda now=now: now)
        followed.gets(len(followed.ids) or 23 + (now == behind) * 2)
        if now == ahead:
            server.tails.end()
            server.arrive(later(23, 25))
            followed.gets(25)
        followed.close()


def test_more_responses_than_are_held_at_a_time_come_all_the_same(
    following: Following, server: LoggingServer
) -> None:
    followed = following()
    server_has_tail(followed, server, 1)
    for number in range(23, 1023):
        server.tails.send(list(server._understood([entry(number)])))
    followed.gets(1023)
