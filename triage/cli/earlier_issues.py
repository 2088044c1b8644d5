"""Look for earlier issues of the incidents in an analysis."""

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from triage.cli.settings import print_note

if TYPE_CHECKING:
    from triage.pipeline import Analysis

_PUBLIC_API = "https://api.github.com"


def repository_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add --repo, the repository with earlier issues of the same incidents."""
    return click.option(
        "--repo",
        metavar="OWNER/NAME",
        help="Look in this GitHub repository for earlier issues of the same incident, closed ones too.",
    )(function)


def add_earlier_issues(analysis: "Analysis", repo: str | None) -> "Analysis":
    """Return the analysis with the last issue of each incident; without a repository nothing is asked."""
    from triage import pipeline

    if repo is None:
        return analysis
    address = os.environ.get("GITHUB_API_URL", _PUBLIC_API)
    found, unknown = pipeline.seen_before(repo, address, analysis)
    if unknown:
        print_note(unknown)
    return found
