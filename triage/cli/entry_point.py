"""Entry point: run one command line and turn failures into exit statuses."""

import gc
import io
import os
import signal
import sys
import traceback
from collections.abc import Sequence

import click

from triage.cli.app import root_command
from triage.cli.settings import Settings
from triage.errors import ExitStatus, TriageError, describe_bug, describe_os_error

COMPLETION = "_TRIAGE_COMPLETE"
#: So many more objects are made before garbage is collected. The start makes 60,000 that all stay, and what
#: is made of an entry is freed without a collector.
_OBJECTS_TO_COLLECT = 100_000
_BUG_HINT = "run the same command with --debug and report what it prints, log text taken out"


class _TerminatedError(KeyboardInterrupt):
    """The process received SIGTERM.

    It is a KeyboardInterrupt, so that the same cleanup code runs as after Ctrl-C.
    """


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command line and return its exit status, as listed in the README."""
    settings = Settings()
    try:
        _prepare_process()
        _invoke(sys.argv[1:] if arguments is None else list(arguments), settings)
        if sys.stdout is not None:
            sys.stdout.flush()
    except BaseException as error:  # noqa: BLE001 (no failure may reach the user as a traceback)
        return _report_failure(error, settings)
    finally:
        if arguments is None:
            _end_collection()
    return settings.status


def _prepare_process() -> None:
    """Raise an exception on SIGTERM, escape characters that cannot be encoded, and collect garbage rarely."""
    gc.set_threshold(_OBJECTS_TO_COLLECT)
    signal.signal(signal.SIGTERM, _terminate)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _end_collection() -> None:
    """Spare the collector what is left, as the process ends: it would search all of it three times.

    Not with DuckDB, which reports its objects as lost where they are not collected.
    """
    if "duckdb" not in sys.modules:
        gc.freeze()


def _terminate(_signal: int, _frame: object) -> None:
    raise _TerminatedError


def _invoke(arguments: list[str], settings: Settings) -> None:
    """Run the command.

    ``Group.main`` is not used: it turns a broken pipe and Ctrl-C into exit status 1.
    """
    if instruction := os.environ.get(COMPLETION):
        from click.shell_completion import shell_complete

        sys.exit(shell_complete(root_command, {}, "triage", COMPLETION, instruction))
    with root_command.make_context("triage", arguments, obj=settings) as context:
        root_command.invoke(context)


def _report_failure(error: BaseException, settings: Settings) -> int:
    """Print the failure on stderr and return its exit status."""
    if settings.debug and not isinstance(error, SystemExit | click.exceptions.Exit):
        traceback.print_exception(error)
    match error:
        case click.exceptions.Exit():
            status = error.exit_code
        case SystemExit():
            status = error.code if isinstance(error.code, int) else int(error.code is not None)
        case click.ClickException():
            error.show()
            _annotate(error.format_message(), settings)
            status = error.exit_code
        case TriageError():
            status = _print_error(str(error), error.status, settings)
        case _TerminatedError():
            status = _print_error("terminated", ExitStatus.TERMINATED, settings)
        case KeyboardInterrupt() | click.Abort():
            status = _print_error("interrupted", ExitStatus.INTERRUPTED, settings)
        case BrokenPipeError():
            _redirect_closed_stdout()
            status = settings.status
        case OSError():
            _redirect_closed_stdout()
            status = _print_error(describe_os_error(error), ExitStatus.IO_FAILURE, settings)
        case _:
            status = _print_error(f"{describe_bug(error)}; {_BUG_HINT}", ExitStatus.BUG, settings)
    return status


def _print_error(what: str, status: ExitStatus, settings: Settings) -> ExitStatus:
    from triage.text import clean

    click.echo(f"triage: {clean(what)}", err=True)
    _annotate(what, settings)
    return status


def _annotate(what: str, settings: Settings) -> None:
    """Print an error as an annotation too, where the output is for GitHub Actions."""
    if settings.annotate:
        from triage.pipeline import error_annotation

        click.echo(error_annotation(what), nl=False)


def _redirect_closed_stdout() -> None:
    """Redirect stdout to the null device if its reader is gone.

    Otherwise the interpreter's last flush would fail as well.
    """
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
