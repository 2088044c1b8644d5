"""The smallest click program, for comparison with `triage --help`."""

import click


@click.command()
@click.version_option("1.0")
@click.argument("export", required=False)
def main(export: str | None) -> None:
    """Read an export."""
    click.echo(export)


if __name__ == "__main__":
    main()
