"""Settings of one call: how much to print, and the exit status."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import click

from triage.errors import ExitStatus

if TYPE_CHECKING:
    from triage.models import Gap


@dataclass
class Settings:
    """Settings of one call.

    Attributes:
        quiet: print only the answer.
        verbose: print all that is known, not only what matters first.
        debug: print a traceback when something fails.
        annotate: print an error as an annotation of GitHub Actions, too.
        pack_files: files of --pack, which suggested commands repeat.
        status: exit status of the call, set before the answer is printed.

    """

    quiet: bool = False
    verbose: bool = False
    debug: bool = False
    annotate: bool = False
    pack_files: list[str] = field(default_factory=list)
    status: ExitStatus = ExitStatus.ANSWERED


def current_settings() -> Settings:
    """Return the settings of the running call."""
    return click.get_current_context().ensure_object(Settings)


def print_note(text: str) -> None:
    """Print a message on stderr, unless -q was given."""
    if not current_settings().quiet:
        click.echo(text, err=True)


def print_gaps(gaps: "Iterable[Gap]") -> None:
    """Print one line on stderr for each gap: what was not read, why and where."""
    from triage.text import clean

    for gap in gaps:
        location = f"{gap.path}:{gap.position}" if gap.position else gap.path
        print_note(clean(f"gap: {gap.kind.replace('_', ' ')}: {gap.detail} ({location})"))
