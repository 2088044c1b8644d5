"""``triage fetch``: fetch logs from Cloud Logging and diagnose them."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from triage.cli.diagnose import exit_status_of, print_for_programs
from triage.cli.options import (
    exit_status_options,
    fetch_options,
    format_option,
    pack_option,
    report_option,
    template_option,
    verbosity_options,
    workload_options,
)
from triage.cli.report import write_report
from triage.cli.settings import current_settings, print_note
from triage.errors import UsageError

if TYPE_CHECKING:
    from triage.models import FetchPlan, FetchResult, Pack, WorkloadKind
    from triage.pipeline import Analysis


#: The commands that list the workloads of a kind (gcloud reference, "gcloud run" and "gcloud functions").
_LISTS: "dict[WorkloadKind, str]" = {
    "service": "gcloud run services list",
    "job": "gcloud run jobs list",
    "worker_pool": "gcloud run worker-pools list",
    "function": "gcloud functions list",
}


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
@report_option
@template_option
@format_option("diagnosis", "Output format; github writes annotations, job summary and outputs of a step.")
@exit_status_options
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
    output_format: str,
    exit_code: bool,
    fail_on: Literal["not_ready", "degraded"] | None,
    strict: bool,
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
        fetched, analysis = _fetch_and_diagnose(plan, packs)
        current_settings().status = exit_status_of(
            analysis.diagnosis, exit_code=exit_code, fail_on=fail_on, strict=strict
        )
        missing = _describe_missing(fetched, analysis, kind)
        _print_notes(fetched, missing)
        if output_format == "text":
            _print_diagnosis(fetched, analysis)
        if report:
            write_report(analysis, report, template or "ticket")
        if output_format != "text":
            answer = pipeline.GitHubAnswer(analysis, report=str(report or ""), note="; ".join(missing))
            print_for_programs(answer, output_format)


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


def _describe_missing(fetched: "list[FetchResult]", analysis: "Analysis", kind: "WorkloadKind") -> list[str]:
    """Return a sentence for each workload without entries, if there is no answer for want of them."""
    if analysis.diagnosis.verdict != "no_data":
        return []
    word = kind.replace("_", " ")
    return [
        f"no entries of {word} {file.service} in project {file.project} from {file.window}; "
        f"list the {word}s: {_LISTS[kind]} --project={file.project}"
        for file in fetched
        if not file.entries
    ]


def _print_notes(fetched: "list[FetchResult]", missing: list[str]) -> None:
    """Print what was fetched, what is missing, and what the window cuts."""
    from triage.text import pluralize

    for file in fetched:
        print_note(f"wrote {file.path}: {file.entries:,} entries")
        if file.traces:
            print_note(
                f"{file.related:,} of them are of other services and load balancers, by "
                f"{pluralize(file.traces, 'trace')} of failed requests"
            )
    for sentence in missing:
        print_note(sentence)
    if cut := fetched[0].cut:
        print_note(f"cut: {cut}")


def _print_diagnosis(fetched: "list[FetchResult]", analysis: "Analysis") -> None:
    """Print the diagnosis of the fetched files."""
    from triage.cli.screens.console import print_screen
    from triage.cli.screens.diagnosis import render_answer, render_details
    from triage.pipeline import sanitize

    shown = sanitize(analysis.diagnosis)
    print_screen(render_answer(shown))
    if not current_settings().quiet:
        print_screen(
            *render_details(
                shown,
                [file.path for file in fetched],
                playbooks=analysis.playbooks,
                pack_files=current_settings().pack_files,
                verbose=current_settings().verbose,
            )
        )
