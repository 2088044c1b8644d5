"""``triage redact``: write an export that can be shared."""

import gzip
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from triage.cli.options import exports_argument, output_option, verbosity_options
from triage.cli.settings import print_gaps, print_note

if TYPE_CHECKING:
    from triage.pipeline import RedactedExport


@click.command("redact")
@exports_argument
@output_option
@verbosity_options
def redact_command(exports: tuple[str, ...], output: Path | None) -> None:
    """Write an export that you can share: secrets masked, the diagnosis unchanged.

    Tokens, keys, passwords, cookies, e-mail addresses, public addresses and user ids become <token-1> and so
    on; the same value always gets the same placeholder. A secret that has neither a known form nor a telling
    name beside it is not found: read the file before you share it. A file whose name ends in .gz is
    compressed.
    """
    from triage.pipeline import redact_export

    if output is None:
        _print_masked(redact_export(exports, sys.stdout.buffer))
        return
    from triage.cli.output import write_atomically

    with write_atomically(output) as stream:
        if output.suffix == ".gz":
            with gzip.GzipFile(fileobj=stream, mode="wb", filename="", mtime=0) as packed:
                shared = redact_export(exports, packed)
        else:
            shared = redact_export(exports, stream)
    _print_masked(shared)
    left_out = f"; {shared.lost:,} could not be read and are left out" if shared.lost else ""
    print_note(f"wrote {output}: {shared.records:,} records{left_out}")


def _print_masked(shared: "RedactedExport") -> None:
    masked = ", ".join(f"{count:,} × {kind}" for kind, count in sorted(shared.masked.items()))
    print_note(f"masked: {masked}" if masked else "nothing had to be masked")
    print_gaps(shared.gaps)
