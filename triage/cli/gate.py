"""``triage gate``: deployment gate that passes or fails a revision."""

import time
from collections.abc import Callable
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click

from triage.cli.channels import notify_options
from triage.cli.github_actions import print_to_actions
from triage.cli.options import (
    EXPORT_PATH,
    config_option,
    connection_options,
    engine_option,
    format_option,
    max_bytes_option,
    pack_option,
    report_option,
    verbosity_options,
)
from triage.cli.report import write_report
from triage.cli.settings import current_settings, print_note
from triage.errors import ExitStatus, UsageError

if TYPE_CHECKING:
    from triage.models import FetchPlan, Gate, Pack
    from triage.pipeline import Analysis, Configuration, Notifications

GateEvaluator = Callable[["Analysis"], "Gate"]

_STATUSES = {
    "passed": ExitStatus.ANSWERED,
    "failed": ExitStatus.NOT_READY,
    "inconclusive": ExitStatus.INCONCLUSIVE,
}
_USAGE_HINT = "give EXPORT..., or --service NAME to fetch its logs"


@click.command("gate")
@click.argument("exports", nargs=-1, metavar="[EXPORT]...", type=EXPORT_PATH)
@click.option(
    "--service", default="", metavar="NAME", help="The service; without EXPORT, its logs are fetched."
)
@click.option(
    "--revision", default="", metavar="NAME", help="The revision.  [default: the newest in the logs]"
)
@click.option(
    "--baseline",
    metavar="LAST_GOOD",
    help="Errors must not be new to this: a revision of the service in the same logs, or an export.",
)
@click.option(
    "--criteria",
    "criteria_file",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="What is demanded, as TOML; what it leaves out stays as it ships.",
)
@click.option(
    "--max-5xx",
    "max_5xx",
    metavar="PERCENT",
    type=click.FloatRange(0, 100),
    help="Fail if more of the requests return 5xx.  [default: 1, or that of --criteria]",
)
@click.option(
    "--min-requests",
    metavar="COUNT",
    type=click.IntRange(min=1),
    help="Fewer requests measure nothing.  [default: 20, or that of --criteria]",
)
@format_option("gate", "How to say it; github writes annotations, job summary and outputs of a step.")
@click.option("--since", metavar="TIME", help="Only from this time on: 30m, RFC 3339.  [fetching: 1h]")
@click.option("--wait", metavar="LENGTH", help="Fetch again until the answer is sure, at most so long: 10m.")
@click.option(
    "--keep",
    metavar="FOLDER",
    type=click.Path(file_okay=False, path_type=Path),
    help="Keep what was fetched for the answer there; without it nothing is kept.",
)
@report_option
@notify_options
@max_bytes_option
@connection_options
@engine_option
@pack_option
@config_option
@verbosity_options
def gate_command(
    *,
    exports: tuple[str, ...],
    service: str,
    revision: str,
    baseline: str | None,
    criteria_file: Path | None,
    max_5xx: float | None,
    min_requests: int | None,
    output_format: str,
    since: str | None,
    wait: str | None,
    keep: Path | None,
    report: Path | None,
    channels: "Notifications | None",
    max_bytes: int | None,
    project: str,
    reads_per_minute: int,
    endpoint: str,
    impersonate: str,
    packs: "list[Pack]",
    configurations: "list[Configuration]",
) -> None:
    """Pass or fail a revision: ready or degraded, and every criterion met.

    Read the logs from EXPORT, or fetch them with --service. For each failed criterion, print the measured
    value and the log lines that show it, then the commands that roll traffic back.

    The exit status is 0 if the revision passes, 1 if it is not ready or a criterion fails, and 3 if there is
    too little data.
    """
    from triage import pipeline

    criteria = pipeline.with_request_limits(pipeline.load_criteria(criteria_file), max_5xx, min_requests)
    given = [wait, keep, project, endpoint, impersonate]
    names = ["--wait", "--keep", "--project", "--endpoint", "--impersonate"]
    plan = None
    if exports:
        if fetching := [name for name, value in zip(names, given, strict=True) if value]:
            raise UsageError(f"{fetching[0]} applies only to fetched logs", "remove it, or remove EXPORT")
    elif max_bytes is not None:
        raise UsageError("--max-bytes applies only to BigQuery tables", "give a table, or remove it")
    elif service:
        plan = _fetch_plan(
            service,
            since,
            project=project,
            reads_per_minute=reads_per_minute,
            endpoint=endpoint,
            impersonate=impersonate,
        )
    else:
        raise UsageError("there is nothing to judge", _USAGE_HINT)
    reference = pipeline.load_baseline(baseline, packs) if baseline else None

    def evaluate(analysis: "Analysis") -> "Gate":
        return pipeline.gate(analysis, criteria, service=service, revision=revision, baseline=reference)

    if plan is None:
        selection = pipeline.Selection(
            service=(service,) if service else (), since=_parse_since(since), max_bytes=max_bytes
        )
        found = pipeline.analyze(
            exports, packs=packs, selection=selection, configurations=configurations, notify=print_note
        )
        result = evaluate(found)
    else:
        result, found = _poll_until_sure(plan, packs, evaluate, wait, keep)
    current_settings().status = _STATUSES[result.status]
    if report:
        write_report(found, report)
    if output_format == "github":
        print_to_actions(pipeline.GitHubAnswer(found, result, str(report or "")))
    else:
        _print_gate(result, output_format)
    _report_to_channels(channels, result, found)


def _fetch_plan(
    service: str, since: str | None, *, project: str, reads_per_minute: int, endpoint: str, impersonate: str
) -> "FetchPlan":
    from triage.models import FetchPlan
    from triage.window import choose_window

    window = choose_window(now=datetime.now(UTC).replace(microsecond=0), since=since)
    return FetchPlan(
        services=[service],
        window=window,
        project=project,
        widen=False,
        keep=False,
        requests=True,
        earlier_changes=True,
        reads_per_minute=reads_per_minute,
        endpoint=endpoint,
        impersonate=impersonate,
    )


def _parse_since(text: str | None) -> int | None:
    from triage.window import parse_time

    return None if text is None else parse_time(text, now=datetime.now(UTC))


def _poll_until_sure(
    plan: "FetchPlan", packs: "list[Pack]", evaluate: GateEvaluator, wait: str | None, keep: Path | None
) -> "tuple[Gate, Analysis]":
    """Fetch and evaluate until the result is sure or the time is up."""
    import msgspec

    from triage import pipeline
    from triage.cli.screens.progress import FetchProgress
    from triage.window import parse_duration

    until = time.time_ns() + (parse_duration(wait) if wait else 0)
    if keep:
        keep.mkdir(parents=True, exist_ok=True)
    with (
        nullcontext(str(keep)) if keep else TemporaryDirectory(prefix="triage-") as folder,
        FetchProgress(quiet=current_settings().quiet) as progress,
    ):
        result, analysis, files = pipeline.poll_until_sure(
            msgspec.structs.replace(plan, folder=folder),
            packs,
            evaluate,
            until=until,
            now=time.time_ns,
            pause=time.sleep,
            notify=progress.notify,
            show_progress=progress.show,
        )
    for file in files if keep else []:
        print_note(f"wrote {file}")
    return result, analysis


def _report_to_channels(channels: "Notifications | None", result: "Gate", found: "Analysis") -> None:
    for line in channels.report_gate(result, found) if channels else ():
        print_note(line)


def _print_gate(result: "Gate", output_format: str) -> None:
    from triage import pipeline

    if output_format != "text":
        click.echo(pipeline.render_gate(result, output_format), nl=False)
    else:
        from triage.cli.screens.console import print_screen
        from triage.cli.screens.gate import render_answer, render_details
        from triage.pipeline import sanitize

        shown = sanitize(result)
        print_screen(*render_answer(shown))
        if not current_settings().quiet:
            print_screen(*render_details(shown))
