"""What can go wrong, and the exit status that each kind ends with."""

from enum import IntEnum


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
    """A failure told in one line: what, where and what to do next.

    ``message`` says what is wrong (with ``file:line`` where there is one), ``hint`` what to do next.
    """

    status = ExitStatus.IO_FAILURE

    def __init__(self, message: str, hint: str = "") -> None:
        """Keep the two halves of the line apart, so that doors may lay them out."""
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        """Return the one line."""
        return f"{self.message}; {self.hint}" if self.hint else self.message

    def _render_traceback_(self) -> list[str]:
        """Return what IPython and notebooks show in place of a traceback: the one line."""
        from triage.text import clean

        return [f"{type(self).__name__}: {clean(str(self))}"]


class OutOfOrderError(Exception):
    """An entry came that belongs before one that was handed on: all must be read once more, and sorted."""


class UsageError(TriageError):
    """The words of the call do not fit: an option, a time, a filter."""

    status = ExitStatus.USAGE


class BadDataError(TriageError):
    """An export or a rule pack that cannot be used."""

    status = ExitStatus.BAD_DATA


class IOFailureError(TriageError):
    """Reading or writing failed: no such file, no room, no right to it."""

    status = ExitStatus.IO_FAILURE


class TryAgainError(TriageError):
    """Quota or network; what was fetched is kept."""

    status = ExitStatus.TRY_AGAIN


class NoPermissionError(TriageError):
    """No credentials, no role or no such project."""

    status = ExitStatus.NO_PERMISSION
