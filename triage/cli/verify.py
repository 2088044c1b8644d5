"""``triage verify``: probe a service from outside."""

import os
import shlex
import time
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from triage.cli.diagnose import exit_status_of, print_for_programs
from triage.cli.load import LoadOptions, load_exit_status, print_load_test, run_load_test
from triage.cli.options import (
    connection_options,
    exit_status_options,
    format_option,
    pack_option,
    verbosity_options,
)
from triage.cli.output import check_folder
from triage.cli.settings import current_settings, print_note
from triage.errors import TriageError, UsageError
from triage.models import FetchPlan, ProbePlan
from triage.window import Window

if TYPE_CHECKING:
    from triage.models import Pack, ProbeResult
    from triage.pipeline import Analysis

_DEFAULTS = ProbePlan(url="")


@click.command("verify")
@click.argument("url")
@click.option(
    "--service", default="", metavar="NAME", help="Name of the service, if its host does not show it."
)
@click.option("--socket", metavar="PATH", help="Path of the WebSocket, instead of that of the pack.")
@click.option(
    "--send", metavar="TEXT", help="With --events: the message to send instead of that of the pack."
)
@click.option(
    "--event",
    "events",
    multiple=True,
    metavar="NAME",
    help="With --events: wait for this event instead of those of the pack (repeatable).",
)
@click.option(
    "--events",
    "sends",
    is_flag=True,
    help="Send a message on the WebSocket and wait for the events of the pack. This starts real work.",
)
@click.option(
    "--timeout",
    type=click.FloatRange(0.1, 120),
    default=_DEFAULTS.timeout,
    show_default=True,
    metavar="SECONDS",
    help="Time limit of a request.",
)
@click.option(
    "--within",
    type=click.FloatRange(0.1, 300),
    default=_DEFAULTS.patience,
    show_default=True,
    metavar="SECONDS",
    help="Time limit of all events.",
)
@click.option(
    "--token-env", metavar="NAME", help="Send the bearer token that this environment variable holds."
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Save what was seen, as LogEntry lines; of --connections, the JSON document.",
)
@click.option(
    "--connections",
    type=int,
    metavar="N",
    help="Open N WebSockets and hold them, to see whether the service bears it (at most 2,000).",
)
@click.option(
    "--for",
    "hold",
    default="30s",
    show_default=True,
    metavar="LENGTH",
    help="With --connections: how long to hold them (at most 15m).",
)
@click.option(
    "--rate",
    type=float,
    default=20.0,
    show_default=True,
    metavar="N",
    help="With --connections: how many to open per second (at most 200).",
)
@click.option(
    "--baseline",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="With --connections: compare with the JSON document of an earlier run.",
)
@click.option(
    "--yes", is_flag=True, help="With --connections: consent to more than 50 connections to another machine."
)
@format_option("diagnosis", "Output format; markdown only with --connections.", "load")
@exit_status_options
@click.option(
    "--with-logs", is_flag=True, help="Also fetch the logs of the same minutes, and diagnose both together."
)
@click.option(
    "--settle",
    type=click.FloatRange(0, 600),
    default=20.0,
    show_default=True,
    metavar="SECONDS",
    help="How long to wait for the logs to arrive.",
)
@connection_options
@pack_option
@verbosity_options
def verify_command(
    url: str,
    *,
    service: str,
    socket: str | None,
    send: str | None,
    events: tuple[str, ...],
    timeout: float,
    within: float,
    token_env: str | None,
    output: Path | None,
    output_format: str,
    connections: int | None,
    hold: str,
    rate: float,
    baseline: Path | None,
    yes: bool,
    project: str,
    settle: float,
    reads_per_minute: int,
    endpoint: str,
    impersonate: str,
    packs: "list[Pack]",
    sends: bool,
    exit_code: bool,
    fail_on: Literal["not_ready", "degraded"] | None,
    strict: bool,
    with_logs: bool,
) -> None:
    """Probe the service at URL from outside, and report whether it is ready.

    The [probe] table of the service's pack says what is requested: paths, each plainly and with upgrade
    headers, the health check, and a WebSocket, which is only opened unless --events is given. The requests
    are printed before they are sent; nothing else is requested.

    With --connections, many WebSockets are opened one after the other and held, with health checks beside
    them: how many open, how fast, which are closed, and whether readiness gets worse.
    """
    from triage import pipeline

    _check_load_options(connections, with_logs=with_logs, output_format=output_format)
    if (events or send is not None) and not sends:
        raise UsageError("--event and --send need --events", "add --events: a message is sent")
    if output and output.exists():
        raise UsageError(f"-o {output}: it exists, and nothing is written over", "give a new name")
    if output:
        check_folder(output)
    table, note = pipeline.find_probe_table(packs, url, service)
    socket = table.socket if socket is None else socket
    known_events = tuple(table.events) if socket else ()
    plan = ProbePlan(
        url=url,
        service=service,
        project=project,
        paths=tuple(table.paths),
        health=table.health,
        socket=socket,
        events=(events or known_events) if sends else (),
        message=table.message if send is None else send,
        response=table.response,
        timeout=timeout,
        patience=within,
    )
    if connections is not None:
        test = run_load_test(
            plan, _read_token(token_env), LoadOptions(connections, rate, hold, baseline, yes), note, output
        )
        current_settings().status = load_exit_status(
            test, exit_code=exit_code, fail_on=fail_on, strict=strict
        )
        print_load_test(test, output_format)
        return
    asking = FetchPlan(
        services=[],
        window=Window(0, 1),
        folder=str(output.parent) if output else ".",
        reads_per_minute=reads_per_minute,
        endpoint=endpoint,
        impersonate=impersonate,
    )
    token = _read_token(token_env)
    announced = pipeline.plan_probe(plan, token)
    if with_logs:
        pipeline.check_log_queries(plan, packs, asking)
    for sentence in filter(None, (note, *announced)):
        print_note(sentence)
    probed = pipeline.probe(plan, token)
    _write_entries(probed, output)
    files: list[str] = []
    failure = None
    if with_logs:
        try:
            probed, files = _join_logs(probed, packs, asking, output=output, settle=settle)
        except TriageError as error:
            failure = error
    analysis = pipeline.analyze_probe(probed, packs, files, kept_file=str(output or ""))
    current_settings().status = exit_status_of(
        analysis.diagnosis, exit_code=exit_code, fail_on=fail_on, strict=strict
    )
    _print_diagnosis(analysis, output_format, files=files, output=output, url=url)
    if failure:
        raise failure


def _check_load_options(connections: int | None, *, with_logs: bool, output_format: str) -> None:
    """Check that options of a load test and of a probe are not mixed."""
    if connections is not None:
        probing = ["--with-logs"] if with_logs else ["--format github"] if output_format == "github" else []
        if probing:
            raise UsageError(f"{probing[0]} is for a probe", "remove it, or --connections")
        return
    sources = click.get_current_context().get_parameter_source
    given = [
        option
        for name, option in (
            ("hold", "--for"),
            ("rate", "--rate"),
            ("baseline", "--baseline"),
            ("yes", "--yes"),
        )
        if sources(name) is not click.core.ParameterSource.DEFAULT
    ]
    if output_format == "markdown":
        given.append("--format markdown")
    if given:
        raise UsageError(f"{given[0]} is for many connections", "add --connections N, or remove it")


def _given_options() -> list[str]:
    """Return the options of this call, to suggest the same call again."""
    context = click.get_current_context()
    words: list[str] = []
    for option in context.command.params:
        source = context.get_parameter_source(option.name or "")
        if not isinstance(option, click.Option) or source is not click.core.ParameterSource.COMMANDLINE:
            continue
        if option.name not in context.params:
            continue
        name, value = next(word for word in option.opts if word.startswith("--")), context.params[option.name]
        for one in value if option.multiple else [value]:
            words += [name] if option.is_flag else [name, f"{one:g}" if isinstance(one, float) else str(one)]
    return words


def _read_token(variable: str | None) -> str:
    if variable is None:
        return ""
    token = os.environ.get(variable, "").strip()
    if not token:
        raise UsageError(f"--token-env: the environment variable {variable} is not set", "export it first")
    return token


def _write_entries(probed: "ProbeResult", output: Path | None) -> None:
    from triage.cli.output import write_atomically

    if output:
        with write_atomically(output, private=True) as stream:
            stream.writelines(line + b"\n" for line in probed.lines)
        print_note(f"wrote {output}: {len(probed.lines)} entries")


def _join_logs(
    probed: "ProbeResult", packs: "list[Pack]", asking: FetchPlan, *, output: Path | None, settle: float
) -> "tuple[ProbeResult, list[str]]":
    """Return the probe joined with the logs around it, and the files of the logs."""
    from triage import pipeline
    from triage.cli.screens.progress import FetchProgress

    print_note(f"waiting {settle:g} s for the logs to arrive")
    time.sleep(settle)
    with FetchProgress(quiet=current_settings().quiet) as progress:
        joined, fetched = pipeline.join_logs(
            probed, packs, asking, notify=progress.notify, show_progress=progress.show
        )
    for file in fetched:
        print_note(f"wrote {file.path}: {file.entries:,} entries")
    if joined.lines != probed.lines:
        _write_entries(joined, output)
    return joined, [file.path for file in fetched]


def _print_diagnosis(
    analysis: "Analysis",
    output_format: str,
    *,
    files: list[str],
    output: Path | None,
    url: str,
) -> None:
    """Print the diagnosis and, under its answer, what the client saw."""
    from rich.text import Text

    from triage.pipeline import GitHubAnswer

    if output_format != "text":
        print_for_programs(GitHubAnswer(analysis), output_format)
        return
    from triage.cli.screens.console import print_screen
    from triage.cli.screens.diagnosis import render_answer, render_details
    from triage.cli.screens.verify import render_probe
    from triage.pipeline import sanitize

    shown = sanitize(analysis.diagnosis)
    print_screen(render_answer(shown))
    if current_settings().quiet:
        return
    kept = str(output) if output else "probe.jsonl"
    again = [] if output else [shlex.join(["triage", "verify", url, *_given_options(), "-o", kept])]
    print_screen(
        *render_probe(sanitize(analysis.timeline)),
        *([Text()] if shown.incidents else []),
        *render_details(
            shown,
            [kept, *files],
            first=again,
            playbooks=analysis.playbooks,
            pack_files=current_settings().pack_files,
            verbose=current_settings().verbose,
        ),
    )
