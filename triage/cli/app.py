"""Root command: its options, and the table from which commands are loaded."""

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import click

from triage import __version__
from triage.cli.options import verbosity_options

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

#: Each command: its module and object, and its line in ``triage --help``. Commands are imported when they are
#: called, so that help and completion stay fast.
COMMANDS = {
    "diagnose": (
        "triage.cli.diagnose:diagnose_command",
        "Say what broke and how we know (the default command).",
    ),
    "timeline": (
        "triage.cli.timeline:timeline_command",
        "Show each run through the readiness chain, step by step.",
    ),
    "report": ("triage.cli.report:report_command", "Write the report for a ticket, or a page of HTML."),
    "compare": (
        "triage.cli.compare:compare_command",
        "Say whether a service is better now, and what changed.",
    ),
    "attach": ("triage.cli.attach:attach_command", "Put the report on an issue of GitHub or GitLab, once."),
    "entries": ("triage.cli.entries:entries_command", "Show the log entries in a uniform format."),
    "redact": ("triage.cli.redact:redact_command", "Write an export with secrets masked, to share it."),
    "explain": (
        "triage.cli.explain:explain_command",
        "Explain what a cause means, how it is recognized and fixed.",
    ),
    "rules": ("triage.cli.rules:rules_group", "Check and list the rule packs."),
    "schema": (
        "triage.cli.schema:schema_command",
        "Print the JSON Schemas of the documents and of rule packs.",
    ),
    "fetch": ("triage.cli.fetch:fetch_command", "Fetch logs from Cloud Logging and diagnose them."),
    "watch": ("triage.cli.watch:watch_command", "Watch a service live, from Cloud Logging."),
    "sweep": (
        "triage.cli.sweep:sweep_command",
        "Diagnose all services of a project, and keep their issues up to date.",
    ),
    "verify": (
        "triage.cli.verify:verify_command",
        "Probe a service from outside, and say whether it is ready.",
    ),
    "gate": (
        "triage.cli.gate:gate_command",
        "Pass or fail a revision after deployment.",
    ),
    "alerts": (
        "triage.cli.alerts:alerts_command",
        "Make alert policies for causes, as Terraform or JSON.",
    ),
    "query": ("triage.cli.query:query_group", "Match, lint and explain Logging filters offline."),
    "mcp": ("triage.cli.mcp:mcp_command", "Serve the tools of triage to an agent (MCP, over stdio)."),
}
DEFAULT_COMMAND = "diagnose"
_ROOT_OPTIONS = {"-h", "--help", "-q", "--quiet", "-v", "--verbose", "--debug", "--version"}


class TriageGroup(click.Group):
    """Load commands when they are called; read exports if no command is named."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 (click's)
        """Return the command names in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 (click's)
        """Import and return one command, or None if the name is unknown."""
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name][0].partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 (click's)
        """Write the command list from the table, without importing the commands."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Insert the default command if the first word is neither option nor command."""
        index = next((index for index, word in enumerate(args) if word not in _ROOT_OPTIONS), None)
        if index is not None and args[index] not in COMMANDS:
            _reject_typo(args[index], ctx)
            _reject_command_behind(args[index:], ctx)
            args = [*args[:index], DEFAULT_COMMAND, *args[index:]]
        return super().parse_args(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> "list[CompletionItem]":
        """Complete commands, options and, for the default command, files."""
        from click.shell_completion import CompletionItem

        found = [
            CompletionItem(name, help=line)
            for name, (_, line) in COMMANDS.items()
            if name.startswith(incomplete)
        ]
        if incomplete.startswith("-"):
            found += click.Command.shell_complete(self, ctx, incomplete)
        # Files are first: the script of bash drops the items before them, and uses files if no other fits.
        return [CompletionItem(incomplete, type="file"), *found]


def _reject_typo(word: str, ctx: click.Context) -> None:
    """Reject a word that resembles a command and is no existing file.

    Without this check it would be reported as a missing export.
    """
    from difflib import get_close_matches

    near = get_close_matches(word, COMMANDS, n=1, cutoff=0.65)
    if near and not Path(word).exists():
        ctx.fail(f"unknown command or file: {word!r}. Did you mean {near[0]!r}?")


def _reject_command_behind(words: list[str], ctx: click.Context) -> None:
    """Reject a command that stands behind an export and is no existing file."""
    command = next((word for word in words[1:] if word in COMMANDS and not Path(word).exists()), None)
    if command is not None and not words[0].startswith("-"):
        ctx.fail(f"the command {command!r} must come first: triage {command} {words[0]}")


@click.group(
    "triage",
    cls=TriageGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    subcommand_metavar="EXPORT... | COMMAND [ARGS]...",
    epilog="Exit status: 0 answered, 1 not ready (gate or --exit-code or --until), 2 wrong usage, "
    "3 inconclusive or partial (gate or --strict or --until), "
    "65 invalid export or rule pack, 70 a bug of triage, 74 reading or writing failed, 75 try again, "
    "77 no permission, 130 interrupted, 143 terminated.\n\n"
    'Completion: eval "$(_TRIAGE_COMPLETE=bash_source triage)" in .bashrc; zsh_source and fish_source for '
    "those shells.",
)
@click.version_option(__version__, prog_name="triage")
@verbosity_options
def root_command() -> None:
    """Say why a Cloud Run service is not ready: the failed check, the evidence and the next step.

    triage EXPORT... reads exported logs (files, folders, globs or - for standard input) and is short for
    triage diagnose EXPORT...
    """
