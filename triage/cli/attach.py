"""``triage attach``: put the report on an issue of GitHub or GitLab."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from triage.cli.options import (
    config_option,
    exports_argument,
    format_option,
    pack_option,
    reading_options,
    template_option,
    verbosity_options,
)
from triage.cli.settings import print_note
from triage.cli.tracker import tracker_options
from triage.errors import UsageError

if TYPE_CHECKING:
    from triage.models import Pack, RelatedIssue, Ticket, TicketResult
    from triage.pipeline import Configuration, Selection, TrackerName


@click.command("attach")
@exports_argument
@click.option(
    "--issue",
    type=click.IntRange(min=1),
    metavar="NUMBER",
    help="Number of the issue to write the report to.",
)
@click.option(
    "--find", "finding", is_flag=True, help="Look for open issues of the same incident; write nothing."
)
@click.option(
    "--create",
    is_flag=True,
    help="Update the open issue of the same incident, else open one; nothing for one closed within 14 days.",
)
@click.option("--reopen", is_flag=True, help="With --create: reopen an issue that was closed within 14 days.")
@click.option(
    "--output",
    "-o",
    type=click.Path(dir_okay=False, allow_dash=True, path_type=Path),
    metavar="FILE",
    help="Write title and report to a file, - for stdout, to paste anywhere; nothing is called.",
)
@click.option("--even-if-ready", is_flag=True, help="Write the report even if there is nothing to report.")
@tracker_options("The project; that of the pipeline or of the git remote origin if not given.")
@template_option
@format_option("ticket", "How to print what was written; github is for a step of GitHub Actions.")
@click.option("--dry-run", is_flag=True, help="Print what would be sent, and send nothing.")
@reading_options
@pack_option
@config_option
@verbosity_options
def attach_command(
    exports: tuple[str, ...],
    *,
    issue: int | None,
    finding: bool,
    create: bool,
    reopen: bool,
    output: Path | None,
    even_if_ready: bool,
    tracker: "TrackerName | None",
    repo: str | None,
    api_url: str | None,
    max_wait: float,
    template: str | None,
    output_format: str,
    dry_run: bool,
    packs: "list[Pack]",
    configurations: "list[Configuration]",
    selection: "Selection",
) -> None:
    """Put the report on an issue of GitHub or GitLab: the same incident updates its report.

    The token is that of GITHUB_TOKEN, GH_TOKEN or GITLAB_TOKEN, else of the gh or glab login. Exit status 75
    means: run the same command again later; what was written is found again.
    """
    from triage import pipeline

    if [issue is not None, finding, create, output is not None].count(True) != 1:
        raise UsageError(
            "say where the report goes", "one of --issue NUMBER, --find, --create or --output FILE"
        )
    if reopen and not create:
        raise UsageError("--reopen says what --create does with a closed issue", "add --create")
    analysis = pipeline.analyze(
        exports,
        packs=packs,
        selection=selection,
        configurations=configurations,
        notify=print_note,
        compares=False,
    )
    ticket = pipeline.ticket(analysis, template or "ticket")
    nothing = "" if even_if_ready or finding else pipeline.why_no_ticket(analysis)
    if nothing:
        click.echo(f"nothing to report: {nothing} (--even-if-ready writes it anyway)")
    elif output is not None:
        _write_text(f"# {ticket.title}\n\n{ticket.body}", output)
    elif dry_run:
        _print_parts(ticket, with_title=create)
    else:
        project = pipeline.connect_tracker(tracker, repo, api_url, max_wait=max_wait, notify=print_note)
        if finding:
            _print_found(pipeline.find_issues(project, ticket))
        elif issue is not None:
            _print_results(pipeline.attach(project, ticket, issue), output_format)
        else:
            now = datetime.now(UTC)
            results = pipeline.create_or_update(project, ticket, now=now, reopen=reopen, notify=print_note)
            _print_results(results, output_format)


def _print_parts(ticket: "Ticket", *, with_title: bool) -> None:
    """Print the texts that would be sent."""
    from triage import pipeline

    if with_title:
        click.echo(f"Title: {ticket.title}\nLabels: {', '.join(ticket.labels)}\n")
    for body in pipeline.comments(ticket):
        click.echo(body)


def _print_found(found: "list[RelatedIssue]") -> None:
    for issue in found:
        click.echo(f"#{issue.number}  {issue.title}  ({issue.why})  {issue.url}")
    if not found:
        print_note("no open issue of this incident was found; --create opens one")


def _print_results(results: "list[TicketResult]", output_format: str) -> None:
    if output_format == "github":
        from triage.cli.github_actions import print_ticket_to_actions

        print_ticket_to_actions(results)
        return
    for result in results:
        click.echo(f"{result.done}  {result.url}" + (f"  ({result.note})" if result.note else ""))


def _write_text(text: str, output: Path) -> None:
    """Write to a file, or to stdout for "-"."""
    from triage.cli.output import write_text

    if str(output) == "-":
        click.echo(text, nl=not text.endswith("\n"))
    else:
        write_text(text, output)
