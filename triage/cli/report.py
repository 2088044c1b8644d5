"""``triage report``: the remediation report."""

from datetime import tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from triage.cli.options import exports, narrowing, output, packs, speaking
from triage.cli.settings import note
from triage.cli.zone import zone as zone_of
from triage.errors import UsageError

if TYPE_CHECKING:
    from triage.models import Pack
    from triage.pipeline import Selection


@click.command()
@exports
@output
@click.option(
    "--template",
    metavar="NAME|FILE",
    help="A template of the program, or a Jinja2 file of your own.  [default: remediation]",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["markdown", "html"]),
    default="markdown",
    show_default=True,
    help="Markdown by a template, or one page of HTML.",
)
@click.option("--impact", metavar="TEXT", default="", help="The business impact, which logs do not show.")
@click.option(
    "--zone",
    metavar="NAME",
    callback=zone_of,
    help="Where local times are of, such as Europe/Berlin; this machine's zone if not given.",
)
@narrowing
@packs
@speaking
def report(
    exports: tuple[str, ...],
    output: Path | None,
    packs: "list[Pack]",
    selection: "Selection",
    *,
    template: str | None,
    form: Literal["markdown", "html"],
    impact: str,
    zone: tzinfo | None,
) -> None:
    """Write the report of an incident: what broke, the evidence, the fixes and how to check them.

    As HTML it is one file, to be opened in a browser: the chain and the runs are drawn, and it asks nothing of the
    network.
    """
    from triage import pipeline

    if form == "html" and template is not None:
        raise UsageError("--template is for Markdown", "take --template or --format html away")
    analysis = pipeline.analyse(exports, packs=packs, selection=selection, tell=note)
    text = (
        pipeline.html(analysis, packs, impact=impact, zone=zone)
        if form == "html"
        else pipeline.report(analysis, template or "remediation", impact=impact, zone=zone)
    )
    if output is None:
        click.echo(text, nl=not text.endswith("\n"))
        return
    from triage.cli.output import replacing

    with replacing(output) as stream:
        stream.write(text.encode())
    note(f"wrote {output}")
