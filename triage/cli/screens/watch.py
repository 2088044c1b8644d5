"""Screen of ``triage watch``: a live table, or a line per change."""

import sys
from collections.abc import Iterator
from types import TracebackType
from typing import Self

import click
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from triage.cli.screens.console import VERDICTS, make_grid
from triage.cli.screens.diagnosis import render_answer
from triage.cli.screens.steps import OUTCOME_MARKS, step_name
from triage.cli.screens.times import format_duration
from triage.models import Diagnosis, InstanceStatus, RevisionResponses, Stream, VerdictChange, Watch
from triage.pipeline import sanitize
from triage.redact import redact_text
from triage.text import clean, short_instance
from triage.window import NANOSECONDS, format_utc_and_local

#: Rows of the table, the newest first.
_MAX_ROWS = 12


class WatchScreen:
    """Show a watch.

    On a terminal a live table stands below the messages. Elsewhere, and when quiet, each change is a line.
    """

    def __init__(self, *, quiet: bool, table: bool = True) -> None:
        """Create the screen without showing it; without a ``table`` each change is a line everywhere."""
        self._quiet = quiet
        self._console = Console(file=sys.stdout, markup=False, highlight=False, emoji=False)
        self._live: Live | None = None
        if self._console.is_terminal and table and not quiet:
            self._live = Live(console=self._console, auto_refresh=False, vertical_overflow="crop")
        self._answered: tuple[Diagnosis, Text] | None = None

    def __enter__(self) -> Self:
        """Start to show the table."""
        if self._live:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop updating the table and leave it on the screen."""
        if self._live:
            self._live.stop()

    def notify(self, sentence: str) -> None:
        """Print a message above the table, else on stderr, unless quiet."""
        if self._live:
            self._console.print(Text(clean(sentence), style="dim"), soft_wrap=True)
        elif not self._quiet:
            click.echo(clean(sentence), err=True)

    def changed(self, change: VerdictChange) -> None:
        """Print a change of a verdict."""
        line = render_change(change)
        if self._live:
            self._console.print(line)
        else:
            click.echo(line.plain)

    def show(self, watch: Watch) -> None:
        """Update the table."""
        if self._live is None:
            return
        if self._answered is None or self._answered[0] is not watch.diagnosis:
            answer = render_answer(sanitize(watch.diagnosis))
            answer.no_wrap = None
            self._answered = (watch.diagnosis, answer)
        self._live.update(Group(Text(), self._answered[1], *render_watch(watch)), refresh=True)


def render_change(change: VerdictChange) -> Text:
    """Return a change as one line: when, from what to what, where and why."""
    line = Text(f"{format_utc_and_local(change.at)}  ")
    if change.before is not None:
        line.append(*_styled_verdict(change.before)).append(" -> ")
    line.append(*_styled_verdict(change.after))
    where = [change.service] if change.service else []
    where += [f"revision {_join_names(change.revisions)}"] if change.revisions else []
    where += (
        [f"instance {_join_names([short_instance(name) for name in change.instances])}"]
        if change.instances
        else []
    )
    line.append(f"  {_sanitize_line(', '.join(where))}")
    return line.append(f": {_sanitize_line(change.cause)}" if change.cause else "")


def render_watch(watch: Watch) -> Iterator[RenderableType]:
    """Yield the log stream, the status of each instance and the request counts."""
    yield Text(_format_stream(watch), style="dim")
    yield Text()
    if watch.standings:
        yield _instances_table(watch)
    else:
        yield Text("No run of any instance is in these lines yet.")
    yield Text()
    if watch.answers:
        yield Text(f"Requests of the last {watch.minutes} minutes, by answer", style="bold")
        yield Padding(_requests_table(watch.answers, watch.service), (0, 0, 0, 2))
    else:
        yield Text(f"No request is in the lines of the last {watch.minutes} minutes.")


def _format_stream(watch: Watch) -> str:
    stream: Stream = watch.stream
    parts = [stream.arriving, f"{stream.lines:,} lines"]
    if stream.delay is not None:
        parts.append(f"delay {stream.delay:.1f} s")
    suppressed = f"{stream.suppressed:,} suppressed"
    if stream.suppressed:
        suppressed += f" ({stream.missing:,} missing)" if stream.missing else " (all asked for again)"
    parts += [suppressed, f"watching for {format_duration((watch.at - watch.began) / NANOSECONDS)}"]
    return ", ".join(parts)


def _instances_table(watch: Watch) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for column in ("revision", "instance"):
        table.add_column(column, no_wrap=True)
    table.add_column("stands at", overflow="fold", ratio=1)
    table.add_column("for", justify="right", no_wrap=True)
    table.add_column("last verdict", no_wrap=True)
    for standing in watch.standings[:_MAX_ROWS]:
        table.add_row(
            _short_revision(standing.revision, watch.service),
            _sanitize_line(short_instance(standing.instance)) or "-",
            _format_status(standing),
            format_duration((watch.at - standing.since) / NANOSECONDS),
            _format_last_verdict(standing),
        )
    if (more := len(watch.standings) - _MAX_ROWS) > 0:
        table.add_row("", f"and {more} more", "", "", "")
    return table


def _format_status(standing: InstanceStatus) -> Text:
    """Return the last step of an instance's run, or how the run ended."""
    run = standing.run
    done = [step for step in run.steps if step.at]
    if not standing.going_on:
        how = "failed" if run.verdict == "not_ready" else "cut" if run.verdict == "unknown" else "passed"
        status = Text(f"{run.kind} {how}", style="bold red" if how == "failed" else "")
        reason = ", ".join(run.failed_checks) or run.condition or ""
        if how == "cut" and done:
            reason = f"after {step_name(run, done[-1])}"
        return status.append(f": {_sanitize_line(reason)}" if reason else "", style="not bold default")
    if not done:
        return Text(run.kind)
    mark, style = OUTCOME_MARKS[done[-1].outcome] if done[-1].outcome != "seen" else ("", "")
    return Text.assemble(f"{run.kind}, after {_sanitize_line(step_name(run, done[-1]))} ", (mark, style))


def _format_last_verdict(standing: InstanceStatus) -> Text:
    if standing.decided is None:
        return Text("none yet", style="dim")
    word, style = VERDICTS[standing.decided.verdict]
    return Text.assemble((word, style), (f" {standing.decided.ended[11:19]}", "dim"))


def _requests_table(answers: list[RevisionResponses], service: str) -> Table:
    table = make_grid()
    for answered in answers:
        counts = Text()
        for status, count in answered.statuses.items():
            style = "bold red" if status.startswith("5") else "yellow" if status.startswith("4") else ""
            counts.append("  " if counts else "").append(status, style=style).append(f" x{count}")
        table.add_row(_short_revision(answered.revision, service), counts)
    return table


def _styled_verdict(verdict: str) -> tuple[str, str]:
    return VERDICTS[verdict]


def _join_names(names: list[str]) -> str:
    return (
        names[0]
        if len(names) == 1
        else f"{len(names)}: {', '.join(names[:3])}" + (" ..." if names[3:] else "")
    )


def _short_revision(revision: str, service: str) -> str:
    return _sanitize_line(revision.removeprefix(f"{service}-")) or "-"


def _sanitize_line(text: str) -> str:
    """Return log text as one line, secrets masked and control characters escaped."""
    return clean(redact_text(" ".join(text.split())))
