"""How far a fetch is, on a line of stderr that comes and goes."""

from types import TracebackType
from typing import Self

import click
from rich.console import Console
from rich.progress import BarColumn, SpinnerColumn, TaskID, TextColumn
from rich.progress import Progress as Bar

from triage.models import Progress
from triage.window import NANOSECONDS


class FetchProgress:
    """Shows entries, pages, the time reached in the window and what is waited for; nothing where nobody watches.

    ``notify`` prints a sentence above the line.
    """

    def __init__(self, *, quiet: bool) -> None:
        """Show nothing yet."""
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
        """Begin to show."""
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take the line away."""
        self._bar.stop()

    def notify(self, sentence: str) -> None:
        """Print a sentence on stderr, unless the user wants the answer only."""
        if self._quiet:
            return
        if self._bar.disable:
            click.echo(sentence, err=True)
        else:
            self._console.print(sentence, soft_wrap=True)

    def show(self, progress: Progress) -> None:
        """Show how far it is."""
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
