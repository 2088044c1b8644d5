"""``triage compare``: compare two sides and list what changed."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from triage.cli.load import load_option, warn_of_other_load
from triage.cli.options import (
    EXPORT_PATH,
    config_option,
    connection_options,
    engine_option,
    filter_option,
    format_option,
    max_bytes_option,
    output_option,
    pack_option,
    since_option,
    until_option,
    verbosity_options,
)
from triage.cli.settings import current_settings, print_note
from triage.errors import ExitStatus, UsageError

if TYPE_CHECKING:
    from triage.models import Comparison, FetchPlan, LoadTest, Pack
    from triage.pipeline import ComparedAnalyses, Configuration, Selection
    from triage.window import Window

_USAGE_HINT = "name BEFORE and AFTER, or one EXPORT with --revision A --with B, or --service S --around TIME"


@click.command("compare")
@click.argument("exports", nargs=-1, metavar="[BEFORE AFTER | EXPORT]", type=EXPORT_PATH)
@click.option(
    "--revision", default="", metavar="A", help="BEFORE is this revision of one EXPORT (name or glob)."
)
@click.option("--with", "other", default="", metavar="B", help="AFTER is this revision.")
@click.option("--service", "services", multiple=True, metavar="NAME", help="Only this service (repeatable).")
@since_option
@until_option
@filter_option
@max_bytes_option
@click.option(
    "--around",
    metavar="TIME",
    help="Fetch --service before and after this time, such as that of a deployment.",
)
@click.option(
    "--margin",
    default="30m",
    show_default=True,
    metavar="LENGTH",
    help="With --around: length of each side.",
)
@connection_options
@format_option("comparison", "Output format; markdown is the verification of the plan.")
@output_option
@click.option("--exit-code", is_flag=True, help="Exit with status 1 if something is worse.")
@click.option(
    "--strict", is_flag=True, help="End with status 3 when it cannot be told, or a side is partial."
)
@engine_option
@pack_option
@config_option
@load_option
@verbosity_options
def compare_command(
    *,
    exports: tuple[str, ...],
    revision: str,
    other: str,
    services: tuple[str, ...],
    since: int | None,
    until: int | None,
    filter_text: str | None,
    max_bytes: int | None,
    around: str | None,
    margin: str,
    project: str,
    reads_per_minute: int,
    endpoint: str,
    impersonate: str,
    output_format: str,
    output: Path | None,
    packs: "list[Pack]",
    configurations: "list[Configuration]",
    exit_code: bool,
    strict: bool,
    load: "LoadTest | None",
) -> None:
    """Say whether AFTER is better or worse than BEFORE, and every difference with its numbers.

    BEFORE and AFTER are exports: a file, a folder or a quoted glob each. One EXPORT is compared within itself
    by its revisions; with --around both sides are fetched.

    AFTER is worse when its verdict is; or, where the verdict did not change, when a check that passed fails
    now, when boots, validations or requests go well less often, or errors are new or more frequent, than
    chance explains.
    """
    from triage.models import FetchPlan
    from triage.pipeline import Selection

    _check_arguments(exports, revision, other, around)
    if load is not None and output_format != "markdown":
        raise UsageError("--load joins the success metrics", "add --format markdown, which has them")
    selection = Selection(service=services, since=since, until=until, filter=filter_text, max_bytes=max_bytes)
    if around is not None:
        if selection != Selection(service=services):
            raise UsageError(
                "--since, --until, --filter and --max-bytes narrow exports", "take them away with --around"
            )
        if len(services) != 1:
            raise UsageError("--around compares one service", "give --service NAME once")
        before, after = _windows_around(around, margin)
        plan = FetchPlan(
            services=list(services),
            window=before,
            project=project,
            widen=False,
            earlier_changes=True,
            reads_per_minute=reads_per_minute,
            endpoint=endpoint,
            impersonate=impersonate,
        )
        compared = _fetch_and_compare((plan, msgspec.structs.replace(plan, window=after)), packs)
    else:
        if project or endpoint or impersonate:
            raise UsageError(
                "--project, --endpoint and --impersonate are for fetching",
                "add --around TIME, or take them away",
            )
        compared = _compare_exports(exports, (revision, other), packs, selection, configurations)
    current_settings().status = _exit_status(compared.comparison, exit_code=exit_code, strict=strict)
    _write_comparison(compared, output_format, output, load)


def _check_arguments(exports: tuple[str, ...], revision: str, other: str, around: str | None) -> None:
    """Check that the arguments describe exactly one way to compare."""
    revisions = bool(revision or other)
    if around is not None:
        if exports or revisions:
            raise UsageError("--around fetches both sides", "take the exports and revisions away")
    elif not exports:
        raise UsageError("there is nothing to compare", _USAGE_HINT)
    elif len(exports) > 2:
        raise UsageError(
            f"compare takes two exports, not {len(exports)}", "put a glob in quotes, or name folders"
        )
    elif len(exports) == 2 and revisions:
        raise UsageError("--revision and --with compare within one EXPORT", "take one of the exports away")
    elif exports == ("-", "-"):
        raise UsageError("standard input can be read once", "give one of the sides as a file")


def _compare_exports(
    exports: tuple[str, ...],
    revisions: tuple[str, str],
    packs: "list[Pack]",
    selection: "Selection",
    configurations: "list[Configuration]",
) -> "ComparedAnalyses":
    from triage.pipeline import compare_exports, compare_revisions

    if len(exports) == 2:
        return compare_exports(
            exports, packs=packs, selection=selection, configurations=configurations, notify=print_note
        )
    return compare_revisions(
        exports,
        *revisions,
        packs=packs,
        selection=selection,
        configurations=configurations,
        notify=print_note,
    )


def _windows_around(around: str, margin: str) -> "tuple[Window, Window]":
    """Return the windows before and after a time."""
    from triage.window import Window, choose_window, parse_time, since_epoch

    now = datetime.now(UTC).replace(microsecond=0)
    middle = parse_time(around, now=now)
    whole = choose_window(now=now, around=around, margin=margin)
    end = min(whole.end, since_epoch(now))
    if end <= middle:
        raise UsageError(
            f"--around {around}: nothing is after it yet", "give the time of a deployment in the past"
        )
    return Window(whole.start, middle), Window(middle, end)


def _fetch_and_compare(plans: "tuple[FetchPlan, FetchPlan]", packs: "list[Pack]") -> "ComparedAnalyses":
    from triage.cli.screens.progress import FetchProgress
    from triage.pipeline import compare_windows

    with FetchProgress(quiet=current_settings().quiet) as progress:
        files, compared = compare_windows(*plans, packs, notify=progress.notify, show_progress=progress.show)
    for file in files:
        print_note(f"wrote {file.path}: {file.entries:,} entries")
    return compared


def _exit_status(comparison: "Comparison", *, exit_code: bool, strict: bool) -> ExitStatus:
    """Return the exit status; a worse AFTER takes precedence over an incomplete side."""
    if exit_code and comparison.change in ("worse", "mixed"):
        return ExitStatus.NOT_READY
    whole = comparison.change != "unclear" and not comparison.before.gaps and not comparison.after.gaps
    return ExitStatus.ANSWERED if whole or not strict else ExitStatus.INCONCLUSIVE


def _write_comparison(
    compared: "ComparedAnalyses", output_format: str, output: Path | None, load: "LoadTest | None"
) -> None:
    from triage.pipeline import to_json, verification_report

    if output_format == "text":
        text = _render_text(compared.comparison)
    else:
        warn_of_other_load(load, [incident.service for incident in compared.before.diagnosis.incidents[:1]])
        text = (
            to_json(compared.comparison) if output_format == "json" else verification_report(compared, load)
        )
    if output is None:
        sys.stdout.write(text)
        return
    from triage.cli.output import write_atomically

    with write_atomically(output) as stream:
        stream.write(click.unstyle(text).encode("utf-8", "backslashreplace"))
    print_note(f"wrote {output}")


def _render_text(comparison: "Comparison") -> str:
    from triage.cli.screens.comparison import render_answer, render_details
    from triage.cli.screens.console import render_text
    from triage.pipeline import sanitize

    shown = sanitize(comparison)
    return render_text(*render_answer(shown), *([] if current_settings().quiet else render_details(shown)))
