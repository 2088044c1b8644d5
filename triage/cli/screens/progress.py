"""Progress of a fetch, on one line of stderr."""

from types import TracebackType
from typing import Self

import click
from rich.console import Console
from rich.progress import BarColumn, SpinnerColumn, TaskID, TextColumn
from rich.progress import Progress as Bar

from triage.models import Progress
from triage.window import NANOSECONDS


class FetchProgress:
    """Show entries, pages, the time reached and what is waited for.

    Nothing is shown if stderr is not a terminal.
    """

    def __init__(self, *, quiet: bool) -> None:
        """Create the progress line without showing it."""
        self._quiet = quiet
        self._console = Console(stderr=True, markup=False, highlight=False, emoji=False)
        self._bar = Bar(
            SpinnerColumn(),
            BarColumn(20),
            TextColumn("{task.description}", markup=False),
            console=self._console,
            transient=True,
            disable=quiet or not self._console.is_terminal,
        )
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        """Start to show the progress line."""
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Remove the progress line."""
        self._bar.stop()

    def notify(self, sentence: str) -> None:
        """Print a message on stderr, above the progress line, unless quiet."""
        if self._quiet:
            return
        if self._bar.disable:
            click.echo(sentence, err=True)
        else:
            self._console.print(sentence, soft_wrap=True)

    def show(self, progress: Progress) -> None:
        """Update the progress line."""
        window = progress.window
        reached = progress.reached or window.start
        if self._task is None:
            self._task = self._bar.add_task("")
        self._bar.update(
            self._task,
            total=(window.end - window.start) / NANOSECONDS,
            completed=(reached - window.start) / NANOSECONDS,
            description=str(progress),
        )
