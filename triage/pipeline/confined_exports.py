"""Find exports that an untrusted client names, below folders that may be read."""

import glob
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from triage.errors import IOFailureError, UsageError
from triage.reading.folders import is_below


def resolve_exports(names: Sequence[str], roots: Sequence[Path]) -> tuple[str, ...]:
    """Return the paths of files, folders and globs without links, each below one of some folders.

    A relative name is looked up in each folder, in their order. What a pattern matches outside of them is
    left out. Reading checks each file once more, see ``Selection.roots``.

    Raises:
        IOFailureError: there is no such file.
        UsageError: a name leads out of the folders.

    """
    return tuple(dict.fromkeys(path for name in names for path in _resolve(name, roots)))


def _resolve(name: str, roots: Sequence[Path]) -> Iterator[str]:
    if "\0" in name:
        raise UsageError(f"{name!r} is not a valid path", "name a file, a folder or a glob")
    candidates = [root / name for root in roots]
    real = [path for path in (Path(os.path.realpath(path)) for path in candidates) if is_below(path, roots)]
    found = next((path for path in real if path.exists()), None)
    if found is not None:
        if not (found.is_file() or found.is_dir()):  # opening a pipe waits for its writer
            raise IOFailureError(f"{name}: a pipe, a socket or a device", "name a file or a folder")
        yield str(found)
        return
    if not real:
        listed = ", ".join(map(str, roots))
        raise UsageError(f"{name}: outside of the folders that may be read", f"these are {listed}")
    matched = next((files for files in (_matches(path, roots) for path in candidates) if files), None)
    if matched is None:
        raise IOFailureError(f"{name}: no such file", "name one below the folders that may be read")
    yield from matched


def _matches(pattern: Path, roots: Sequence[Path]) -> list[str]:
    """Return the files below the folders that a pattern matches."""
    paths = glob.glob(str(pattern), recursive=True)  # noqa: PTH207 - Path.glob takes no absolute pattern
    real = sorted({os.path.realpath(path) for path in paths})
    return [path for path in real if is_below(Path(path), roots) and Path(path).is_file()]
