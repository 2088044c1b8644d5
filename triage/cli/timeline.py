"""``triage timeline``: each run through the readiness chain."""

import sys
from typing import TYPE_CHECKING, Literal

import click

from triage.cli.options import exports, narrowing, packs, speaking
from triage.cli.settings import settings

if TYPE_CHECKING:
    from triage.models import Pack
    from triage.pipeline import Selection


@click.command()
@exports
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "csv"]),
    default="text",
    show_default=True,
    help="How to show it; csv is a line per run.",
)
@narrowing
@packs
@speaking
def timeline(
    exports: tuple[str, ...],
    form: Literal["text", "json", "csv"],
    packs: "list[Pack]",
    selection: "Selection",
) -> None:
    """Show each run through the readiness chain, past a gate, or of a boot: its steps, in order and in time.

    Alike runs are shown once, with their number. Times are relative to the start, in UTC and in local time.
    """
    from triage.pipeline import analyse, fold, to_json, write_runs

    found = analyse(exports, packs=packs, selection=selection).timeline
    if form == "json":
        click.echo(to_json(found), nl=False)
        return
    if form == "csv":
        write_runs(found, sys.stdout.buffer)
        return
    from triage.cli.screens.console import fit_to_show, show
    from triage.cli.screens.timeline import screen

    shown = fit_to_show(found)
    show(*screen(shown, fold(shown), quiet=settings().quiet))
