"""``triage entries``: print the log entries in a uniform format."""

import sys
from collections.abc import Iterable
from pathlib import Path
from shutil import get_terminal_size
from typing import TYPE_CHECKING, BinaryIO

import click

from triage.cli.options import (
    exports_argument,
    format_option,
    output_option,
    reading_options,
    verbosity_options,
)
from triage.cli.settings import print_gaps, print_note
from triage.errors import UsageError

if TYPE_CHECKING:
    from triage.models import Entry
    from triage.pipeline import Selection


@click.command("entries")
@exports_argument
@format_option("entries", "A table to read, or one for other programs.")
@output_option
@reading_options
@verbosity_options
def entries_command(
    exports: tuple[str, ...],
    output_format: str,
    output: Path | None,
    selection: "Selection",
) -> None:
    """Show the log entries in a uniform format, in order of time and without duplicates.

    These are the raw logs: nothing is masked, and a file is written for its owner's eyes only. Every command
    reads the jsonl, csv and parquet tables again. A table on a terminal shows the beginning of each message,
    elsewhere all.
    """
    from triage.pipeline import read_entries

    if output_format == "parquet" and output is None and sys.stdout.isatty():
        raise UsageError("Parquet is no text to show on a terminal", "name a file: -o entries.parquet")
    read = read_entries(exports, selection, notify=print_note)
    if output is None:
        _write_entries(output_format, read, sys.stdout.buffer)
    else:
        from triage.cli.output import write_atomically

        with write_atomically(output, private=True) as stream:
            _write_entries(output_format, read, stream)
        print_note(f"wrote {output}")
    print_gaps(read.coverage(0).gaps)


def _write_entries(output_format: str, read: Iterable["Entry"], stream: BinaryIO) -> None:
    if output_format == "table":
        from triage.cli.screens.entry_table import render_entries

        stream.writelines(
            render_entries(read, width=get_terminal_size().columns if stream.isatty() else None)
        )
    else:
        from triage.pipeline import write_entries

        write_entries(read, output_format, stream)
