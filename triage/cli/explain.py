"""``triage explain``: what a cause means, how it is recognized and fixed."""

from typing import TYPE_CHECKING

import click

from triage.cli.cause_completion import complete_cause
from triage.cli.options import pack_option, verbosity_options

if TYPE_CHECKING:
    from triage.models import Pack


@click.command("explain")
@click.argument("cause", required=False, shell_complete=complete_cause)
@pack_option
@verbosity_options
def explain_command(cause: str | None, packs: "list[Pack]") -> None:
    """Explain what a CAUSE means, how it is recognized and how to fix it.

    CAUSE is a name that triage diagnose prints. Without CAUSE, all causes are listed by kind.
    """
    from triage.cli.screens.console import print_screen
    from triage.cli.screens.packs import render_cause, render_causes, render_unexplained
    from triage.pipeline import find_cause, list_causes, playbook

    groups = list_causes(packs)
    if cause is None:
        print_screen(*render_causes(groups))
        return
    found = find_cause(cause, groups)
    playbooks = [playbook(name, packs) for name in found.playbooks]
    if found.cause is None or found.pack is None:
        print_screen(*render_unexplained(found.id, found.title, playbooks))
        return
    print_screen(*render_cause(found.cause, found.pack, packs, playbooks[0], found.example))
