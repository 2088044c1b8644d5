"""Tracker, project, address and token come from options, the environment and git."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from triage.errors import NoPermissionError, UsageError
from triage.tickets import GitHubTracker, GitLabTracker, Tracker, connection
from triage.tickets.connection import TrackerName

GIT = shutil.which("git") or "git"
TOKENS = {"GITHUB_TOKEN": "t", "GITLAB_TOKEN": "t"}


@pytest.fixture
def connect(tmp_path: Path) -> Callable[..., Tracker]:
    def connect_from(
        remote: str = "",
        name: TrackerName | None = None,
        project: str | None = None,
        api_url: str | None = None,
        **environment: str,
    ) -> Tracker:
        if remote:
            subprocess.run([GIT, "init", "-q", tmp_path], check=True)
            subprocess.run([GIT, "-C", tmp_path, "remote", "add", "origin", remote], check=True)
        return connection.connect(
            name,
            project,
            api_url,
            environment=environment or TOKENS,
            folder=tmp_path,
            max_wait=1.0,
            notify=lambda _: None,
        )

    return connect_from


@pytest.mark.parametrize(
    ("remote", "kind", "project", "host"),
    [
        ("git@github.com:demo/app.git", GitHubTracker, "demo/app", "api.github.com"),
        ("https://github.com/demo/app", GitHubTracker, "demo/app", "api.github.com"),
        ("https://user@github.com/demo/app.git/", GitHubTracker, "demo/app", "api.github.com"),
        ("git@work:demo/app.git", GitHubTracker, "demo/app", "api.github.com"),
        ("git@gitlab.com:demo/tools/app.git", GitLabTracker, "demo/tools/app", "gitlab.com"),
        ("ssh://git@gitlab.acme.example:2222/demo/app.git", GitLabTracker, "demo/app", "gitlab.acme.example"),
    ],
)
def test_remote_tells_tracker_and_project(
    connect: Callable[..., Tracker], remote: str, kind: type[Tracker], project: str, host: str
) -> None:
    tracker = connect(remote)
    assert isinstance(tracker, kind)
    assert (tracker.name, tracker._host) == (project, host)  # type: ignore[attr-defined]


def test_options_win_over_pipeline_and_remote(connect: Callable[..., Tracker]) -> None:
    tracker = connect(
        "git@github.com:demo/app.git",
        project="demo/other",
        api_url="https://git.acme.example/api/v4",
        GITHUB_REPOSITORY="demo/app",
        GITLAB_TOKEN="t",
    )
    assert isinstance(tracker, GitLabTracker)
    assert (tracker.name, tracker._host) == ("demo/other", "git.acme.example")


def test_absent_project_and_absent_token_are_named(
    connect: Callable[..., Tracker], monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UsageError, match="--repo GROUP/NAME"):
        connect(name="gitlab")
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(NoPermissionError, match=r"no token for gitlab.com; set GITLAB_TOKEN"):
        connect(name="gitlab", project="demo/app", OTHER="")


@pytest.mark.parametrize(("project", "url"), [("app", "https://h/api/v4"), ("a/b", "ftp://h")])
def test_invalid_project_or_address_is_a_usage_error(project: str, url: str) -> None:
    with pytest.raises(UsageError):
        GitLabTracker(project, "t", url)
