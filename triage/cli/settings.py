"""What a whole call is told once: how much to say, and with what status it ends."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from triage.errors import ExitStatus

if TYPE_CHECKING:
    from triage.models import Gap


@dataclass
class Settings:
    """How much to say. ``status`` is what the call ends with, set before the answer is printed."""

    quiet: bool = False
    debug: bool = False
    status: ExitStatus = ExitStatus.ANSWERED


def current_settings() -> Settings:
    """Return the settings of the running call."""
    return click.get_current_context().ensure_object(Settings)


def print_note(text: str) -> None:
    """Say something beside the answer, on stderr, unless -q was given."""
    if not current_settings().quiet:
        click.echo(text, err=True)


def print_gaps(gaps: "Iterable[Gap]") -> None:
    """Say what was not read, why, and where: a line for each gap."""
    from triage.text import clean

    for gap in gaps:
        place = f"{gap.path}:{gap.position}" if gap.position else gap.path
        print_note(clean(f"gap: {gap.kind.replace('_', ' ')}: {gap.detail} ({place})"))
