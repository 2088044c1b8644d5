"""Command line interface of ``triage``: commands, screens and exit statuses."""

from collections.abc import Sequence

from triage.errors import ExitStatus


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command line and return its exit status.

    ``arguments`` default to those of the process.
    """
    try:
        from triage.cli.entry_point import run
    except KeyboardInterrupt:
        return ExitStatus.INTERRUPTED
    return run(arguments)
