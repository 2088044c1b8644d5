"""Lock a file for one writer; the lock ends with its process."""

import os
import sys
from pathlib import Path

from triage.errors import TryAgainError


class Lock:
    """The lock of one file; the file names the holder for people.

    A file made with O_EXCL would outlive a killed process. The system's lock does not.
    """

    def __init__(self, path: Path, written: Path, *, holder: str, hint: str) -> None:
        """Acquire the lock of what is ``written``.

        ``holder`` says who may hold it, such as "another fetch", and ``hint`` what to do then.

        Raises:
            TryAgainError: another process holds it.

        """
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        self._handle: int | None = handle
        try:
            is_free = _take(handle)
            process = "" if is_free else os.read(handle, 200).decode(errors="replace").strip()
        except BaseException:
            self.release()
            raise
        if not is_free:
            self.release()
            raise TryAgainError(f"{holder} ({process or 'just begun'}) is writing {written}", hint)

    def release(self) -> None:
        """Release the lock; releasing again does nothing."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


def _take(handle: int) -> bool:
    """Lock a file and write who holds it; return whether it was free."""
    try:
        _lock_handle(handle)
        held = os.fstat(handle).st_nlink > 0  # else who held it has just removed it
    except OSError:
        held = False
    if held:
        os.ftruncate(handle, 0)
        os.write(handle, f"process {os.getpid()} on {_host_name()}\n".encode())
    return held


def _host_name() -> str:
    import platform

    return platform.node()


if sys.platform == "win32":
    import msvcrt

    def _lock_handle(handle: int) -> None:
        # The locked byte is beyond the text, which others can still read.
        os.lseek(handle, 1024, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        os.lseek(handle, 0, os.SEEK_SET)
else:
    import fcntl

    def _lock_handle(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
