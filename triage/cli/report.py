"""``triage report``: the remediation report."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from triage.cli.options import exports, narrowing, packs, speaking
from triage.cli.settings import note

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
    default="remediation",
    show_default=True,
    help="A template of the program, or a Jinja2 file of your own.",
)
@narrowing
@packs
@speaking
def report(
    exports: tuple[str, ...],
    output: Path | None,
    template: str,
    packs: "list[Pack]",
    selection: "Selection",
) -> None:
    """Write the report of an incident as Markdown: what broke, the evidence, the fixes and how to check them."""
    from triage import pipeline

    text = pipeline.report(pipeline.analyse(exports, packs=packs, selection=selection), template)
    if output is None:
        click.echo(text, nl=not text.endswith("\n"))
        return
    from triage.cli.output import replacing

    with replacing(output) as stream:
        stream.write(text.encode())
    note(f"wrote {output}")
