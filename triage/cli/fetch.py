"""``triage fetch``: fetch logs from Cloud Logging and diagnose them."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from triage.cli.options import (
    fetch_options,
    pack_option,
    template_option,
    verbosity_options,
    workload_options,
)
from triage.cli.settings import current_settings, print_note
from triage.errors import UsageError

if TYPE_CHECKING:
    from triage.models import FetchPlan, FetchResult, Pack, WorkloadKind
    from triage.pipeline import Analysis


@click.command("fetch")
@workload_options
@click.option("--since", metavar="TIME", help="From this long ago until now: 90m, 2h.  [default: 1h]")
@click.option("--from", "start", metavar="TIME", help="Start of the window: 2025-09-13 17:43 PDT, RFC 3339.")
@click.option("--until", "end", metavar="TIME", help="End of the window.  [default: now]")
@click.option("--around", metavar="TIME", help="A window on both sides of this time.")
@click.option(
    "--margin",
    default="15m",
    show_default=True,
    metavar="LENGTH",
    help="With --around: how far before and after.",
)
@click.option("--everything", is_flag=True, help="Fetch all lines of the service.")
@click.option(
    "--with-callers",
    is_flag=True,
    help="Ask for what other services and load balancers logged of failed requests.",
)
@click.option(
    "--limit", type=click.IntRange(min=1), metavar="N", help="Fetch at most N entries, oldest first."
)
@click.option("-o", "--output", default="", metavar="FILE", help="The file, or an existing folder.")
@click.option("--resume", is_flag=True, help="Resume an interrupted fetch.")
@click.option(
    "--widen/--no-widen",
    default=None,
    help="Widen the window if a run is cut off.  [default: not with --from]",
)
@click.option(
    "--report", metavar="FILE", type=click.Path(path_type=Path), help="Also write the report to this file."
)
@template_option
@click.option("--print-query", is_flag=True, help="Print only the filter and its gcloud command.")
@click.option(
    "--dry-run", is_flag=True, help="Print what would be fetched, and the most calls that it takes."
)
@fetch_options
@pack_option
@verbosity_options
def fetch_command(
    *,
    kind: "WorkloadKind",
    names: list[str],
    project: str,
    since: str | None,
    start: str | None,
    end: str | None,
    around: str | None,
    margin: str,
    filter_text: str,
    output: str,
    limit: int | None,
    report: Path | None,
    template: str | None,
    reads_per_minute: int,
    endpoint: str,
    impersonate: str,
    packs: "list[Pack]",
    everything: bool,
    with_callers: bool,
    resume: bool,
    widen: bool | None,
    print_query: bool,
    dry_run: bool,
) -> None:
    """Fetch the logs that a diagnosis needs, and diagnose them.

    The entries are saved in NAME-FROM-UNTIL.jsonl.gz as LogEntry lines, and the request in a .meta.json
    beside it. The default window is the last hour.
    """
    from triage import pipeline
    from triage.models import FetchPlan
    from triage.window import choose_window, since_epoch

    if everything and filter_text:
        raise UsageError("--everything and --filter exclude each other", "give one of them")
    if template and not report:
        raise UsageError("--template is for --report", "add --report FILE")
    now = datetime.now(UTC).replace(microsecond=0)
    folder = output if output and Path(output).is_dir() else ""
    plan = FetchPlan(
        services=names,
        kind=kind,
        window=choose_window(now=now, since=since, start=start, end=end, around=around, margin=margin),
        project=project,
        filter=filter_text,
        everything=everything,
        earlier_changes=True,
        with_callers=with_callers,
        limit=limit,
        folder=folder or ".",
        file="" if folder else output,
        resume=resume,
        widen=widen,
        reads_per_minute=reads_per_minute,
        endpoint=endpoint,
        impersonate=impersonate,
    )
    if print_query:
        _print_queries(plan, packs)
    elif dry_run:
        click.echo("\n".join(pipeline.plan_fetch(plan, packs, since_epoch(now))))
    else:
        _print_diagnosis(*_fetch_and_diagnose(plan, packs), report, template)


def _print_queries(plan: "FetchPlan", packs: "list[Pack]") -> None:
    from triage import pipeline

    for query in pipeline.build_queries(plan, packs):
        click.echo(f"-- {query.service}\n{query.filter}\n")
        print_note("The same in bash and PowerShell:")
        click.echo(query.command)


def _fetch_and_diagnose(plan: "FetchPlan", packs: "list[Pack]") -> "tuple[list[FetchResult], Analysis]":
    from triage import pipeline
    from triage.cli.screens.progress import FetchProgress

    with FetchProgress(quiet=current_settings().quiet) as progress:
        return pipeline.fetch(plan, packs, notify=progress.notify, show_progress=progress.show)


def _print_diagnosis(
    fetched: "list[FetchResult]", analysis: "Analysis", report: Path | None, template: str | None
) -> None:
    """Print the diagnosis of the fetched files, and what the window cuts."""
    from triage.cli.screens.console import print_screen, sanitize
    from triage.cli.screens.diagnosis import render_answer, render_details
    from triage.text import pluralize

    for file in fetched:
        print_note(f"wrote {file.path}: {file.entries:,} entries")
        if not file.entries and analysis.diagnosis.verdict == "no_data":
            print_note(
                f"no entries of service {file.service} in project {file.project} from "
                f"{file.window}; list the services: gcloud run services list "
                f"--project={file.project}"
            )
        if file.traces:
            print_note(
                f"{file.related:,} of them are of other services and load balancers, by "
                f"{pluralize(file.traces, 'trace')} of failed requests"
            )
    if cut := fetched[0].cut:
        print_note(f"cut: {cut}")
    shown = sanitize(analysis.diagnosis)
    print_screen(render_answer(shown))
    if not current_settings().quiet:
        print_screen(
            *render_details(
                shown,
                [file.path for file in fetched],
                playbooks=analysis.playbooks,
                verbose=current_settings().verbose,
            )
        )
    if report:
        _write_report(analysis, report, template or "ticket")


def _write_report(analysis: "Analysis", path: Path, template: str) -> None:
    from triage import pipeline
    from triage.cli.output import write_atomically

    with write_atomically(path) as stream:
        stream.write(pipeline.report(analysis, template).encode())
    print_note(f"wrote {path}")
