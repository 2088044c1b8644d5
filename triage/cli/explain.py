"""``triage explain``: what a cause means, how it is recognised and fixed."""

from typing import TYPE_CHECKING

import click

from triage.cli.options import pack_option, verbosity_options
from triage.errors import UsageError

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from triage.models import Pack


def _complete_cause(
    _context: click.Context, _parameter: click.Parameter, incomplete: str
) -> "list[CompletionItem]":
    from click.shell_completion import CompletionItem

    from triage.pipeline import list_causes, load_packs

    causes = [cause for group in list_causes(load_packs()) for cause in group.causes]
    return [CompletionItem(cause.id, help=cause.title) for cause in causes if cause.id.startswith(incomplete)]


@click.command("explain")
@click.argument("cause", required=False, shell_complete=_complete_cause)
@pack_option
@verbosity_options
def explain_command(cause: str | None, packs: "list[Pack]") -> None:
    """Explain what a CAUSE means, how it is recognised and how to fix it.

    CAUSE is a name that triage diagnose prints. Without CAUSE, all causes are listed by kind.
    """
    from triage.cli.screens.console import print_screen
    from triage.cli.screens.packs import render_cause, render_causes, render_unexplained
    from triage.pipeline import list_causes, playbook, similar_causes

    groups = list_causes(packs)
    if cause is None:
        print_screen(*render_causes(groups))
        return
    found = next((item for group in groups for item in group.causes if item.id == cause), None)
    if found is None:
        near = similar_causes(cause, groups)
        names = " or ".join(filter(None, [", ".join(near[:-1]), *near[-1:]]))
        hint = f"did you mean {names}?" if near else "triage explain lists all causes"
        raise UsageError(f"no cause is named {cause!r}", hint)
    playbooks = [playbook(name, packs) for name in found.playbooks]
    if found.cause is None or found.pack is None:
        print_screen(*render_unexplained(found.id, found.title, playbooks))
        return
    print_screen(*render_cause(found.cause, found.pack, packs, playbooks[0], found.example))
