"""What a whole call is told once: how much to say, and with what status it ends."""

from dataclasses import dataclass

import click

from triage.errors import ExitStatus


@dataclass
class Settings:
    """How much to say. ``status`` is what the call ends with, set before the answer is printed."""

    quiet: bool = False
    debug: bool = False
    status: ExitStatus = ExitStatus.ANSWERED


def settings() -> Settings:
    """Return the settings of the running call."""
    return click.get_current_context().ensure_object(Settings)


def note(text: str) -> None:
    """Say something beside the answer, on stderr, unless -q was given."""
    if not settings().quiet:
        click.echo(text, err=True)
