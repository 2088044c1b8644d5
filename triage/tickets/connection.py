"""Choose the tracker: its kind, project, address and token from options, the environment and git."""

import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal, NamedTuple
from urllib.parse import urlsplit

from triage.errors import NoPermissionError, UsageError
from triage.tickets import github, gitlab
from triage.tickets.interface import Tracker

TrackerName = Literal["github", "gitlab"]
_TIMEOUT_SECONDS = 10
#: Both forms of a remote: https://HOST/PATH and git@HOST:PATH.
_REMOTE = re.compile(
    r"(?:\w+://)?(?:[^@/]+@)?(?P<host>[\w.-]+)(?::\d+(?=/))?[/:](?P<path>[\w./-]+?)(?:\.git)?/?", re.ASCII
)


class _Settings(NamedTuple):
    """Where the settings of a tracker are, besides its options.

    The variables are those of GitHub Actions and of GitLab CI (docs.github.com, "Variables reference";
    docs.gitlab.com, "Predefined CI/CD variables reference").
    """

    tokens: tuple[str, ...]
    login: tuple[str, ...]
    hint: str
    api_variable: str
    public_api: str
    project_variable: str
    project_pattern: str
    example: str


_SETTINGS: dict[TrackerName, _Settings] = {
    "github": _Settings(
        tokens=("GITHUB_TOKEN", "GH_TOKEN"),
        login=("gh", "auth", "token", "--hostname"),
        hint="set GITHUB_TOKEN or log in with `gh auth login`",
        api_variable="GITHUB_API_URL",
        public_api=github.PUBLIC_API,
        project_variable="GITHUB_REPOSITORY",
        project_pattern=r"[^/]+/[^/]+$",
        example="OWNER/NAME",
    ),
    "gitlab": _Settings(
        tokens=("GITLAB_TOKEN",),
        login=("glab", "config", "get", "token", "--host"),
        hint="set GITLAB_TOKEN (scope api) or log in with `glab auth login`",
        api_variable="CI_API_V4_URL",
        public_api=gitlab.PUBLIC_API,
        project_variable="CI_PROJECT_PATH",
        project_pattern=r".+/.+",
        example="GROUP/NAME",
    ),
}


def connect(
    name: TrackerName | None,
    project: str | None,
    api_url: str | None,
    *,
    environment: Mapping[str, str],
    folder: Path,
    max_wait: float,
    notify: Callable[[str], None],
) -> Tracker:
    """Return a project of a tracker, by default that of the folder's git remote "origin".

    Raises:
        NoPermissionError: there is no token.
        UsageError: there is no such project or address.

    """
    host, path = _origin(folder)
    name = name or _name_of(api_url or "", environment, host)
    settings = _SETTINGS[name]
    found = re.search(settings.project_pattern, path)
    project = project or environment.get(settings.project_variable) or (found[0] if found else "")
    if not project:
        raise UsageError("no git remote tells the project", f"name it with --repo {settings.example}")
    api_url = api_url or environment.get(settings.api_variable) or settings.public_api
    if name == "github":
        token = _find_token(settings, environment, (urlsplit(api_url).hostname or "").removeprefix("api."))
        return github.GitHubTracker(project, token, api_url, max_wait=max_wait, notify=notify)
    if api_url == settings.public_api and "gitlab" in host:
        api_url = f"https://{host}/api/v4"
    token = _find_token(settings, environment, urlsplit(api_url).hostname or "")
    return gitlab.GitLabTracker(project, token, api_url, max_wait=max_wait, notify=notify)


def _name_of(api_url: str, environment: Mapping[str, str], host: str) -> TrackerName:
    """Return the tracker that an address, the pipeline or the remote belongs to."""
    if api_url:
        return "gitlab" if "/api/v4" in api_url else "github"
    return "gitlab" if environment.get("GITLAB_CI") or "gitlab" in host else "github"


def _origin(folder: Path) -> tuple[str, str]:
    """Return host and path of the folder's git remote "origin", "" where there is none."""
    remote = _REMOTE.fullmatch(_command_output(["git", "-C", str(folder), "remote", "get-url", "origin"]))
    return (remote["host"], remote["path"].strip("/")) if remote else ("", "")


def _find_token(settings: _Settings, environment: Mapping[str, str], host: str) -> str:
    """Return the token of the environment, else that of the login for the host."""
    for variable in settings.tokens:
        if environment.get(variable):
            return environment[variable]
    found = _command_output([*settings.login, host])
    if not found:
        raise NoPermissionError(f"no token for {host}", settings.hint)
    return found


def _command_output(command: list[str]) -> str:
    """Return what a command prints, "" if it is missing or fails."""
    program = shutil.which(command[0])
    if program is None:
        return ""
    try:
        done = subprocess.run(
            [program, *command[1:]], capture_output=True, text=True, timeout=_TIMEOUT_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
