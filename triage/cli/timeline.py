"""``triage timeline``: each run through the readiness chain."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from triage.cli.options import (
    exports_argument,
    format_option,
    pack_option,
    reading_options,
    verbosity_options,
)
from triage.cli.settings import current_settings, print_note

if TYPE_CHECKING:
    from triage.models import Pack, Timeline
    from triage.notebook.charts import ImageFormat
    from triage.pipeline import Selection


@click.command("timeline")
@exports_argument
@format_option("timeline", "Output format; csv has one line per run.")
@click.option(
    "--plot",
    metavar="FILE.svg|png",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Also draw the runs over time into this file (needs the extra 'plot').",
)
@reading_options
@pack_option
@verbosity_options
def timeline_command(
    exports: tuple[str, ...],
    output_format: str,
    plot: Path | None,
    packs: "list[Pack]",
    selection: "Selection",
) -> None:
    """Show each run through the readiness chain, past a gate, or of a boot: its steps, in order and in time.

    Similar runs are shown once, with their number. Times are relative to the start, in UTC and in local time.
    """
    from triage.pipeline import analyze, fold, to_json, write_runs

    picture = _image_format(plot) if plot else None
    found = analyze(exports, packs=packs, selection=selection, notify=print_note, compares=False).timeline
    if plot and picture:
        _write_chart(found, plot, picture)
    if output_format == "json":
        click.echo(to_json(found), nl=False)
        return
    if output_format == "csv":
        write_runs(found, sys.stdout.buffer)
        return
    from triage.cli.screens.console import print_screen
    from triage.cli.screens.timeline import render_timeline
    from triage.pipeline import sanitize

    shown = sanitize(found)
    print_screen(*render_timeline(shown, fold(shown), quiet=current_settings().quiet))


def _image_format(path: Path) -> "ImageFormat":
    """Return the image format of a path, before any export is read."""
    from triage.errors import UsageError
    from triage.notebook import charts

    output_format = path.suffix.lower().removeprefix(".")
    if output_format not in ("svg", "png"):
        raise UsageError(f"--plot: {path} names no kind of picture", "let the file end in .svg or .png")
    charts.require_image_support()
    return output_format  # type: ignore[return-value]  # one of the two, as was just asked


def _write_chart(timeline: "Timeline", path: Path, output_format: "ImageFormat") -> None:
    from triage.cli.output import write_atomically
    from triage.notebook import Timeline, charts

    with write_atomically(path) as stream:
        stream.write(charts.render_image(Timeline.from_document(timeline).plot(), output_format))
    print_note(f"wrote {path}")
