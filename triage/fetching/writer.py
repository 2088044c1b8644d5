"""The files that a fetch leaves: plain LogEntry lines, and beside them what was asked and what came."""

import os
import zlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import count
from pathlib import Path

import msgspec

from triage import __version__
from triage.fetching import durable
from triage.models import FetchResult
from triage.window import Window, format_timestamp, parse_timestamp

_CHUNK = 1 << 20
#: What the file beside a fetched one calls itself.
SCHEMA = "triage.fetch/1"


def write_lines(parts: Sequence[Path], target: Path, scratch: Path) -> Path:
    """Write the lines of the parts, one after the other, to a new file, and return it.

    A name that ends in ``.gz`` is compressed. No file is ever written over: where the name is taken, ``-2`` and so on
    is put behind it, unless that file holds the very same bytes. ``scratch`` is a folder beside the target; what is
    not finished stands there.
    """
    temporary = scratch / f"{target.name}.new"
    durable.write_new(temporary, _compress(parts) if target.suffix == ".gz" else _read_chunks(parts))
    return _publish(temporary, target)


def write_meta(fetched: FetchResult, scratch: Path) -> Path:
    """Write NAME.meta.json beside the file of entries: the filter, the windows, the counts, complete or not."""
    path = Path(fetched.path)
    meta = {
        "schema": SCHEMA,
        "file": path.name,
        "service": fetched.service,
        "project": fetched.project,
        "filter": fetched.filter,
        "window_asked": [format_timestamp(fetched.asked.start), format_timestamp(fetched.asked.end)],
        "window_fetched": [format_timestamp(fetched.window.start), format_timestamp(fetched.window.end)],
        "entries": fetched.entries,
        "pages": fetched.pages,
        "complete": fetched.complete,
        "cut": fetched.cut or None,
        "triage": __version__,
    }
    target = meta_path(path)
    temporary = scratch / f"{target.name}.new"
    durable.write_new(temporary, [msgspec.json.format(msgspec.json.encode(meta), indent=2) + b"\n"])
    with suppress(FileExistsError):
        _rename_without_overwriting(temporary, target)
    return target


def meta_path(path: Path) -> Path:
    """Return the name of the file that tells of another."""
    name = path.name
    for ending in (".gz", ".jsonl", ".json"):
        name = name.removesuffix(ending)
    return path.with_name(f"{name}.meta.json")


def fetched_window(path: Path) -> Window | None:
    """Return the window that a file of entries was fetched for, whole; None where no fetch says so beside it.

    Its entries alone do not tell: a fetch asks for what matters, and a quiet hour has nothing of it.
    """
    try:
        meta = msgspec.json.decode(meta_path(path).read_bytes())
        if meta["schema"] != SCHEMA or meta["file"] != path.name or not meta["complete"]:
            return None
        start, end = map(parse_timestamp, meta["window_fetched"])
    except (OSError, ValueError, TypeError, KeyError):
        return None
    return Window(start, end)


def _publish(temporary: Path, target: Path) -> Path:
    """Give the file its name, or the next that is free."""
    for number in count(1):
        path = target if number == 1 else _numbered_path(target, number)
        with suppress(FileExistsError):
            _rename_without_overwriting(temporary, path)
            durable.sync_folder(path.parent)
            return path
        if _same_content(temporary, path):
            return path
    raise AssertionError


def _rename_without_overwriting(temporary: Path, path: Path) -> None:
    """Rename, but never over a file: on Windows a rename refuses that by itself, elsewhere a link does.

    Some shares have no links; there the name is taken first.
    """
    if os.name == "nt":
        temporary.rename(path)
        return
    try:
        os.link(temporary, path)
    except FileExistsError:
        raise
    except OSError:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL, 0o600))
        temporary.replace(path)


def _numbered_path(target: Path, number: int) -> Path:
    name, dot, ending = target.name.partition(".")
    return target.with_name(f"{name}-{number}{dot}{ending}")


def _same_content(one: Path, other: Path) -> bool:
    return one.stat().st_size == other.stat().st_size and all(
        mine == theirs for mine, theirs in zip(_read_chunks([one]), _read_chunks([other]), strict=True)
    )


def _read_chunks(parts: Sequence[Path]) -> Iterator[bytes]:
    for part in parts:
        with part.open("rb") as lines:
            while chunk := lines.read(_CHUNK):
                yield chunk


def _compress(parts: Sequence[Path]) -> Iterator[bytes]:
    """Yield one gzip stream, without a time in its header: the same entries give the same bytes."""
    gzip = zlib.compressobj(6, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    for chunk in _read_chunks(parts):
        yield gzip.compress(chunk)
    yield gzip.flush()
