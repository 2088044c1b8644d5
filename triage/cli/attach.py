"""``triage attach``: put the report on a GitHub issue."""

from typing import TYPE_CHECKING

import click

from triage.cli.options import (
    config_option,
    exports_argument,
    pack_option,
    reading_options,
    verbosity_options,
)
from triage.cli.settings import print_note
from triage.errors import UsageError

if TYPE_CHECKING:
    from triage.models import Pack
    from triage.pipeline import Configuration, Selection


@click.command("attach")
@exports_argument
@click.option("--issue", type=click.IntRange(min=1), metavar="NUMBER", help="The issue to put the report on.")
@click.option(
    "--find", "finding", is_flag=True, help="Look for open issues of the same incident; write nothing."
)
@click.option("--create", is_flag=True, help="Open an issue when none of the same incident is open.")
@click.option(
    "--repo", metavar="OWNER/NAME", help="The repository; that of the git remote origin if not given."
)
@click.option(
    "--api-url",
    metavar="URL",
    envvar="GITHUB_API_URL",
    default="https://api.github.com",
    show_default=True,
    help="The API, for GitHub Enterprise.",
)
@click.option("--dry-run", is_flag=True, help="Print what would be sent; nothing is called.")
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
    repo: str | None,
    api_url: str,
    dry_run: bool,
    packs: "list[Pack]",
    configurations: "list[Configuration]",
    selection: "Selection",
) -> None:
    """Put the report on a GitHub issue: the same incident updates its comment, a new one gets its own.

    The token is that of GITHUB_TOKEN or GH_TOKEN, else of the gh login.
    """
    from triage import pipeline

    if [issue is not None, finding, create].count(True) != 1:
        raise UsageError("say where the report goes", "one of --issue NUMBER, --find or --create")
    ticket = pipeline.ticket(
        pipeline.analyse(
            exports, packs=packs, selection=selection, configurations=configurations, notify=print_note
        )
    )
    if dry_run:
        if create:
            click.echo(f"Title: {ticket.title}\nLabels: {', '.join(ticket.labels)}\n")
        for body in pipeline.comments(ticket):
            click.echo(body)
        return
    tracker = pipeline.connect_tracker(repo, api_url)
    found = pipeline.find_issues(tracker, ticket) if finding or create else []
    for other in found:
        click.echo(f"#{other.number}  {other.title}  ({other.why})  {other.url}")
    if finding:
        if not found:
            print_note("no open issue of this incident was found; --create opens one")
        return
    if found and create:
        print_note("an issue is open already: use --issue NUMBER")
        return
    for attached in pipeline.attach(tracker, ticket, issue):
        click.echo(f"{attached.done}  {attached.url}")
