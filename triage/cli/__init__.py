"""The terminal door: every command of ``triage``, its screens and its exit statuses."""

from collections.abc import Sequence

from triage.errors import ExitStatus


def main(arguments: Sequence[str] | None = None) -> int:
    """Return the exit status of one call; ``arguments`` are those after the command's name, else the process's own."""
    try:
        from triage.cli.entry_point import run
    except KeyboardInterrupt:
        return ExitStatus.INTERRUPTED
    return run(arguments)
