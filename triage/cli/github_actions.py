"""Print an answer to GitHub Actions: annotations, and the runner's files for the job summary and outputs.

The names of the files and the limit of a summary are those of docs.github.com ("Workflow commands for GitHub
Actions", "Adding a job summary" and "Setting an output parameter").
"""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from triage.errors import IOFailureError

if TYPE_CHECKING:
    from triage.models import TicketResult
    from triage.pipeline import GitHubAnswer

#: More than 1 MiB in the summary of a step, and GitHub shows none of it.
_MAX_SUMMARY = 1 << 20


def print_to_actions(answer: "GitHubAnswer") -> None:
    """Print the annotations, and append to the files that the runner names, if any.

    Raises:
        IOFailureError: such a file cannot be written.

    """
    from triage import pipeline

    click.echo(pipeline.annotations(answer), nl=False)
    if path := os.environ.get("GITHUB_STEP_SUMMARY"):
        room = _MAX_SUMMARY - (Path(path).stat().st_size if Path(path).exists() else 0)
        _append("GITHUB_STEP_SUMMARY", pipeline.job_summary(answer, room))
    _append_outputs(pipeline.github_outputs(answer))


def print_ticket_to_actions(results: "Sequence[TicketResult]") -> None:
    """Print what was written to a tracker, and append it to the files that the runner names, if any.

    Raises:
        IOFailureError: such a file cannot be written.

    """
    from triage import pipeline

    click.echo(pipeline.ticket_annotation(results), nl=False)
    issue = results[0].url.partition("#")[0]
    _append("GITHUB_STEP_SUMMARY", f"Ticket: {issue}\n")
    _append_outputs({"ticket": issue})


def _append_outputs(outputs: Mapping[str, str]) -> None:
    """Append outputs of one line each."""
    _append("GITHUB_OUTPUT", "".join(f"{name}={value}\n" for name, value in outputs.items()))


def _append(variable: str, text: str) -> None:
    path = os.environ.get(variable)
    if not path:
        return
    try:
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise IOFailureError(
            f"{variable}: {path}: {error.strerror}", "let it name a file that can be written"
        ) from error
