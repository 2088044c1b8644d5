"""``triage entries``: the log entries in one even form."""

import sys
from collections.abc import Iterable
from pathlib import Path
from shutil import get_terminal_size
from typing import TYPE_CHECKING, BinaryIO, Literal

import click

from triage.cli.options import exports, narrowing, output, speaking
from triage.cli.settings import note, note_gaps
from triage.errors import UsageError

if TYPE_CHECKING:
    from triage.models import Entry
    from triage.pipeline import Selection

Form = Literal["table", "jsonl", "csv", "parquet"]


@click.command()
@exports
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "jsonl", "csv", "parquet"]),
    default="table",
    show_default=True,
    help="A table to read, or one for other programs.",
)
@output
@narrowing
@speaking
def entries(
    exports: tuple[str, ...],
    form: Form,
    output: Path | None,
    selection: "Selection",
) -> None:
    """Show the log entries in one even form, in order of time, each once.

    These are the raw logs: nothing is masked, and a file is written for its owner's eyes only. Every command reads
    the jsonl, csv and parquet tables again. A table on a terminal shows the beginning of each message, elsewhere all.
    """
    from triage.pipeline import read_entries

    if form == "parquet" and output is None and sys.stdout.isatty():
        raise UsageError("Parquet is no text to show on a terminal", "name a file: -o entries.parquet")
    read = read_entries(exports, selection, tell=note)
    if output is None:
        _write(form, read, sys.stdout.buffer)
    else:
        from triage.cli.output import replacing

        with replacing(output, private=True) as stream:
            _write(form, read, stream)
        note(f"wrote {output}")
    note_gaps(read.coverage(0).gaps)


def _write(form: Form, read: Iterable["Entry"], stream: BinaryIO) -> None:
    if form == "table":
        from triage.cli.screens.entries import table

        stream.writelines(table(read, width=get_terminal_size().columns if stream.isatty() else None))
    else:
        from triage.pipeline import write_entries

        write_entries(read, form, stream)
