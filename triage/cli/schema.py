"""``triage schema``: print the JSON Schemas of documents, packs and playbooks."""

import json

import click

from triage.cli.options import verbosity_options


@click.command("schema")
@click.argument("name", required=False)
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
