"""Completion of the names of causes."""

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


def complete_cause(
    _context: click.Context, _parameter: click.Parameter, incomplete: str
) -> "list[CompletionItem]":
    """Return the causes whose id begins with what is typed."""
    from click.shell_completion import CompletionItem

    from triage.pipeline import list_causes, load_packs

    causes = [cause for group in list_causes(load_packs()) for cause in group.causes]
    return [CompletionItem(cause.id, help=cause.title) for cause in causes if cause.id.startswith(incomplete)]
