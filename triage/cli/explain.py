"""``triage explain``: what a cause means, how it is recognised and fixed."""

from difflib import get_close_matches
from typing import TYPE_CHECKING

import click

from triage.cli.options import pack_option, verbosity_options
from triage.errors import UsageError

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from triage.models import Pack

#: Id of the cause of errors that no pack explains.
_UNKNOWN_ERROR = "unknown-error"


def _complete_cause(
    _context: click.Context, _parameter: click.Parameter, incomplete: str
) -> "list[CompletionItem]":
    from click.shell_completion import CompletionItem

    from triage.pipeline import load_packs

    causes = [cause for pack in load_packs() for cause in pack.causes]
    return [CompletionItem(cause.id, help=cause.title) for cause in causes if cause.id.startswith(incomplete)]


@click.command("explain")
@click.argument("cause", shell_complete=_complete_cause)
@pack_option
@verbosity_options
def explain_command(cause: str, packs: "list[Pack]") -> None:
    """Tell what a CAUSE means, how it is recognised and what cures it.

    CAUSE is a name that triage diagnose prints, or one of triage rules list.
    """
    from triage.cli.screens.console import print_screen
    from triage.cli.screens.packs import render_cause, render_unknown_error
    from triage.pipeline import playbook

    if cause == _UNKNOWN_ERROR:
        print_screen(*render_unknown_error(playbook(cause)))
        return
    known = {found.id: (found, pack) for pack in packs for found in pack.causes}
    if cause not in known:
        near = get_close_matches(cause, known, n=3, cutoff=0.4)
        hint = f"did you mean {' or '.join(near)}?" if near else "triage rules list names all"
        raise UsageError(f"no cause is named {cause!r}", hint)
    found, pack = known[cause]
    print_screen(*render_cause(found, pack, packs, playbook(found.playbook)))
