"""GitHub repository and token from git, the environment or gh."""

import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from triage.errors import NoPermissionError, UsageError

_TIMEOUT_SECONDS = 10
_REMOTE = re.compile(r"(?:^|[/:])([\w.-]+/[\w.-]+?)(?:\.git)?/?$", re.ASCII)


def find_repository(folder: Path) -> str:
    """Return OWNER/NAME of the folder's git remote "origin".

    Raises:
        UsageError: there is no such remote.

    """
    remote = _command_output(["git", "-C", str(folder), "remote", "get-url", "origin"])
    match = _REMOTE.search(remote)
    if match is None:
        raise UsageError("no git remote tells the repository", "name it with --repo OWNER/NAME")
    return match[1]


def find_token(environment: Mapping[str, str], api_url: str) -> str:
    """Return GITHUB_TOKEN or GH_TOKEN, else the token of the gh login for the host.

    Raises:
        NoPermissionError: there is none.

    """
    for name in ("GITHUB_TOKEN", "GH_TOKEN"):
        if environment.get(name):
            return environment[name]
    host = (urlsplit(api_url).hostname or "").removeprefix("api.")
    found = _command_output(["gh", "auth", "token", "--hostname", host])
    if not found:
        raise NoPermissionError("no GitHub token", "set GITHUB_TOKEN or log in with `gh auth login`")
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
