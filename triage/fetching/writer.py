"""Write the output files of a fetch: LogEntry lines and a .meta.json."""

import heapq
import os
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import count
from operator import itemgetter
from pathlib import Path

import msgspec

from triage import __version__
from triage.files import durable
from triage.models import FetchResult
from triage.window import Window, format_timestamp, parse_timestamp

_CHUNK = 1 << 20
#: The schema name of the .meta.json.
SCHEMA = "triage.fetch/1"


def write_lines(
    parts: Sequence[Path], overlapping: Sequence[Path], target: Path, scratch: Path
) -> tuple[Path, int]:
    """Write the lines of the parts to a new file; return its path and the number of duplicates left out.

    ``parts`` follow one another in time. ``overlapping`` hold lines of the same time, partly the same ones. A
    name that ends in ``.gz`` is compressed. Existing files are never overwritten: ``-2`` and so on is
    appended to the name, unless the file has the same content. ``scratch`` is a folder beside the target for
    unfinished files.
    """
    temporary = scratch / f"{target.name}.new"
    merged = _MergedLines(parts, overlapping)
    chunks = merged.chunks() if overlapping else _read_chunks(parts)
    durable.write_new(temporary, _compress(chunks) if target.suffix == ".gz" else chunks)
    return _publish(temporary, target), merged.duplicates


def write_meta(fetched: FetchResult, scratch: Path) -> Path:
    """Write NAME.meta.json: filter, windows, counts and completeness."""
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
        "windows_around_failures": fetched.around_failures,
        "changes_since": None if fetched.changes_since is None else format_timestamp(fetched.changes_since),
        "traces_followed": fetched.traces,
        "entries_of_others": fetched.related,
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
    """Return the path of the .meta.json of a file."""
    name = path.name
    for ending in (".gz", ".jsonl", ".json"):
        name = name.removesuffix(ending)
    return path.with_name(f"{name}.meta.json")


class FetchedRange(msgspec.Struct, frozen=True):
    """What a fetched file covers.

    Attributes:
        window: the window of which all logs that were asked for are in the file.
        changes_since: from when on changes before the window are in it, in nanoseconds; None if none are.

    """

    window: Window
    changes_since: int | None = None


def fetched_range(path: Path) -> FetchedRange | None:
    """Return what a file covers if it was fetched completely; None if unknown.

    The entries alone do not show it: a fetch selects entries, and a quiet hour has none.
    """
    try:
        meta = msgspec.json.decode(meta_path(path).read_bytes())
        if meta["schema"] != SCHEMA or meta["file"] != path.name or not meta["complete"]:
            return None
        start, end = map(parse_timestamp, meta["window_fetched"])
        changes_since = meta.get("changes_since")
        return FetchedRange(Window(start, end), changes_since and parse_timestamp(changes_since))
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _publish(temporary: Path, target: Path) -> Path:
    """Give the file its final name, or the next free one."""
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
    """Rename a file, but never over another.

    On Windows a rename fails if the target exists; elsewhere a link does. Some shares have no links; there
    the name is reserved first.
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


class _Key(msgspec.Struct, rename="camel", frozen=True):
    """The fields that tell an entry from others."""

    timestamp: str
    insert_id: str = ""
    log_name: str = ""


_decode_key = msgspec.json.Decoder(_Key).decode


class _MergedLines:
    """The lines of files in order of time, each once.

    Attributes:
        duplicates: number of lines left out.

    """

    def __init__(self, parts: Sequence[Path], overlapping: Sequence[Path]) -> None:
        """Read nothing yet; ``parts`` follow one another."""
        self._parts = parts
        self._overlapping = overlapping
        self.duplicates = 0

    def chunks(self) -> Iterator[bytes]:
        """Yield the lines, many at once."""
        chunk: list[bytes] = []
        size = 0
        for line in self._lines():
            chunk.append(line)
            size += len(line)
            if size >= _CHUNK:
                yield b"".join(chunk)
                chunk, size = [], 0
        yield b"".join(chunk)

    def _lines(self) -> Iterator[bytes]:
        streams = [_keyed_lines(self._parts), *(_keyed_lines([file]) for file in self._overlapping)]
        at, known = 0, set[_Key]()
        for time, key, line in heapq.merge(*streams, key=itemgetter(0)):
            if time != at:
                at, known = time, set()
            if key in known:
                self.duplicates += 1
                continue
            known.add(key)
            yield line


def _keyed_lines(files: Sequence[Path]) -> Iterator[tuple[int, _Key, bytes]]:
    for file in files:
        with file.open("rb") as lines:
            for line in lines:
                key = _decode_key(line)
                yield parse_timestamp(key.timestamp), key, line


def _compress(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield one gzip stream without a timestamp: equal entries give equal bytes."""
    gzip = zlib.compressobj(6, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    for chunk in chunks:
        yield gzip.compress(chunk)
    yield gzip.flush()
