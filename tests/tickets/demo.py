"""A ticket and a client of the fake GitHub server for the tests of tickets."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from tests.fakes.github_server import GitHubServer
from tests.fakes.tracker_clock import TrackerClock
from triage.models import Ticket, TicketResult
from triage.tickets import GitHubTracker, create_or_update

FINGERPRINT = "0a1b2c3d4e5f"
LABEL = f"triage:{FINGERPRINT}"
NOW = datetime(2026, 3, 20, tzinfo=UTC)
LONG = "\n\n".join(f"## Section {number}\n\n{'word ' * 3000}" for number in range(12))


def ticket(body: str = "the report", fingerprint: str = FINGERPRINT) -> Ticket:
    return Ticket(
        fingerprint=fingerprint,
        cause="gate-header-check",
        title="Refused",
        body=body,
        labels=["triage", f"triage:{fingerprint}"],
    )


def connect(
    server: GitHubServer,
    token: str = "good",
    notify: Callable[[str], None] = lambda _: None,
    clock: TrackerClock | None = None,
) -> GitHubTracker:
    clock = clock or TrackerClock()
    return GitHubTracker("demo/demo", token, server.url, notify=notify, sleep=clock.sleep, clock=clock)


def create(tracker: GitHubTracker, body: str = "the report", *, reopen: bool = False) -> list[TicketResult]:
    return create_or_update(tracker, ticket(body), now=NOW, reopen=reopen)


def done(results: list[TicketResult]) -> list[str]:
    return [result.done for result in results]


def days_ago(days: int) -> str:
    return (NOW - timedelta(days=days)).isoformat().replace("+00:00", "Z")
