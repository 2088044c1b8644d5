"""``triage mcp``: the tools of triage for agents."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from triage.cli.options import connection_options, pack_option, verbosity_options
from triage.cli.settings import current_settings, print_note
from triage.errors import UsageError

if TYPE_CHECKING:
    from triage.models import Pack


@click.command("mcp")
@click.option(
    "--root",
    "roots",
    multiple=True,
    metavar="DIR",
    type=click.Path(exists=True, file_okay=False, resolve_path=True, path_type=Path),
    help="Read files below this folder only (repeatable).  [default: the working folder]",
)
@click.option("--allow-fetch", is_flag=True, help="Offer the tool fetch, which calls Cloud Logging.")
@connection_options
@pack_option
@verbosity_options
def mcp_command(
    *,
    roots: tuple[Path, ...],
    allow_fetch: bool,
    project: str,
    reads_per_minute: int,
    endpoint: str,
    impersonate: str,
    packs: "list[Pack]",
) -> None:
    """Serve the tools of triage to an agent: the Model Context Protocol over stdin and stdout.

    An MCP client starts this command. The tools are diagnose, timeline, explain, compare, query and, with
    --allow-fetch, fetch; with --project it fetches from that project only.
    """
    from triage.resources import require_mcp

    require_mcp()
    if not allow_fetch and (project or endpoint or impersonate):
        raise UsageError(
            "--project, --endpoint and --impersonate are for fetching", "add --allow-fetch, or remove them"
        )
    if not roots:
        roots = (_working_folder(),)
    from triage.mcp.private_folder import private_folder
    from triage.mcp.server import serve
    from triage.mcp.toolbox import Connection, Toolbox

    if sys.stdin.isatty():
        print_note("waiting for an MCP client on stdin; docs/agents.md says how to register this command")
    debug = current_settings().debug
    if not allow_fetch:
        serve(Toolbox(packs, roots), debug=debug)
        return
    with private_folder() as folder:
        connection = Connection(
            folder=folder,
            project=project,
            reads_per_minute=reads_per_minute,
            endpoint=endpoint,
            impersonate=impersonate,
        )
        serve(Toolbox(packs, roots, connection), debug=debug)


def _working_folder() -> Path:
    """Return the working folder; some clients start every server in the root of the file system.

    Raises:
        UsageError: it is that root.

    """
    folder = Path.cwd().resolve()
    if folder == Path(folder.anchor):
        raise UsageError(f"the working folder is {folder}", "name the folders that may be read: --root DIR")
    return folder
