"""Write files that survive a crash and are never partial."""

import os
from collections.abc import Iterable
from pathlib import Path

_FLAGS = os.O_WRONLY | os.O_CREAT | getattr(os, "O_BINARY", 0)


def open_at(path: Path, size: int) -> int:
    """Open a file for appending after ``size`` bytes; the rest is cut off.

    Only the owner may read the file.
    """
    handle = os.open(path, _FLAGS, 0o600)
    os.ftruncate(handle, size)
    os.lseek(handle, size, os.SEEK_SET)
    return handle


def write_all(handle: int, data: bytes) -> None:
    """Write all of the data; the system may accept it in pieces."""
    view = memoryview(data)
    while view:
        view = view[os.write(handle, view) :]


def write_new(path: Path, chunks: Iterable[bytes]) -> None:
    """Write a file and sync it to the disk; only its owner may read it.

    A file that cannot be written completely is removed.
    """
    handle = open_at(path, 0)
    try:
        try:
            for chunk in chunks:
                write_all(handle, chunk)
            os.fsync(handle)
        finally:
            os.close(handle)
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def replace(path: Path, data: bytes) -> None:
    """Replace a file atomically: readers see the old or the new content."""
    temporary = path.with_name(f"{path.name}.new")
    write_new(temporary, [data])
    temporary.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Sync the names in a folder, where the system can open folders."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
