"""``triage verify --connections``: open many WebSockets and hold them."""

import functools
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from triage.cli.settings import current_settings, print_note
from triage.errors import ExitStatus, UsageError
from triage.window import NANOSECONDS, parse_duration

if TYPE_CHECKING:
    from triage.models import LoadTest, ProbePlan

_STOPPED = {"interrupted": ExitStatus.INTERRUPTED, "terminated": ExitStatus.TERMINATED}


def load_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add --load and pass the load test that the file holds as ``load``, None without it."""

    @click.option(
        "--load",
        "load_file",
        metavar="FILE",
        type=click.Path(),
        help="A load test that triage verify --connections wrote: it joins the success metrics.",
    )
    @functools.wraps(function)
    def with_load(*args: Any, load_file: str | None, **options: Any) -> Any:
        from triage.pipeline import read_load

        return function(*args, load=read_load(Path(load_file)) if load_file else None, **options)

    return with_load


class LoadOptions(NamedTuple):
    """The options of a load test.

    Attributes:
        connections: number of WebSockets.
        rate: WebSockets per second.
        hold: how long to hold them, as the user wrote it.
        baseline: document of an earlier test.
        consent: whether the user consented to any number of connections.

    """

    connections: int
    rate: float
    hold: str
    baseline: Path | None
    consent: bool


def run_load_test(
    probe: "ProbePlan", token: str, options: LoadOptions, note: str, output: Path | None
) -> "LoadTest":
    """Say what will be sent, ask where that is a lot, run the test, and save its document."""
    from triage import pipeline
    from triage.models import LoadPlan

    seconds = parse_duration(options.hold) / NANOSECONDS
    plan = LoadPlan(
        probe=probe,
        connections=options.connections,
        rate=options.rate,
        seconds=seconds,
        # Short tests have enough health checks and pings too.
        health_every=min(1.0, max(0.1, seconds / 10)),
        ping_every=min(10.0, max(0.2, seconds / 3)),
    )
    announced = pipeline.plan_load(plan, token)
    baseline = pipeline.read_load(options.baseline) if options.baseline else None
    for sentence in filter(None, (note, *announced)):
        print_note(sentence)
    if pipeline.needs_consent(plan) and not options.consent:
        _ask_for_consent(plan.connections, announced)
    test = pipeline.run_load(
        plan, token, baseline=baseline, baseline_file=str(options.baseline or ""), notify=print_note
    )
    if output:
        from triage.cli.output import write_atomically

        with write_atomically(output, private=True) as stream:
            stream.write(pipeline.to_json(test).encode())
        print_note(f"wrote {output}")
    return test


def _ask_for_consent(connections: int, announced: list[str]) -> None:
    """Ask at a terminal whether to start.

    Raises:
        UsageError: nobody can be asked.
        Abort: the user refused.

    """
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError(
            f"{connections:,} connections to another machine are not opened unasked", "add --yes to consent"
        )
    if current_settings().quiet:
        click.echo("\n".join(announced), err=True)
    click.confirm("Start?", abort=True, err=True)


def print_load_test(test: "LoadTest", output_format: str) -> None:
    """Print a load test in a format."""
    from triage import pipeline

    if output_format != "text":
        text = pipeline.to_json(test) if output_format == "json" else pipeline.load_summary(test)
        click.echo(text, nl=False)
        return
    from triage.cli.screens.console import print_screen
    from triage.cli.screens.load import render_answer, render_details

    shown = pipeline.sanitize(test)
    print_screen(render_answer(shown))
    if not current_settings().quiet:
        print_screen(*render_details(shown))


def warn_of_other_load(load: "LoadTest | None", services: list[str]) -> None:
    """Print a note if a load test is of none of the services whose metrics are shown."""
    if load is not None and load.service not in services:
        print_note(f"the load test is of the service {load.service}, which has no incident here: not counted")


def load_exit_status(test: "LoadTest", *, exit_code: bool, fail_on: str | None, strict: bool) -> ExitStatus:
    """Return the exit status of a load test; that of a signal goes before all others."""
    if test.ended_early in _STOPPED:
        return _STOPPED[test.ended_early]
    failing = {"not_ready", fail_on} if exit_code or fail_on else set()
    if test.verdict in failing:
        return ExitStatus.NOT_READY
    return ExitStatus.INCONCLUSIVE if strict and test.verdict == "inconclusive" else ExitStatus.ANSWERED
