"""``triage report``: write the report of an incident."""

from datetime import tzinfo
from pathlib import Path
from typing import TYPE_CHECKING

import click

from triage.cli.earlier_issues import add_earlier_issues, repository_option
from triage.cli.load import load_option, warn_of_other_load
from triage.cli.options import (
    config_option,
    exports_argument,
    format_option,
    output_option,
    pack_option,
    reading_options,
    template_option,
    verbosity_options,
)
from triage.cli.output import write_text
from triage.cli.settings import print_note
from triage.cli.time_zone import parse_zone as zone_of
from triage.errors import UsageError

if TYPE_CHECKING:
    from triage.models import LoadTest, Pack
    from triage.pipeline import Analysis, Configuration, Selection


@click.command("report")
@exports_argument
@output_option
@template_option
@format_option("report", "Markdown by a template, or one page of HTML.")
@click.option("--impact", metavar="TEXT", default="", help="Business impact, which logs do not show.")
@click.option(
    "--zone",
    metavar="NAME",
    callback=zone_of,
    help="Time zone of local times, such as Europe/Berlin.  [default: this machine's]",
)
@reading_options
@pack_option
@config_option
@repository_option
@load_option
@verbosity_options
def report_command(
    exports: tuple[str, ...],
    output: Path | None,
    packs: "list[Pack]",
    configurations: "list[Configuration]",
    selection: "Selection",
    *,
    repo: str | None,
    template: str | None,
    output_format: str,
    impact: str,
    zone: tzinfo | None,
    load: "LoadTest | None",
) -> None:
    """Write the report of an incident: what broke, the evidence, the fixes and how to check them.

    As HTML it is one file for a browser, with drawings of the chain and the runs. It loads nothing from the
    network.
    """
    from triage import pipeline

    if output_format == "html" and template is not None:
        raise UsageError("--template is for Markdown", "remove --template or --format html")
    if load is not None and template != "remediation":
        raise UsageError("--load joins the success metrics", "add --template remediation, which has them")
    analysis = pipeline.analyze(
        exports,
        packs=packs,
        selection=selection,
        configurations=configurations,
        notify=print_note,
        compares=False,
    )
    analysis = add_earlier_issues(analysis, repo)
    warn_of_other_load(load, [incident.service for incident in analysis.diagnosis.incidents])
    text = (
        pipeline.html(analysis, packs, impact=impact, zone=zone)
        if output_format == "html"
        else pipeline.report(analysis, template or "ticket", impact=impact, zone=zone, load=load)
    )
    if output is None:
        click.echo(text, nl=not text.endswith("\n"))
        return
    write_text(text, output)


def write_report(analysis: "Analysis", path: Path, template: str = "ticket") -> None:
    """Write the report of an analysis as Markdown, and say so.

    Raises:
        IOFailureError: it cannot be written.

    """
    from triage import pipeline

    write_text(pipeline.report(analysis, template), path)
