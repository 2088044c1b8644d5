"""The errors of the program, and the exit status of each kind."""

import os
import traceback
from enum import IntEnum
from pathlib import Path

_PACKAGE = Path(__file__).parent


class ExitStatus(IntEnum):
    """Exit statuses of the command, as the README lists them."""

    ANSWERED = 0
    NOT_READY = 1
    USAGE = 2
    INCONCLUSIVE = 3
    BAD_DATA = 65
    BUG = 70
    IO_FAILURE = 74
    TRY_AGAIN = 75
    NO_PERMISSION = 77
    INTERRUPTED = 130
    TERMINATED = 143


class TriageError(Exception):
    """An error that is shown as one line.

    Attributes:
        message: what is wrong, with ``file:line`` where there is one.
        hint: what to do next, "" for nothing.

    """

    status = ExitStatus.IO_FAILURE

    def __init__(self, message: str, hint: str = "") -> None:
        """Keep message and hint apart, so that entry points can lay them out."""
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        """Return message and hint as one line."""
        return f"{self.message}; {self.hint}" if self.hint else self.message

    def _render_traceback_(self) -> list[str]:
        """Return what IPython and notebooks show in place of a traceback."""
        return [f"{type(self).__name__}: {_printable(str(self))}"]


def _printable(text: str) -> str:
    """Return the text with the characters escaped that a terminal would execute or not show."""
    return "".join(
        letter if letter.isprintable() or letter == "\n" else ascii(letter)[1:-1] for letter in text
    )


class OutOfOrderError(Exception):
    """An entry belongs before one that was already passed on: read again, and sort."""


class UsageError(TriageError):
    """An option, a time or a filter of the call is not valid."""

    status = ExitStatus.USAGE


class BadDataError(TriageError):
    """An export or a rule pack is not valid."""

    status = ExitStatus.BAD_DATA


class IOFailureError(TriageError):
    """Reading or writing failed: no such file, no space, no permission."""

    status = ExitStatus.IO_FAILURE


class TryAgainError(TriageError):
    """Quota or network; what was fetched is kept."""

    status = ExitStatus.TRY_AGAIN


class NoPermissionError(TriageError):
    """No credentials, no role or no such project."""

    status = ExitStatus.NO_PERMISSION


def describe_os_error(error: OSError) -> str:
    """Return what the system refused, and what to check, as one line."""
    reason = error.strerror or type(error).__name__
    name = f"{os.fsdecode(error.filename)}: " if isinstance(error.filename, str | bytes) else ""
    return f"{name}{reason}; check the path, its permissions and the room on the disk"


def describe_bug(error: BaseException) -> str:
    """Return the type of an unexpected error and the innermost line of this package.

    The error's own message is left out, because it may quote a log.
    """
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if Path(frame.filename).is_relative_to(_PACKAGE)]
    location = f" at {Path(ours[-1].filename).relative_to(_PACKAGE)}:{ours[-1].lineno}" if ours else ""
    return f"this is a bug: {type(error).__name__}{location}"
