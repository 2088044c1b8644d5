"""``triage diagnose``: what broke, and how we know."""

from typing import TYPE_CHECKING, Literal

import click

from triage.cli.options import exports, narrowing, packs, speaking
from triage.cli.settings import note, settings
from triage.errors import ExitStatus

if TYPE_CHECKING:
    from triage.models import Diagnosis, Pack
    from triage.pipeline import Selection


@click.command()
@exports
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How to say it.",
)
@click.option("--exit-code", is_flag=True, help="End with status 1 when the service is not ready.")
@click.option("--fail-on", type=click.Choice(["degraded"]), help="Like --exit-code, and 1 when degraded too.")
@click.option("--strict", is_flag=True, help="End with status 3 when inconclusive, without data or partial.")
@narrowing
@packs
@speaking
def diagnose(
    exports: tuple[str, ...],
    form: Literal["text", "json"],
    packs: "list[Pack]",
    selection: "Selection",
    *,
    exit_code: bool,
    fail_on: Literal["degraded"] | None,
    strict: bool,
) -> None:
    """Say what broke in the exported logs, and how we know.

    EXPORT is one or more files, folders, globs or - for standard input, in any form that Cloud Logging gives, or
    a table of BigQuery: bigquery://PROJECT.DATASET.TABLE. The first line is the answer: verdict, service, cause,
    check and confidence.
    """
    from triage.pipeline import analyse, to_json

    diagnosis = analyse(exports, packs=packs, selection=selection, tell=note).diagnosis
    failing = {"not_ready", fail_on} if exit_code or fail_on else set()
    settings().status = _status(diagnosis, failing, strict=strict)
    if form == "json":
        click.echo(to_json(diagnosis), nl=False)
        return
    from triage.cli.screens.console import fit_to_show, show
    from triage.cli.screens.diagnosis import answer, screen

    shown = fit_to_show(diagnosis)
    show(answer(shown))
    if not settings().quiet:
        show(*screen(shown, exports))


def _status(diagnosis: "Diagnosis", failing: set[str | None], *, strict: bool) -> ExitStatus:
    """Return the status: a service that fails is told before an answer that is not whole."""
    if diagnosis.verdict in failing:
        return ExitStatus.NOT_READY
    whole = diagnosis.verdict not in ("inconclusive", "no_data") and not diagnosis.coverage.gaps
    return ExitStatus.ANSWERED if whole or not strict else ExitStatus.INCONCLUSIVE
