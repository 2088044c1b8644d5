"""A round over the services of a project: logs over gRPC, issues of a stateful GitHub."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from grpc import StatusCode

from tests.fakes.github_server import Fault, GitHubServer
from tests.fakes.gitlab_server import GitLabServer
from tests.fakes.logging_server import LoggingServer, refuse
from tests.pipeline.sweeping import CRASH, HOUR, NOW, POLICY, START, crashes, place, serves
from tests.runs.logs import PACKS, log_line, platform, request
from tests.tickets.demo import connect
from triage import pipeline
from triage.errors import NoPermissionError, TryAgainError, UsageError
from triage.models import Sweep, SweepPlan, SweptService
from triage.tickets import GitLabTracker, Tracker
from triage.window import NANOSECONDS, Window


@pytest.fixture
def server() -> Iterator[LoggingServer]:
    with LoggingServer([]) as running:
        yield running


@pytest.fixture
def github() -> Iterator[GitHubServer]:
    with GitHubServer(issues=0) as running:
        yield running


class Rounds:
    """Rounds over a server, with what they said."""

    def __init__(self, server: LoggingServer, state: Path | None = None) -> None:
        self.notified: list[str] = []
        self.plan = SweepPlan(
            services=[],
            first_length=HOUR,
            project="demo",
            state=str(state or ""),
            reads_per_minute=10**9,
            endpoint=server.address,
        )

    def run(
        self,
        github: GitHubServer | None = None,
        *,
        tracker: Tracker | None = None,
        apply: bool = False,
        now: int = NOW,
        **plan: Any,
    ) -> Sweep:
        callbacks = pipeline.SweepCallbacks(
            notify=self.notified.append, explain=lambda _: None, show_progress=lambda _: None
        )
        return pipeline.sweep(
            msgspec.structs.replace(self.plan, **plan),
            PACKS,
            callbacks,
            tracker=connect(github) if github else tracker,
            apply=apply,
            now=now,
            retry_policy=POLICY,
        )


@pytest.fixture
def rounds(server: LoggingServer, tmp_path: Path) -> Rounds:
    return Rounds(server, tmp_path / "sweep.json")


def verdicts(done: Sweep) -> dict[str, str | None]:
    return {service.service: service.verdict for service in done.services}


def actions(done: Sweep) -> dict[str, list[str]]:
    return {one.service: [incident.action for incident in one.incidents] for one in done.services}


def asked_windows(server: LoggingServer, service: str) -> list[tuple[str, str]]:
    """Return the windows of the first query of each round for the logs of a service."""
    texts = [text for text, _, _ in server.requests if f'resource.labels.service_name="{service}"' in text]
    lines = [text.splitlines()[:2] for text in texts if "severity>=WARNING" in text]
    return [(start[len('timestamp>="') : -1], end[len('timestamp<"') : -1]) for start, end in lines]


def test_every_service_with_entries_has_its_verdict_the_worst_first(
    server: LoggingServer, rounds: Rounds
) -> None:
    server.add([*serves("booth"), *crashes("kiosk"), *serves("stall")])
    done = rounds.run()
    assert verdicts(done) == {"kiosk": "not_ready", "booth": "ready", "stall": "ready"}
    assert next(iter(verdicts(done))) == "kiosk"
    assert done.window == Window(START, START + HOUR)
    assert done.stopped == ""
    assert rounds.notified[0] == "project demo, named by --project"
    assert rounds.notified[-1] == "at most 300 calls, and at most 1000000000 a minute"


def test_number_of_calls_is_that_of_the_server(server: LoggingServer, rounds: Rounds) -> None:
    server.add([*serves("booth"), *crashes("kiosk")])
    assert rounds.run().calls == len(server.requests) <= 12


def test_only_named_services_are_read(server: LoggingServer, rounds: Rounds) -> None:
    server.add([*serves("booth"), *crashes("kiosk")])
    done = rounds.run(services=["booth", "absent"])
    assert verdicts(done) == {"absent": "no_data", "booth": "ready"}
    assert not any("kiosk" in text for text, _, _ in server.requests)


def test_invalid_name_is_refused_before_anything_is_called(
    server: LoggingServer, github: GitHubServer, rounds: Rounds
) -> None:
    server.add(crashes("kiosk"))
    with pytest.raises(UsageError, match="'stall_2' is not a valid Cloud Run service name"):
        rounds.run(github, apply=True, services=["kiosk", "stall_2"])
    assert (server.requests, github.issues) == ([], {})


class TestIssues:
    """One issue for each open incident; nothing is written without ``apply``."""

    def test_preview_writes_nothing(
        self, server: LoggingServer, github: GitHubServer, rounds: Rounds, tmp_path: Path
    ) -> None:
        server.add([*serves("booth"), *crashes("kiosk")])
        assert actions(rounds.run())["kiosk"] == ["would write"]
        assert actions(rounds.run(github)) == {"kiosk": ["would open"], "booth": []}
        assert {asked.method for asked in github.requests if asked.path != "/graphql"} <= {"GET"}
        assert list(tmp_path.iterdir()) == []

    def test_incident_is_opened_once_and_then_updated(
        self, server: LoggingServer, github: GitHubServer, rounds: Rounds
    ) -> None:
        server.add([*serves("booth"), *crashes("kiosk")])
        assert actions(rounds.run(github, apply=True)) == {"kiosk": ["opened"], "booth": []}
        assert [issue["title"][:7] for issue in github.issues.values()] == ["kiosk: "]
        server.add(crashes("kiosk", at=3700))
        again = rounds.run(github, apply=True, now=NOW + HOUR)
        assert actions(again) == {"kiosk": ["updated"]}
        assert again.services[0].incidents[0].url.endswith("/issues/1")
        assert len(github.issues) == 1
        assert actions(rounds.run(github, now=NOW + HOUR, state="")) == {"kiosk": ["would update"]}

    def test_each_incident_of_a_service_has_its_own_issue_and_report(
        self, server: LoggingServer, github: GitHubServer, rounds: Rounds
    ) -> None:
        server.add([*crashes("kiosk"), *crashes("kiosk", at=900, text="giving up: no license is left")])
        done = rounds.run(github, apply=True)
        titles = [issue["title"] for issue in github.issues.values()]
        assert len(titles) == len(done.services[0].incidents) == len(set(titles)) > 1
        for title, issue in zip(titles, github.issues.values(), strict=True):
            assert title.removeprefix("kiosk: ")[:30] in issue["body"].replace("`", "")

    def test_service_that_is_ready_gets_no_issue(
        self, server: LoggingServer, github: GitHubServer, rounds: Rounds
    ) -> None:
        server.add(serves("booth"))
        rounds.run(github, apply=True)
        assert github.issues == {}

    def test_incident_that_is_over_gets_no_issue_but_its_open_one_is_updated(
        self, server: LoggingServer, github: GitHubServer, rounds: Rounds
    ) -> None:
        over = [*crashes("kiosk", at=3700), *serves("kiosk", at=4200)]
        server.add(over)
        done = rounds.run(github, apply=True, now=NOW + HOUR)
        assert (github.issues, actions(done)) == ({}, {"kiosk": []})
        server.add(crashes("kiosk", at=7300))
        assert actions(rounds.run(github, apply=True, now=NOW + 2 * HOUR)) == {"kiosk": ["opened"]}
        server.add([*crashes("kiosk", at=10900), *serves("kiosk", at=11500)])
        done = rounds.run(github, apply=True, now=NOW + 3 * HOUR)
        assert actions(done) == {"kiosk": ["updated"]}
        assert done.services[0].incidents[0].recovered

    def test_issue_that_was_closed_lately_is_left_alone(
        self, server: LoggingServer, github: GitHubServer, rounds: Rounds
    ) -> None:
        server.add(crashes("kiosk"))
        rounds.run(github, apply=True)
        github.close(1, "2026-02-27T10:00:00Z")
        assert actions(rounds.run(github, state="")) == {"kiosk": ["would leave closed"]}
        done = rounds.run(github, apply=True, state="")
        assert actions(done) == {"kiosk": ["left closed"]}
        assert done.services[0].incidents[0].note == "closed on 2026-02-27"
        assert len(github.issues) == 1

    def test_tracker_that_fails_leaves_the_service_for_the_next_round(
        self, server: LoggingServer, github: GitHubServer, rounds: Rounds
    ) -> None:
        server.add([*crashes("booth"), *crashes("kiosk"), *serves("stall")])
        github.faults = [Fault("GET", status=502, path="/issues") for _ in range(3)]
        done = rounds.run(github, apply=True)
        assert actions(done) == {"booth": ["not written"], "kiosk": ["not written"], "stall": []}
        assert "answered 502" in done.stopped
        assert [one.service for one in done.services if one.unread_since is not None] == ["booth", "kiosk"]
        again = rounds.run(github, apply=True, now=NOW + HOUR)
        assert actions(again) == {"booth": ["opened"], "kiosk": ["opened"]}
        assert len(github.issues) == 2

    def test_issue_that_is_refused_does_not_keep_others_from_being_written(
        self, server: LoggingServer, github: GitHubServer, rounds: Rounds
    ) -> None:
        server.add([*crashes("booth"), *crashes("kiosk")])
        github.faults = [Fault("POST", status=403, message="Resource not accessible", path="/issues")]
        done = rounds.run(github, apply=True)
        assert actions(done) == {"booth": ["refused"], "kiosk": ["opened"]}
        assert "demo/demo" in done.refused
        assert done.stopped == ""
        again = rounds.run(github, apply=True, now=NOW + HOUR)
        assert again.window.start == START + HOUR

    def test_gitlab_gets_the_issues_too(self, server: LoggingServer, rounds: Rounds) -> None:
        server.add(crashes("kiosk"))
        with GitLabServer() as gitlab:
            for number, expected in enumerate(["would open", "opened", "updated"], start=1):
                tracker = GitLabTracker(
                    "demo/tools/app", "good", f"{gitlab.url}/api/v4", sleep=lambda _: None
                )
                done = rounds.run(tracker=tracker, apply=expected != "would open", state="")
                assert actions(done) == {"kiosk": [expected]}
                server.add(crashes("kiosk", at=600 * number + 600))
            assert done.services[0].incidents[0].url.endswith("/-/issues/2")
            assert len(gitlab.issues) == 2

    @pytest.mark.parametrize(("names", "refused"), [(["kiosk"], 1), (["a", "b", "c", "d"], 3)])
    def test_missing_permission_is_an_error_and_keeps_the_window(
        self,
        server: LoggingServer,
        github: GitHubServer,
        rounds: Rounds,
        names: list[str],
        refused: int,
    ) -> None:
        server.add([log for name in names for log in crashes(f"{name}-service")])
        fault = Fault("POST", status=403, message="Resource not accessible", path="/issues")
        github.faults = [fault] * 5
        with pytest.raises(NoPermissionError):
            rounds.run(github, apply=True)
        assert len(github.faults) == 5 - refused
        assert not Path(rounds.plan.state).exists()


class TestRounds:
    """Rounds join; what one does not read, the next one does."""

    def test_rounds_read_every_second_once(
        self, server: LoggingServer, github: GitHubServer, rounds: Rounds
    ) -> None:
        server.add([log for hour in range(3) for log in serves("booth", at=3600 * hour + 600)])
        for hour in range(3):
            rounds.run(github, apply=True, now=NOW + hour * HOUR)
        assert asked_windows(server, "booth") == [
            ("2026-03-01T08:00:00Z", "2026-03-01T09:00:00Z"),
            ("2026-03-01T09:00:00Z", "2026-03-01T10:00:00Z"),
            ("2026-03-01T10:00:00Z", "2026-03-01T11:00:00Z"),
        ]

    def test_missed_rounds_are_caught_up(
        self, server: LoggingServer, github: GitHubServer, rounds: Rounds
    ) -> None:
        server.add([*serves("booth"), *crashes("booth", at=3 * 3600)])
        rounds.run(github, apply=True)
        done = rounds.run(github, apply=True, now=NOW + 4 * HOUR)
        assert done.window == Window(START + HOUR, START + 5 * HOUR)
        assert actions(done) == {"booth": ["opened"]}

    def test_what_is_too_long_ago_is_named(self, github: GitHubServer, rounds: Rounds) -> None:
        rounds.run(github, apply=True)
        rounds.run(github, apply=True, now=NOW + 10 * HOUR)
        [line] = [line for line in rounds.notified if line.startswith("not read: ")]
        assert line.startswith("not read: 2026-03-01 09:00:00 UTC to 2026-03-01 13:00:00 UTC")
        assert line.endswith(", too long ago for one round")

    def test_preview_does_not_move_the_window(
        self, server: LoggingServer, github: GitHubServer, rounds: Rounds
    ) -> None:
        server.add(crashes("kiosk"))
        rounds.run(github)
        assert actions(rounds.run(github, apply=True)) == {"kiosk": ["opened"]}

    def test_round_without_new_time_calls_nothing(
        self, server: LoggingServer, github: GitHubServer, rounds: Rounds
    ) -> None:
        rounds.run(github, apply=True)
        calls = len(server.requests)
        done = rounds.run(github, apply=True)
        assert (done.services, done.calls, len(server.requests)) == ([], 0, calls)

    @pytest.mark.parametrize("code", [StatusCode.RESOURCE_EXHAUSTED, StatusCode.UNAVAILABLE])
    def test_quota_or_network_ends_the_round_and_the_next_one_goes_on(
        self,
        server: LoggingServer,
        github: GitHubServer,
        rounds: Rounds,
        code: StatusCode,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        server.add([*serves("booth"), *crashes("kiosk"), *crashes("stall")])
        real, fails = pipeline.fetch, iter([False, True])

        def fetch(plan: Any, *args: Any, **more: Any) -> Any:
            if next(fails):
                server.on_page(1, refuse(code), times=None)
            return real(plan, *args, **more)

        monkeypatch.setattr("triage.pipeline.sweep_run.fetch", fetch)
        done = rounds.run(github, apply=True)
        assert verdicts(done) == {"booth": "ready", "kiosk": None, "stall": None}
        assert done.stopped
        monkeypatch.undo()
        server._permanent_cues.clear()
        server.add(serves("booth", at=4000))
        again = rounds.run(github, apply=True, now=NOW + HOUR)
        assert actions(again) == {"kiosk": ["opened"], "stall": ["opened"], "booth": []}
        assert asked_windows(server, "booth")[-1][0] == "2026-03-01T09:00:00Z"
        assert asked_windows(server, "kiosk")[-1] == ("2026-03-01T08:00:00Z", "2026-03-01T10:00:00Z")

    def test_calls_are_bounded_and_the_next_rounds_read_the_rest(
        self, server: LoggingServer, github: GitHubServer, rounds: Rounds
    ) -> None:
        names = ["booth", "kiosk", "stall"]
        server.add([line for name in names for line in crashes(name)])
        seen: dict[str, list[str]] = {}
        for number in range(6):
            before = len(server.requests)
            done = rounds.run(github, apply=True, max_calls=8, now=NOW + number * 60 * NANOSECONDS)
            assert len(server.requests) - before == done.calls <= 8
            for name, found in actions(done).items():
                seen.setdefault(name, []).extend(found)
        assert {name: [one for one in found if one == "opened"] for name, found in seen.items()} == {
            name: ["opened"] for name in names
        }

    def test_services_that_cannot_be_listed_end_the_round_without_moving_the_window(
        self, server: LoggingServer, github: GitHubServer, rounds: Rounds, tmp_path: Path
    ) -> None:
        server.on_page(1, refuse(StatusCode.RESOURCE_EXHAUSTED), times=None)
        with pytest.raises(TryAgainError, match="the read quota of project demo stayed used up"):
            rounds.run(github, apply=True)
        assert not (tmp_path / "sweep.json").exists()

    def test_service_with_too_many_entries_is_read_on_by_the_next_round(
        self, server: LoggingServer, github: GitHubServer, rounds: Rounds, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("triage.pipeline.sweep_run._PAGE", 10)
        server.add([request(10 * number, "/orders", 200, **place("booth")) for number in range(40)])
        done = rounds.run(github, apply=True, max_calls=20)
        assert [one.unread_since for one in done.services] == [START + 190 * NANOSECONDS]
        rounds.run(github, apply=True, max_calls=20, now=NOW + 60 * NANOSECONDS)
        assert asked_windows(server, "booth")[-1] == ("2026-03-01T08:03:10Z", "2026-03-01T09:01:00Z")


def test_missing_role_is_an_error(server: LoggingServer, rounds: Rounds) -> None:
    server.on_page(1, refuse(StatusCode.PERMISSION_DENIED), times=None)
    with pytest.raises(NoPermissionError, match=r"roles/logging\.viewer"):
        rounds.run()


def test_description_names_window_services_and_the_most_calls(rounds: Rounds, server: LoggingServer) -> None:
    first, window, most = pipeline.describe_sweep(rounds.plan, NOW)
    assert first == "would read the logs of all services with entries in project demo"
    assert window.startswith("window: 2026-03-01 08:00:00 UTC")
    assert most == "at most 300 calls, and at most 1000000000 a minute"
    assert server.requests == []


def test_secret_in_a_title_is_masked(server: LoggingServer, rounds: Rounds) -> None:
    secret = "ghp_" + "a1B2" * 9
    lines = [
        log_line(600, f"giving up: token {secret} is refused", severity="ERROR", **place("kiosk")),
        platform(601, CRASH, severity="WARNING", **place("kiosk")),
    ]
    server.add(lines)
    found: list[SweptService] = rounds.run().services
    assert found[0].incidents
    assert secret not in str(found)
