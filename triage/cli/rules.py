"""``triage rules``: check and list the rule packs."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from triage.cli.options import pack_option, verbosity_options
from triage.errors import BadDataError

if TYPE_CHECKING:
    from triage.models import Pack


@click.group("rules")
@verbosity_options
def rules_group() -> None:
    """Check and list the rule packs: what each log line means."""


@rules_group.command("check")
@click.argument("files", nargs=-1, metavar="[FILE]...", type=click.Path(path_type=Path))
@verbosity_options
def check_command(files: tuple[Path, ...]) -> None:
    """Prove rule packs against their own samples, and tell all their faults at once, with file and line.

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


@rules_group.command("list")
@pack_option
@verbosity_options
def list_command(packs: "list[Pack]") -> None:
    """List the rules and causes of every pack."""
    from triage.cli.screens.console import print_screen
    from triage.cli.screens.packs import render_packs

    print_screen(*render_packs(packs))
