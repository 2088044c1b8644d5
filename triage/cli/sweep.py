"""``triage sweep``: a round over the services of a project, and their issues."""

import time
from typing import TYPE_CHECKING

import click

from triage.cli.options import connection_options, exit_status_options, pack_option, verbosity_options
from triage.cli.settings import current_settings, print_note
from triage.cli.tracker import tracker_options
from triage.errors import ExitStatus, UsageError

if TYPE_CHECKING:
    from triage.models import Pack, Sweep
    from triage.pipeline import TrackerName


@click.command("sweep")
@click.option(
    "--service",
    multiple=True,
    metavar="NAME",
    help="Only this service (repeatable).  [default: all with entries]",
)
@click.option(
    "--since",
    default="1h",
    show_default=True,
    metavar="LENGTH",
    help="Length of the first round; a later one begins where the last one of --state ended.",
)
@click.option(
    "--state",
    default="",
    metavar="FILE",
    type=click.Path(dir_okay=False),
    help="Keep the end of the round here, so that rounds join without a hole; with --apply.",
)
@click.option(
    "--apply", is_flag=True, help="Open and update issues of --repo; without it nothing is written."
)
@click.option(
    "--max-calls",
    type=click.IntRange(min=1),
    default=300,
    show_default=True,
    metavar="N",
    help="Make at most so many calls to Cloud Logging; the next round reads the rest.",
)
@click.option("--dry-run", is_flag=True, help="Print the window and the most calls; call nothing.")
@tracker_options("The project with the issues; without --apply they are only looked for.")
@exit_status_options
@connection_options
@pack_option
@verbosity_options
def sweep_command(
    *,
    service: tuple[str, ...],
    since: str,
    state: str,
    apply: bool,
    max_calls: int,
    dry_run: bool,
    tracker: "TrackerName | None",
    repo: str | None,
    api_url: str | None,
    max_wait: float,
    exit_code: bool,
    fail_on: str | None,
    strict: bool,
    project: str,
    reads_per_minute: int,
    endpoint: str,
    impersonate: str,
    packs: "list[Pack]",
) -> None:
    """Diagnose the services of a project since the last round, and keep one issue for each incident.

    Jobs, worker pools and functions of the first generation are not part of it: triage fetch reads them.
    Without --apply nothing is written: the table says what would be done, with --repo for each issue.
    The exit status is 75 if the quota or the network ended the round early: the next one reads the rest.
    """
    from triage import pipeline
    from triage.cli.screens.progress import FetchProgress
    from triage.cli.screens.sweep import print_sweep
    from triage.models import SweepPlan
    from triage.window import parse_duration

    if apply and not repo:
        raise UsageError("--apply opens and updates issues", "say where: --repo OWNER/NAME")
    plan = SweepPlan(
        services=list(dict.fromkeys(service)),
        first_length=parse_duration(since),
        project=project,
        state=state,
        max_calls=max_calls,
        reads_per_minute=reads_per_minute,
        endpoint=endpoint,
        impersonate=impersonate,
    )
    now = time.time_ns()
    if dry_run:
        click.echo("\n".join(pipeline.describe_sweep(plan, now)))
        return
    settings = current_settings()
    issues = (
        pipeline.connect_tracker(tracker, repo, api_url, max_wait=max_wait, notify=print_note)
        if repo
        else None
    )
    with FetchProgress(quiet=settings.quiet) as progress:
        callbacks = pipeline.SweepCallbacks(
            notify=progress.notify,
            explain=progress.notify if settings.verbose else lambda _: None,
            show_progress=progress.show,
        )
        done = pipeline.sweep(plan, packs, callbacks, tracker=issues, apply=apply, now=now)
    settings.status = _exit_status(done, exit_code=exit_code, fail_on=fail_on, strict=strict)
    print_sweep(done, has_state=bool(state and apply), is_applied=apply, quiet=settings.quiet)


def _exit_status(done: "Sweep", *, exit_code: bool, fail_on: str | None, strict: bool) -> ExitStatus:
    """Return the exit status: a failing verdict goes before a round that ended early."""
    verdicts = {service.verdict for service in done.services}
    failing = {"not_ready", fail_on} if exit_code or fail_on else set()
    if verdicts & failing:
        return ExitStatus.NOT_READY
    if done.stopped or done.refused:
        return ExitStatus.TRY_AGAIN if done.stopped else ExitStatus.NO_PERMISSION
    is_partial = any(service.unread_since is not None for service in done.services)
    if strict and (is_partial or verdicts & {"inconclusive", "no_data"}):
        return ExitStatus.INCONCLUSIVE
    return ExitStatus.ANSWERED
