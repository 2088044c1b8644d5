"""A folder that only this user can read, and that is removed at the end."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_ATTEMPTS = 10


@contextmanager
def private_folder() -> Iterator[Path]:
    """Create a folder with mode 0700, and remove it with its files, also when a signal ends the process."""
    folder = Path(tempfile.mkdtemp(prefix="triage-mcp-")).resolve()
    try:
        yield folder
    finally:
        _remove(folder)


def _remove(folder: Path) -> None:
    """Remove a folder to which another thread may still write.

    It gets another name first: then no new file can be created by its old path. Where it cannot be renamed,
    because files are open on Windows, it is removed as it is.
    """
    removed = folder.with_name(f"{folder.name}-removed")
    try:
        folder.rename(removed)
    except FileNotFoundError:
        return  # the system has tidied up
    except OSError:
        removed = folder
    for _ in range(_ATTEMPTS):
        shutil.rmtree(removed, ignore_errors=True)
        if not removed.exists():
            return
