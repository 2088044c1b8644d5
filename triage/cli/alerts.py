"""``triage alerts``: alert policies of Cloud Monitoring for the causes of the packs."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from triage.cli.cause_completion import complete_cause
from triage.cli.options import (
    format_option,
    output_option,
    pack_option,
    verbosity_options,
    workload_options,
)
from triage.cli.settings import print_note
from triage.errors import UsageError

if TYPE_CHECKING:
    from triage.models import Pack, WorkloadKind


@click.command("alerts")
@workload_options
@click.option(
    "--cause",
    "causes",
    multiple=True,
    metavar="CAUSE",
    shell_complete=complete_cause,
    help="Only this cause (repeatable).  [default: all that a filter can express]",
)
@format_option("alerts", "For Terraform, or for the API and gcloud.")
@output_option
@pack_option
@verbosity_options
def alerts_command(
    *,
    kind: "WorkloadKind",
    names: list[str],
    causes: tuple[str, ...],
    output_format: str,
    output: Path | None,
    packs: "list[Pack]",
) -> None:
    """Make alert policies of Cloud Monitoring for the causes that triage diagnose names.

    A policy notifies when a line that shows the cause is logged, or when many requests fail because of it.
    Its notifications hold the playbook of the cause. A cause that needs more than one line is refused.
    """
    from triage.pipeline import build_alerts, metric_command, render_alerts
    from triage.text import pluralize

    found = build_alerts(names, packs, causes, kind=kind)
    refusals = [f"{refused.cause} has no alert: {refused.why}" for refused in found.refused]
    if refusals and causes:
        raise UsageError("\n".join(refusals))
    for line in refusals:
        print_note(line)
    if not causes:
        made = pluralize(len(found.alerts), "alert policy", "alert policies")
        print_note(f"{made}; {pluralize(len(refusals), 'cause')} without one")
    text = render_alerts(found.alerts, output_format)
    if output_format == "json":
        for command in filter(None, map(metric_command, found.alerts)):
            print_note(f"its metric first: {command}")
    if output is None:
        click.echo(text, nl=False)
        return
    from triage.cli.output import write_atomically

    with write_atomically(output) as stream:
        stream.write(text.encode())
