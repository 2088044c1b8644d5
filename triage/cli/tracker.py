"""Options that name the issue tracker."""

import functools
from collections.abc import Callable
from typing import Any

import click

Function = Callable[..., Any]


def tracker_options(repo_help: str) -> Callable[[Function], Function]:
    """Add --tracker, --repo with its help text, --api-url and --max-wait, which is passed in seconds."""

    def add(function: Function) -> Function:
        return _add_options(function, repo_help)

    return add


def _add_options(function: Function, repo_help: str) -> Function:

    @click.option(
        "--tracker",
        type=click.Choice(["github", "gitlab"]),
        help="The tracker; that of --api-url, of the pipeline or of the git remote origin if not given.",
    )
    @click.option(
        "--repo",
        metavar="OWNER/NAME",
        help=repo_help,
    )
    @click.option(
        "--api-url",
        metavar="URL",
        help="The API of an own server: https://HOST/api/v3 (GitHub Enterprise), https://HOST/api/v4 "
        "(GitLab).",
    )
    @click.option(
        "--max-wait",
        metavar="LENGTH",
        default="5m",
        show_default=True,
        help="How long to wait for rate limits in total.",
    )
    @functools.wraps(function)
    def with_tracker(*args: Any, max_wait: str, **options: Any) -> Any:
        from triage.window import NANOSECONDS, parse_duration

        return function(*args, max_wait=parse_duration(max_wait) / NANOSECONDS, **options)

    return with_tracker
