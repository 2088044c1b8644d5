"""Writing that survives a lost process or machine, and never half."""

import os
from collections.abc import Iterable
from pathlib import Path

_FLAGS = os.O_WRONLY | os.O_CREAT | getattr(os, "O_BINARY", 0)


def open_at(path: Path, size: int) -> int:
    """Return a handle for writing at the end of a file that is cut to the size first; only its owner may read it."""
    handle = os.open(path, _FLAGS, 0o600)
    os.ftruncate(handle, size)
    os.lseek(handle, size, os.SEEK_SET)
    return handle


def write_all(handle: int, data: bytes) -> None:
    """Write all of the data; the system may take it in pieces."""
    view = memoryview(data)
    while view:
        view = view[os.write(handle, view) :]


def write_new(path: Path, chunks: Iterable[bytes]) -> None:
    """Write a file that only its owner may read, and return when the disk has it; a failed one is removed."""
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
    """Put a file in the place of an older one: whoever reads sees the one or the other, whole."""
    temporary = path.with_name(f"{path.name}.new")
    write_new(temporary, [data])
    temporary.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable, where the system lets folders be opened."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
