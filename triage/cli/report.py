"""``triage report``: the remediation report."""

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from triage.cli.options import exports, narrowing, packs, speaking
from triage.cli.settings import note
from triage.errors import UsageError

if TYPE_CHECKING:
    from triage.models import Pack
    from triage.pipeline import Selection


@click.command()
@exports
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Write it here instead of to stdout.",
)
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
) -> None:
    """Write the report of an incident: what broke, the evidence, the fixes and how to check them.

    As HTML it is one file, to be opened in a browser: the chain and the runs are drawn, and it asks nothing of the
    network.
    """
    from triage import pipeline

    if form == "html" and template is not None:
        raise UsageError("--template is for Markdown", "take --template or --format html away")
    analysis = pipeline.analyse(exports, packs=packs, selection=selection)
    text = (
        pipeline.html(analysis, packs)
        if form == "html"
        else pipeline.report(analysis, template or "remediation")
    )
    if output is None:
        click.echo(text, nl=not text.endswith("\n"))
        return
    from triage.cli.output import replacing

    with replacing(output) as stream:
        stream.write(text.encode())
    note(f"wrote {output}")
