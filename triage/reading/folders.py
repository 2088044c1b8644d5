"""Check that a file lies below a folder, wherever links lead."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from triage.errors import IOFailureError


def is_below(path: Path, folders: Sequence[Path]) -> bool:
    """Return whether a path without links is one of some folders, or lies below one."""
    return any(path.is_relative_to(folder) for folder in folders)


def check_below(file: BinaryIO, path: str, folders: Sequence[Path]) -> None:
    """Check that an open file lies below one of some folders.

    The open file is asked where it lies, not its path: another process may point a link elsewhere between a
    check of the path and the call that opens it. Where the system does not know (outside of Linux), the file
    must be the one to which the path leads now.

    Raises:
        IOFailureError: it lies elsewhere.

    """
    try:
        location = Path(f"/proc/self/fd/{file.fileno()}").readlink()
        is_same = True
    except OSError:
        location = Path(os.path.realpath(path))
        is_same = os.path.samestat(location.stat(), os.fstat(file.fileno()))
    if not is_same or not is_below(location, folders):
        raise IOFailureError(f"{path}: outside of the folders that may be read", "name a file below them")
