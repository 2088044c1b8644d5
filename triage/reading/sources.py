"""Expand what the user named to files in order."""

import glob
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from triage.errors import IOFailureError, UsageError
from triage.reading.bigquery.address import is_address
from triage.reading.remote import is_remote, list_objects

#: The suffix of the metadata that ``triage fetch`` writes.
_META_SUFFIX = ".meta.json"


class ExportSource(msgspec.Struct, frozen=True):
    """A file to read.

    path: the file as the user named it; "-" is standard input.
    is_explicit: whether the user named this file, not a folder or glob.
    size: the size of an object in bytes; None for a path.
    """

    path: str
    is_explicit: bool
    size: int | None = None

    @property
    def is_special(self) -> bool:
        """Return whether a folder or glob holds it and it is no regular file: a pipe, a socket, a device."""
        return (
            not self.is_explicit
            and not is_remote(self.path)
            and (path := Path(self.path)).exists()
            and not (path.is_file() or path.is_dir())
        )


def expand(sources: Iterable[str | Path]) -> Iterator[ExportSource]:
    """Yield the files of paths, folders, globs, addresses and "-", each once.

    Those of a folder or glob come in order of their path. Folders are read recursively, as a Cloud Storage
    sink writes them. Hidden files are left out, and links to folders are not followed.

    Raises:
        IOFailureError: a file does not exist, or a named folder is empty.
        UsageError: a BigQuery table is named.
        TriageError: an address cannot be read, see ``triage.reading.remote``.

    """
    seen: set[str] = set()
    for source in sources:
        for file in _files(str(source)):
            location = file.path if file.path == "-" or is_remote(file.path) else os.path.realpath(file.path)
            if location not in seen:
                seen.add(location)
                yield file


def _files(source: str) -> Iterator[ExportSource]:
    path = Path(source)
    if is_address(source):
        raise UsageError(
            f"{source}: a table of BigQuery cannot be read as a file",
            "`triage diagnose`, timeline, report, attach and entries ask it, without --engine",
        )
    if source == "-":
        yield ExportSource(source, is_explicit=True)
    elif is_remote(source):
        yield from (ExportSource(*found) for found in list_objects(source, _is_ignored))
    elif path.is_dir():
        files = [ExportSource(str(file), is_explicit=False) for file in _walk(path)]
        if not files:
            raise IOFailureError(f"{source}: no file in this folder", "name the folder that holds the export")
        yield from files
    elif path.exists() or path.is_symlink():
        yield ExportSource(source, is_explicit=True)
    else:
        found = sorted(glob.glob(source, recursive=True))  # noqa: PTH207 - Path.glob takes no absolute pattern
        if not found:
            raise IOFailureError(f"{source}: no such file", "check the path; - reads standard input")
        for name in found:
            if not Path(name).is_dir() and not name.endswith(_META_SUFFIX):
                yield ExportSource(name, is_explicit=False)


def _is_ignored(name: str) -> bool:
    """Return whether a file of a folder is hidden or describes an export."""
    return name.endswith(_META_SUFFIX) or any(part.startswith(".") for part in name.split("/"))


def _walk(folder: Path) -> Iterator[Path]:
    try:
        paths = sorted(folder.iterdir())
    except OSError:
        yield folder  # opening it fails in the same way, and is reported
        return
    for path in paths:
        if path.name.startswith(".") or path.name.endswith(_META_SUFFIX):
            continue
        if not path.is_dir():
            yield path
        elif not path.is_symlink():
            yield from _walk(path)
