"""An answer names the last issue of the same incident, closed ones too."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.github_server import Fault, GitHubServer

Call = Callable[..., Any]
LOWERED = Path(__file__).resolve().parents[1] / "cases" / "memory-lowered-by-a-deployment" / "entries.jsonl"
PAGE = "https://github.example.com/demo/demo/issues/"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[GitHubServer]:
    with GitHubServer(issues=0) as running:
        monkeypatch.setenv("GITHUB_API_URL", running.url)
        monkeypatch.setenv("GITHUB_TOKEN", "good")
        yield running


def fingerprint(call: Call) -> str:
    found: str = json.loads(call("diagnose", LOWERED, "--format", "json").out)["incidents"][0]["id"]
    return found


def file_issue(server: GitHubServer, label: str) -> int:
    number: int = server.open("kiosk: out of memory", "", ["triage", f"triage:{label}"])["number"]
    return number


@pytest.mark.parametrize(
    ("reason", "how"),
    [
        ("completed", " as completed"),
        ("not_planned", " as not planned"),
        ("duplicate", " as duplicate"),
        (None, ""),
    ],
)
def test_last_closed_issue_is_named_with_its_date_and_reason(
    call: Call, server: GitHubServer, reason: str | None, how: str
) -> None:
    number = file_issue(server, fingerprint(call))
    server.close(number, "2026-05-07T11:00:00Z", reason)
    called = call("diagnose", LOWERED, "--repo", "demo/demo")

    assert f"Seen before: issue #1, closed on 2026-05-07{how}: {PAGE}1" in " ".join(called.out.split())
    assert (called.status, called.err) == (0, "")


def test_issue_that_was_closed_last_is_named_and_the_others_are_counted(
    call: Call, server: GitHubServer
) -> None:
    label = fingerprint(call)
    for day in ("03", "09", "05"):
        server.close(file_issue(server, label), f"2026-05-{day}T11:00:00Z")
    file_issue(server, "another")
    called = call("diagnose", LOWERED, "--repo", "demo/demo")

    assert "Seen before: issue #2, closed on 2026-05-09 as completed (the last of 3 issues)" in called.out


def test_open_issue_is_the_last_one(call: Call, server: GitHubServer) -> None:
    label = fingerprint(call)
    file_issue(server, label)
    server.close(file_issue(server, label), "2026-05-09T11:00:00Z")

    assert "issue #1, open since 2026-03-01" in call("diagnose", LOWERED, "--repo", "demo/demo").out


def test_issue_whose_comment_carries_the_fingerprint_is_found(call: Call, server: GitHubServer) -> None:
    server.open("something else", "", [])
    server.comment(1, f"<!-- triage:incident={fingerprint(call)} part=1 -->\nthe report")
    server.close(1, "2026-05-07T11:00:00Z", "completed")

    assert "Seen before: issue #1" in call("diagnose", LOWERED, "--repo", "demo/demo").out


def test_documents_and_reports_have_it(call: Call, server: GitHubServer) -> None:
    server.close(file_issue(server, fingerprint(call)), "2026-05-07T11:00:00Z", "not_planned")
    document = json.loads(call("diagnose", LOWERED, "--repo", "demo/demo", "--format", "json").out)

    assert document["incidents"][0]["seen_before"] == {
        "issue": 1,
        "url": f"{PAGE}1",
        "is_open": False,
        "at": "2026-05-07T11:00:00Z",
        "closed_as": "not planned",
        "count": 1,
    }
    for words in ((), ("--template", "remediation"), ("--format", "html")):
        called = call("report", LOWERED, "--repo", "demo/demo", *words)
        assert "closed on 2026-05-07 as not planned" in called.out, words
        assert f"{PAGE}1" in called.out


def test_unknown_incident_says_nothing(call: Call, server: GitHubServer) -> None:
    called = call("diagnose", LOWERED, "--repo", "demo/demo")

    assert "Seen before" not in called.out
    assert (called.status, called.err) == (0, "")
    assert server.requests


def test_nothing_is_asked_without_a_repository(call: Call, server: GitHubServer) -> None:
    call("diagnose", LOWERED)
    call("report", LOWERED)

    assert server.requests == []


@pytest.mark.parametrize("status", [401, 403, 404, 422, 500])
def test_refusal_is_one_line_and_no_failure(call: Call, server: GitHubServer, status: int) -> None:
    server.faults += [Fault("GET", status=status, message="no")] * 9
    called = call("diagnose", LOWERED, "--repo", "demo/demo")

    assert called.status == 0
    assert called.out.startswith(call("diagnose", LOWERED).out.splitlines()[0])
    [line] = called.err.splitlines()
    assert line.startswith("whether it was seen before is unknown: ")


def test_missing_token_is_one_line_and_no_failure(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GITHUB_TOKEN", "GH_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", "")
    called = call("diagnose", LOWERED, "--repo", "demo/demo")

    assert called.status == 0
    [line] = called.err.splitlines()
    assert line.startswith("whether it was seen before is unknown: no ")
    assert "token" in line


def test_unreachable_tracker_is_one_line_and_no_failure(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "good")
    monkeypatch.setenv("GITHUB_API_URL", "http://127.0.0.1:1")
    called = call("diagnose", LOWERED, "--repo", "demo/demo")

    assert called.status == 0
    [line] = called.err.splitlines()
    assert "no connection" in line


def test_name_that_is_no_repository_is_an_error(call: Call, server: GitHubServer) -> None:
    called = call("diagnose", LOWERED, "--repo", "demo")

    assert called.status == 2
    assert "'demo' is no repository" in called.err
    assert server.requests == []


def test_attached_report_names_how_earlier_issues_were_closed(call: Call, server: GitHubServer) -> None:
    label = fingerprint(call)
    server.close(file_issue(server, label), "2026-05-07T11:00:00Z", "not_planned")
    own = file_issue(server, label)
    call("attach", LOWERED, "--repo", "demo/demo", "--issue", str(own))

    [body] = server.bodies(own)
    assert "Earlier issues of this incident: #1 (closed on 2026-05-07 as not planned)" in body
