"""``triage schema``: print the JSON Schemas of documents, packs and playbooks."""

import json
from typing import TYPE_CHECKING

import click

from triage.cli.options import verbosity_options

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


def _complete_name(
    _context: click.Context, _parameter: click.Parameter, incomplete: str
) -> "list[CompletionItem]":
    from click.shell_completion import CompletionItem

    from triage.pipeline import schema_names

    known = schema_names().items()
    return [CompletionItem(name, help=says) for name, says in known if name.startswith(incomplete)]


@click.command("schema")
@click.argument("name", required=False, shell_complete=_complete_name)
@verbosity_options
def schema_command(name: str | None) -> None:
    """Print the JSON Schema of NAME: a document, or what you write in TOML.

    Without NAME, the names are listed. Taplo, which many editors use, completes and checks a pack whose first
    line names a file with the schema: "#:schema ./pack.schema.json".
    """
    from triage.pipeline import schema, schema_names

    if name is not None:
        click.echo(json.dumps(schema(name), indent=2, ensure_ascii=False))
        return
    names = schema_names()
    width = max(map(len, names))
    for known, what in names.items():
        click.echo(f"{known:<{width}}  {what}")
