"""``triage diagnose``: find the cause and the evidence in exported logs."""

from typing import TYPE_CHECKING, Literal

import click

from triage.cli.earlier_issues import add_earlier_issues, repository_option
from triage.cli.options import (
    config_option,
    exit_status_options,
    exports_argument,
    format_option,
    pack_option,
    reading_options,
    verbosity_options,
)
from triage.cli.settings import current_settings, print_note
from triage.errors import ExitStatus

if TYPE_CHECKING:
    from triage.models import Diagnosis, Pack
    from triage.pipeline import Configuration, GitHubAnswer, Selection


@click.command("diagnose")
@exports_argument
@format_option("diagnosis", "Output format.")
@exit_status_options
@reading_options
@pack_option
@config_option
@repository_option
@verbosity_options
def diagnose_command(
    exports: tuple[str, ...],
    output_format: str,
    packs: "list[Pack]",
    configurations: "list[Configuration]",
    selection: "Selection",
    *,
    repo: str | None,
    exit_code: bool,
    fail_on: Literal["not_ready", "degraded"] | None,
    strict: bool,
) -> None:
    """Say what broke in the exported logs, and how we know.

    EXPORT is one or more files, folders, globs or - for standard input, in any form that Cloud Logging gives,
    or a table of BigQuery: bigquery://PROJECT.DATASET.TABLE. The first two lines are the answer: verdict
    and service, then what broke.
    """
    from triage.pipeline import GitHubAnswer, analyze

    analysis = analyze(
        exports,
        packs=packs,
        selection=selection,
        configurations=configurations,
        notify=print_note,
        prepare=_load_screen if output_format == "text" else None,
        compares=False,
    )
    analysis = add_earlier_issues(analysis, repo)
    diagnosis = analysis.diagnosis
    current_settings().status = exit_status_of(diagnosis, exit_code=exit_code, fail_on=fail_on, strict=strict)
    if output_format != "text":
        print_for_programs(GitHubAnswer(analysis), output_format)
        return
    from triage.cli.screens.console import print_screen
    from triage.cli.screens.diagnosis import render_answer, render_details
    from triage.pipeline import sanitize

    shown = sanitize(diagnosis)
    print_screen(render_answer(shown))
    if not current_settings().quiet:
        print_screen(
            *render_details(
                shown,
                exports,
                playbooks=analysis.playbooks,
                pack_files=current_settings().pack_files,
                verbose=current_settings().verbose,
            )
        )


def _load_screen() -> None:
    """Load what the screen needs while workers read, so that the answer comes sooner after the last entry."""
    import triage.cli.screens.console
    import triage.cli.screens.diagnosis  # noqa: F401
    from triage.redact import redact_document

    redact_document({"text": "password=x"})  # compile the patterns that every document needs


def print_for_programs(answer: "GitHubAnswer", output_format: str) -> None:
    """Print a diagnosis in a format that is not the screen."""
    from triage.cli.github_actions import print_to_actions
    from triage.pipeline import to_json

    if output_format == "json":
        click.echo(to_json(answer.analysis.diagnosis), nl=False)
    else:
        print_to_actions(answer)


def exit_status_of(
    diagnosis: "Diagnosis", *, exit_code: bool, fail_on: str | None, strict: bool
) -> ExitStatus:
    """Return the exit status of a diagnosis.

    A failing verdict takes precedence over an incomplete answer.
    """
    failing = {"not_ready", fail_on} if exit_code or fail_on else set()
    if diagnosis.verdict in failing:
        return ExitStatus.NOT_READY
    whole = diagnosis.verdict not in ("inconclusive", "no_data") and not diagnosis.coverage.gaps
    return ExitStatus.ANSWERED if whole or not strict else ExitStatus.INCONCLUSIVE
