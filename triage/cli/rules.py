"""``triage rules``: check and list the rule packs."""

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import click

from triage.cli.options import (
    EXPORT_PATH,
    exports_argument,
    pack_option,
    selection_options,
    verbosity_options,
)
from triage.cli.settings import print_note
from triage.errors import BadDataError, UsageError

if TYPE_CHECKING:
    from triage.models import Pack
    from triage.pipeline import Selection


@click.group("rules")
@verbosity_options
def rules_group() -> None:
    """Check and list the rule packs: what each log line means."""


@rules_group.command("check")
@click.argument("files", nargs=-1, metavar="[FILE]...", type=click.Path(path_type=Path))
@verbosity_options
def check_command(files: tuple[Path, ...]) -> None:
    """Check rule packs against their own samples, and report all faults at once, with file and line.

    Without FILE, the packs of the program are proved.
    """
    from triage.pipeline import check_rules
    from triage.text import clean, pluralize

    faults = check_rules(files)
    for fault in faults:
        click.echo(clean(str(fault)))
    if faults:
        raise BadDataError(
            f"{pluralize(len(faults), 'fault')} in the rule packs", "each line above names the place"
        )
    click.echo("ok: every rule matches its hits and none of its misses")


@rules_group.command("new")
@click.argument("name")
@click.option(
    "--from",
    "exports",
    multiple=True,
    required=True,
    metavar="EXPORT",
    type=EXPORT_PATH,
    help="Logs of the service (repeatable): the more of its starts they hold, good and bad, the better.",
)
@click.option("-o", "--output", metavar="FILE", help="Write it here instead of to NAME.toml; - prints it.")
@selection_options
@verbosity_options
def new_command(name: str, exports: tuple[str, ...], output: str | None, selection: "Selection") -> None:
    """Draft the pack NAME for a service from its logs: its chain of checks, rules and causes.

    It finds the lines that report the result of a check, a phase or a verdict, and takes its samples from
    them, secrets masked. What it is unsure of is marked "unsure:" in the file. No file is overwritten.
    """
    from triage.pipeline import draft_pack

    path = Path(output or f"{name}.toml")
    if output != "-" and path.exists():
        raise UsageError(f"{path} exists already", "remove it, or write to another file with -o")
    found = draft_pack(name, exports, selection, notify=print_note)
    if output == "-":
        click.echo(found.text, nl=False)
        return
    from triage.cli.output import write_atomically
    from triage.text import clean, pluralize

    with write_atomically(path) as stream:
        stream.write(found.text.encode())
    parts = [pluralize(found.rules, "rule"), pluralize(found.causes, "cause")]
    click.echo(f"wrote {path} for {clean(found.service) or 'any service'}: " + ", ".join(parts))
    click.echo(f"checks: {clean(', '.join(found.checks)) or 'none found'}")
    click.echo(f'next: read the {pluralize(found.unsure, "place")} marked "unsure:", then')
    click.echo(f"  triage rules check {shlex.quote(str(path))}")
    click.echo(f"  triage {' '.join(map(shlex.quote, exports))} --pack {shlex.quote(str(path))}")


@rules_group.command("test")
@click.argument("pack", metavar="PACK", type=click.Path(path_type=Path))
@exports_argument
@selection_options
@verbosity_options
def test_command(pack: Path, exports: tuple[str, ...], selection: "Selection") -> None:
    """Show which rule of PACK matches each line of EXPORT..., and why no rule does.

    Lines that differ in numbers only are shown once. PACK is checked first, as triage rules check does.
    """
    from triage.cli.screens.console import print_screen
    from triage.cli.screens.packs import render_trial
    from triage.pipeline import try_pack

    print_screen(*render_trial(try_pack(pack, exports, selection, notify=print_note)))


@rules_group.command("list")
@pack_option
@verbosity_options
def list_command(packs: "list[Pack]") -> None:
    """List the rules and causes of every pack."""
    from triage.cli.screens.console import print_screen
    from triage.cli.screens.packs import render_packs

    print_screen(*render_packs(packs))
