"""``triage timeline``: each run through the readiness chain."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from triage.cli.options import exports, narrowing, packs, speaking
from triage.cli.settings import note, settings

if TYPE_CHECKING:
    from triage.models import Pack, Timeline
    from triage.notebook.charts import Picture
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
@click.option(
    "--plot",
    metavar="FILE.svg|png",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Draw the runs over time there too (needs the extra 'plot').",
)
@narrowing
@packs
@speaking
def timeline(
    exports: tuple[str, ...],
    form: Literal["text", "json", "csv"],
    plot: Path | None,
    packs: "list[Pack]",
    selection: "Selection",
) -> None:
    """Show each run through the readiness chain, past a gate, or of a boot: its steps, in order and in time.

    Alike runs are shown once, with their number. Times are relative to the start, in UTC and in local time.
    """
    from triage.pipeline import analyse, fold, to_json, write_runs

    picture = _picture_form(plot) if plot else None
    found = analyse(exports, packs=packs, selection=selection, tell=note).timeline
    if plot and picture:
        _draw(found, plot, picture)
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


def _picture_form(path: Path) -> "Picture":
    """Return what kind of picture a file is to be, before anything is read for it."""
    from triage.errors import UsageError
    from triage.notebook import charts

    form = path.suffix.lower().removeprefix(".")
    if form not in ("svg", "png"):
        raise UsageError(f"--plot: {path} names no kind of picture", "let the file end in .svg or .png")
    charts.need_pictures()
    return form  # type: ignore[return-value]  # one of the two, as was just asked


def _draw(timeline: "Timeline", path: Path, form: "Picture") -> None:
    from triage.cli.output import replacing
    from triage.notebook import Timeline, charts

    with replacing(path) as stream:
        stream.write(charts.picture(Timeline.of(timeline).plot(), form))
    note(f"wrote {path}")
