"""The file in which a watch keeps every line, unchanged."""

import os
from collections.abc import Iterable
from pathlib import Path

from triage.errors import IOFailureError, UsageError
from triage.files import durable
from triage.text import filename
from triage.window import format_timestamp

_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)


class Logbook:
    """A new file of LogEntry lines; only its owner may read it.

    Added lines are synced to the disk.
    """

    def __init__(self, path: Path) -> None:
        """Create the file.

        Raises:
            UsageError: the file exists.
            IOFailureError: it cannot be created.

        """
        self.path = path
        self.lines = 0
        try:
            self._handle = os.open(path, _FLAGS, 0o600)
        except FileExistsError as error:
            raise UsageError(
                f"-o {path}: it exists, and nothing is written over", "give a new name"
            ) from error
        except OSError as error:
            raise self._write_failure(error) from error

    def add(self, lines: Iterable[bytes]) -> None:
        """Append lines.

        Raises:
            IOFailureError: they cannot be written.

        """
        added = list(lines)
        if not added:
            return
        try:
            durable.write_all(self._handle, b"".join(added))
            os.fsync(self._handle)
        except OSError as error:
            raise self._write_failure(error) from error
        self.lines += len(added)

    def close(self) -> None:
        """Close the file; an empty one is removed."""
        empty = not os.fstat(self._handle).st_size
        os.close(self._handle)
        if empty:
            self.path.unlink(missing_ok=True)

    def _write_failure(self, error: OSError) -> IOFailureError:
        return IOFailureError(
            f"{self.path}: {error.strerror}", "make room or give the right to write, then watch again"
        )


def logbook_name(service: str, began: int) -> str:
    """Return the default name of a watch's file: NAME-watch-BEGAN.jsonl."""
    stamp = format_timestamp(began).partition(".")[0].replace("-", "").replace(":", "")
    return f"{filename(service)}-watch-{stamp}Z.jsonl"
