"""``triage sweep``: one table, what was done, and the exit status."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from grpc import StatusCode

from tests.fakes.github_server import Fault, GitHubServer
from tests.fakes.logging_server import LoggingServer, refuse
from tests.pipeline.sweeping import NOW, POLICY, crashes, place, serves
from tests.runs.logs import request

Call = Callable[..., Any]


@pytest.fixture(autouse=True)
def _isolated_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Use an empty folder without gcloud and without a project, an hour after the first log."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(tmp_path / "no-gcloud"))
    monkeypatch.setenv("TRIAGE_READS_PER_MINUTE", "1000000")
    for variable in ("GOOGLE_CLOUD_PROJECT", "CLOUDSDK_CORE_PROJECT", "GCLOUD_PROJECT"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr("time.time_ns", lambda: NOW)
    monkeypatch.setattr("triage.fetching.pages.RetryPolicy", lambda: POLICY)


@pytest.fixture
def server() -> Iterator[LoggingServer]:
    odd = "storefront-checkout-payments-europe"
    degraded = [*serves(odd), *(request(700 + n, "/pay", 500, **place(odd)) for n in range(3))]
    with LoggingServer([*serves("booth"), *crashes("kiosk"), *degraded]) as running:
        yield running


@pytest.fixture
def github(monkeypatch: pytest.MonkeyPatch) -> Iterator[GitHubServer]:
    with GitHubServer(issues=0) as running:
        monkeypatch.setenv("GITHUB_API_URL", running.url)
        monkeypatch.setenv("GITHUB_TOKEN", "good")
        yield running


def at(server: LoggingServer) -> tuple[str, ...]:
    return ("sweep", "--project", "demo", "--endpoint", server.address)


def test_round_ends_with_one_table(call: Call, server: LoggingServer, github: GitHubServer) -> None:
    called = call(*at(server), "--repo", "demo/demo")
    assert called.status == 0
    header, *rows = called.out.splitlines()
    assert header.split() == ["service", "verdict", "incident", "since", "issue"]
    assert [row.split("  ")[0] for row in rows if row and not row.startswith(" ")][:3] == [
        "kiosk",
        "storefront-checkout-",
        "payments-europe",
    ]
    assert "NOT READY" in rows[0]
    assert rows[0].endswith("08:10  would open")
    assert rows[-1].startswith("3 services: 1 not ready, 1 degraded, 1 ready; ")
    assert called.err.splitlines()[-1] == (
        "nothing was written: --apply --repo OWNER/NAME opens and updates issues"
    )
    assert github.issues == {}


@pytest.mark.parametrize("columns", [80, 120])
def test_table_fits_the_terminal(
    call: Call, server: LoggingServer, monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    assert max(map(len, call(*at(server)).out.splitlines())) <= columns


def test_applied_round_opens_issues_and_says_so(
    call: Call, server: LoggingServer, github: GitHubServer
) -> None:
    apply = ("--apply", "--repo", "demo/demo", "--state", "sweep.json")
    called = call(*at(server), *apply)
    assert called.status == 0
    assert "opened #1" in called.out
    assert len(github.issues) == 2
    assert "nothing was written" not in called.err
    again = call(*at(server), *apply)
    assert again.out == "Nothing was read: the last round has just ended; 0 calls to Cloud Logging.\n"
    assert len(github.issues) == 2


def test_window_without_entries_says_what_was_looked_for(call: Call) -> None:
    with LoggingServer([]) as empty:
        called = call(*at(empty))
    words = "No service has entries in the window (jobs and worker pools are not read)"
    assert " ".join(called.out.split()) == f"{words}; 1 call to Cloud Logging."


def test_quiet_prints_only_the_table(call: Call, server: LoggingServer) -> None:
    called = call("-q", *at(server))
    assert called.err == ""
    assert called.out.splitlines()[0].startswith("service")
    assert "Cloud Logging" not in called.out


def test_dry_run_calls_nothing(call: Call, server: LoggingServer) -> None:
    called = call(*at(server), "--dry-run", "--max-calls", "40", "--service", "kiosk", "--service", "booth")
    assert called.status == 0
    assert called.out.splitlines() == [
        "would read the logs of kiosk, booth in project demo",
        "window: 2026-03-01 08:00:00 UTC (00:00:00 PST) to 2026-03-01 09:00:00 UTC (01:00:00 PST)",
        "at most 40 calls, and at most 1000000 a minute",
    ]
    assert server.requests == []


@pytest.mark.parametrize(
    ("options", "status"),
    [
        ([], 0),
        (["--exit-code"], 1),
        (["--service", "booth", "--exit-code", "--strict"], 0),
        (["--service", "storefront-checkout-payments-europe", "--exit-code"], 0),
        (["--service", "storefront-checkout-payments-europe", "--fail-on", "degraded"], 1),
        (["--service", "absent", "--strict"], 3),
        (["--max-calls", "2"], 75),
        (["--max-calls", "1"], 75),
    ],
)
def test_exit_status(call: Call, server: LoggingServer, options: list[str], status: int) -> None:
    assert call(*at(server), *options).status == status


def test_used_up_quota_is_one_line_and_the_rest_is_for_the_next_round(
    call: Call, server: LoggingServer, github: GitHubServer
) -> None:
    server.on_page(1, lambda _: False)
    server.on_page(1, refuse(StatusCode.RESOURCE_EXHAUSTED, "Quota exceeded"), times=1000)
    names = [word for name in ("kiosk", "booth") for word in ("--service", name)]
    called = call(*at(server), *names, "--apply", "--repo", "demo/demo", "--state", "sweep.json")
    assert called.status == 75
    assert "NOT READ" in called.out
    early, unread = called.err.splitlines()[-2:]
    assert early.startswith("the round ended early: the read quota of project demo stayed used up for ")
    assert unread.endswith("; the next round resumes there")
    assert github.issues == {}


def test_refused_issue_is_one_line_with_77(call: Call, server: LoggingServer, github: GitHubServer) -> None:
    github.faults = [Fault("POST", status=403, message="Resource not accessible", path="/issues")]
    called = call(*at(server), "--apply", "--repo", "demo/demo")
    assert called.status == 77
    assert "refused" in called.out
    assert "opened #1" in called.out
    assert called.err.splitlines()[-1].startswith("refused: ")


@pytest.mark.parametrize(
    ("options", "status", "says"),
    [
        (["--apply"], 2, "--apply opens and updates issues; say where: --repo OWNER/NAME"),
        (["--service", "No Name"], 2, "'No Name' is not a valid Cloud Run service name"),
        (["--service", "No Name", "--dry-run"], 2, "'No Name' is not a valid Cloud Run service name"),
        (["--project", 'p"x', "--dry-run"], 2, "is no project id"),
        (["--since", "often"], 2, "'often'"),
        (["--since", "0s"], 2, "--since: the window of the first round is empty; give a length such as 1h"),
        (["--max-calls", "0"], 2, "0 is not in the range x>=1"),
        (["--state", "damaged", "--dry-run"], 65, "--state damaged: not a file of a sweep, or damaged: "),
        (["--state", "nowhere/s", "--apply", "--repo", "demo/demo"], 74, "--state nowhere/s: No such file"),
    ],
)
@pytest.mark.usefixtures("github")
def test_wrong_use_is_one_line(
    call: Call, server: LoggingServer, options: list[str], status: int, says: str
) -> None:
    Path("damaged").write_text("{")
    called = call(*at(server), *options)
    assert called.status == status
    assert says in called.err.splitlines()[-1]
    assert called.out == ""
