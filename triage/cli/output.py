"""Write files atomically: the whole content, or nothing."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from triage.cli.settings import print_note
from triage.errors import IOFailureError


def write_text(text: str, path: Path) -> None:
    """Write a text file atomically, and say so.

    Raises:
        IOFailureError: as ``write_atomically``.

    """
    with write_atomically(path) as stream:
        stream.write(text.encode())
    print_note(f"wrote {path}")


def check_folder(path: Path) -> None:
    """Check that the folder of a file exists.

    Raises:
        IOFailureError: it does not.

    """
    if not Path(os.path.realpath(path)).parent.exists():
        raise IOFailureError(
            f"{path}: there is no folder {path.parent}", f"create it first: mkdir -p {path.parent}"
        )


@contextmanager
def write_atomically(path: Path, *, private: bool = False) -> Iterator[BinaryIO]:
    """Yield a stream whose bytes replace the file once all are on the disk.

    Until then the old file is unchanged. Only the owner can read a ``private`` file. A device or a pipe is
    written directly.

    Raises:
        IOFailureError: the folder is missing, the path is a folder, or room or permission is missing; the
            old file is untouched.

    """
    target = Path(os.path.realpath(path))
    try:
        if target.exists() and not target.is_file():
            with target.open("wb") as stream:
                yield stream
            return
        check_folder(path)
        with _temporary_file(target, private=private) as stream:
            yield stream
    except OSError as error:
        raise IOFailureError(
            f"{path}: {error.strerror}", "nothing was changed; write to another place or make room"
        ) from error


@contextmanager
def _temporary_file(target: Path, *, private: bool) -> Iterator[BinaryIO]:
    part = target.with_name(f".triage-{secrets.token_hex(8)}.part")
    try:
        with os.fdopen(
            os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600 if private else 0o666), "wb"
        ) as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        if target.exists() and not private:
            part.chmod(target.stat().st_mode & 0o777)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
