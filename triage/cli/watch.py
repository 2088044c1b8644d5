"""``triage watch``: the status of services, live."""

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from triage.cli.channels import notify_options
from triage.cli.options import (
    fetch_options,
    pack_option,
    verbosity_options,
    workload_options,
)
from triage.cli.settings import current_settings, print_note
from triage.errors import UsageError

if TYPE_CHECKING:
    from triage.models import Pack, WorkloadKind
    from triage.pipeline import Notifications, Until


@click.command("watch")
@workload_options
@click.option(
    "--since", default="15m", show_default=True, metavar="TIME", help="Begin with what was logged since then."
)
@click.option(
    "--until",
    type=click.Choice(["ready", "not_ready"]),
    help="End when it is so, with status 0 if ready or degraded, 1 if not ready, else 3.",
)
@click.option("--for", "length", metavar="LENGTH", help="End after so long: 10m, 2h.")
@click.option(
    "--on-change",
    "command",
    metavar="COMMAND",
    help="Run this when a verdict changes, the diagnosis as JSON on its standard input. No shell reads it; "
    "one run at a "
    "time, a minute at most.",
)
@notify_options
@click.option(
    "--serve",
    "address",
    metavar="[HOST:]PORT",
    help="Show the status as a page in browsers, on this machine's loopback address unless HOST is given "
    "(needs the extra 'web'). Several workloads may be given.",
)
@click.option("-o", "--output", default="", metavar="FILE", help="Keep what comes in this new file.")
@fetch_options
@pack_option
@verbosity_options
def watch_command(
    *,
    kind: "WorkloadKind",
    names: list[str],
    since: str,
    until: "Until | None",
    length: str | None,
    command: str | None,
    channels: "Notifications | None",
    address: str | None,
    output: str,
    project: str,
    filter_text: str,
    reads_per_minute: int,
    endpoint: str,
    impersonate: str,
    packs: "list[Pack]",
) -> None:
    """Watch a service live: its instances, how its requests are answered, and each change of a verdict.

    On a terminal a table follows the service; elsewhere, with -q and with --serve, each change is a line.
    Ctrl-C ends it. All that came is kept in NAME-watch-BEGAN.jsonl, for triage report and the others.
    """
    from triage import pipeline
    from triage.cli.screens.watch import WatchScreen
    from triage.models import FetchPlan
    from triage.window import NANOSECONDS, choose_window, parse_duration

    if len(names) > 1 and (address is None or until):
        raise UsageError(
            f"one is watched, not {len(names)}",
            "to watch several on one page, give --serve without --until",
        )
    plan = FetchPlan(
        services=names,
        kind=kind,
        window=choose_window(now=datetime.now(UTC), since=since),
        project=project,
        filter=filter_text,
        file=output,
        reads_per_minute=reads_per_minute,
        endpoint=endpoint,
        impersonate=impersonate,
    )
    with WatchScreen(quiet=current_settings().quiet, table=address is None) as screen:
        callbacks = pipeline.WatchCallbacks(
            notify=screen.notify,
            show=screen.show,
            changed=screen.changed,
            on_change=_split_command(command),
            channels=channels,
        )
        seconds = parse_duration(length) / NANOSECONDS if length else None
        if address is None:
            ended = pipeline.watch(plan, packs, callbacks, until=until, seconds=seconds, now=time.time_ns)
        else:
            ended = pipeline.serve_watch(
                plan, packs, callbacks, address, until=until, seconds=seconds, now=time.time_ns
            )
    if ended.stream.lines:
        print_note(f"kept {ended.stream.lines:,} entries: triage report {ended.journal}")
    if until:
        current_settings().status = pipeline.exit_status_of(ended)


def _split_command(command: str | None) -> list[str]:
    """Split a command into words as a shell does; nothing else is interpreted."""
    import shlex

    if command is None:
        return []
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise UsageError(f"--on-change: {command!r}: {error}", "close the quotation") from error
    if not words:
        raise UsageError("--on-change names no command", "give the command to run")
    return words
