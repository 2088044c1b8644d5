"""The journal of a fetch: pages on disk, so that none is fetched twice or lost."""

import hashlib
import os
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

import msgspec

from triage.errors import BadDataError, UsageError
from triage.fetching.pages import Page
from triage.files import durable
from triage.files.lock import Lock
from triage.text import filename
from triage.window import NANOSECONDS, Window, parse_timestamp

# Hidden, so that the folder of a partial fetch can be read as an export.
_NAME = ".checkpoint.json"
_LOCK = ".lock"
_RESTART_HINT = "delete its folder and fetch anew"
#: Page tokens are valid for 24 hours (quotas page of Cloud Logging's documentation), minus a margin of one
#: hour.
TOKEN_LIFE = 23 * 3600 * NANOSECONDS

#: What a part holds: the logs of the service, the changes before them, all lines around failures, or entries
#: of others that share the traces of failed requests.
Purpose = Literal["logs", "changes", "around", "traces"]


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """What one query fetches for a service, and the progress.

    Attributes:
        service: the service.
        start: start of the range in nanoseconds.
        end: end of the range in nanoseconds.
        purpose: what the part holds.
        filter: filter of the part, "" for the filter of the service.
        asked: number of windows around failures, or of traces, that the filter of the part names.
        max_pages: number of pages after which the part ends; None for all.
        resume_from: start of the current query, if a page token was lost.
        token: the token of the next page.
        token_at: when the token was received, in nanoseconds.
        pages: number of pages fetched.
        entries: number of entries in the file.
        size: number of valid bytes in the file; a killed process may have written more.
        sha256: digest of these bytes.
        first: timestamp of the first entry.
        last: timestamp of the last entry.
        done: whether the part is complete.
        limited: whether --limit or ``max_pages`` cut it.

    """

    service: str
    start: int
    end: int
    purpose: Purpose = "logs"
    filter: str = ""
    asked: int = 0
    max_pages: int | None = None
    resume_from: int | None = None
    token: str = ""
    token_at: int = 0
    pages: int = 0
    entries: int = 0
    size: int = 0
    sha256: str = hashlib.sha256().hexdigest()
    first: str = ""
    last: str = ""
    done: bool = False
    limited: bool = False

    @property
    def window(self) -> Window:
        """Return the time range that is still to be fetched."""
        return Window(self.start if self.resume_from is None else self.resume_from, self.end)


class Checkpoint(msgspec.Struct, frozen=True, kw_only=True):
    """The state of a fetch.

    Attributes:
        version: version of this format.
        project: the project.
        clauses: the filter of each service, without the window.
        asked: the requested window.
        began: when the fetch began, in nanoseconds; it bounds a growing window.
        page_size: entries per page.
        limit: most entries per service; None for all.
        parts: the parts.

    """

    version: int = 2
    project: str
    clauses: dict[str, str]
    asked: Window
    began: int
    page_size: int
    limit: int | None = None
    parts: list[Part] = []


class _Timestamped(msgspec.Struct, frozen=True):
    timestamp: str = ""


class Journal:
    """A folder with one file of lines per part and a checkpoint.

    The checkpoint records how many bytes of each file are valid.
    """

    def __init__(self, folder: Path, state: Checkpoint, lock: Lock) -> None:
        """Wrap an existing folder; use ``begin`` or ``reopen`` to create one."""
        self.folder = folder
        self.state = state
        self._lock = lock
        self._handles: dict[int, tuple[int, hashlib._Hash]] = {}

    @classmethod
    def begin(cls, folder: Path, state: Checkpoint) -> "Journal":
        """Create the folder of a new journal.

        Raises:
            UsageError: the folder holds an interrupted fetch.
            TryAgainError: another process fetches into it.

        """
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = _lock(folder)
        journal = cls(folder, state, lock)
        if has_checkpoint(folder):
            journal.close()
            raise UsageError(
                f"an interrupted fetch of this window is kept in {folder}",
                "go on with --resume, or delete that folder",
            )
        try:
            journal._save()
        except OSError:
            journal.discard()
            raise
        return journal

    @classmethod
    def reopen(cls, folder: Path) -> "Journal":
        """Return the journal in the state of its last checkpoint.

        Raises:
            BadDataError: its files do not match the checkpoint.
            TryAgainError: another process fetches into it.

        """
        lock = _lock(folder)
        try:
            journal = cls(folder, read_checkpoint(folder), lock)
            for index, part in enumerate(journal.state.parts):
                journal._verify_part(index, part)
        except BaseException:
            lock.release()
            raise
        return journal

    def file(self, index: int) -> Path:
        """Return the file of a part."""
        return self.folder / f"{index:03}-{filename(self.state.parts[index].service)}.jsonl"

    def files(self, *purposes: Purpose) -> list[Path]:
        """Return the files of the parts of some purposes that hold lines."""
        return [self.file(index) for index in self.indexes(*purposes) if self.state.parts[index].entries]

    def indexes(self, *purposes: Purpose) -> list[int]:
        """Return which parts have one of the purposes."""
        return [index for index, part in enumerate(self.state.parts) if part.purpose in purposes]

    def is_limited(self, purpose: Purpose) -> bool:
        """Return whether parts of a purpose were cut: those of the logs by --limit, others by their pages."""
        return any(self.state.parts[index].limited for index in self.indexes(purpose))

    @property
    def entries(self) -> int:
        """Return the number of entries kept."""
        return sum(part.entries for part in self.state.parts)

    @property
    def pages(self) -> int:
        """Return the number of pages fetched."""
        return sum(part.pages for part in self.state.parts)

    @property
    def window(self) -> Window:
        """Return the time range of the logs."""
        parts = [self.state.parts[index] for index in self.indexes("logs")]
        start, end = min(part.start for part in parts), max(part.end for part in parts)
        return Window(start, end, self.state.asked.relative)

    def extend(self, window: Window) -> None:
        """Add a time range, for every service."""
        self.add_parts(new_parts(self.state.clauses, window))

    def add_parts(self, parts: Iterable[Part]) -> None:
        """Add parts to fetch."""
        self._replace_state(parts=[*self.state.parts, *parts])

    def add(self, index: int, page: Page, now: int) -> None:
        """Append a page: first its lines, then the token of the next page."""
        part = self.state.parts[index]
        handle, digest = self._open_part(index)
        room = self._remaining(part.service)
        lines = page.lines[:room]
        is_last = part.max_pages is not None and part.pages + 1 >= part.max_pages
        full = is_last or (room is not None and len(lines) == room)
        data = b"".join(lines)
        durable.write_all(handle, data)
        os.fsync(handle)
        digest.update(data)
        self._update(
            index,
            token=page.token,
            token_at=now,
            pages=part.pages + 1,
            entries=part.entries + len(lines),
            size=part.size + len(data),
            sha256=digest.hexdigest(),
            first=part.first or (_timestamp_of(lines[0]) if lines else ""),
            last=_timestamp_of(lines[-1]) if lines else part.last,
            limited=full and bool(page.token or page.lines[room:]),
            done=full or not page.token,
        )

    def _remaining(self, service: str) -> int | None:
        """Return how many more entries of a service the limit leaves, None without one."""
        if self.state.limit is None:
            return None
        return self.state.limit - sum(part.entries for part in self.state.parts if part.service == service)

    def rewind(self, index: int) -> None:
        """Drop the page token and the entries of the last timestamp.

        The next query starts at that timestamp, so its entries come again, once.
        """
        part = self.state.parts[index]
        size = kept = 0
        if part.entries:
            with self.file(index).open("rb") as lines:
                for line in lines:
                    if size >= part.size or _timestamp_of(line) == part.last:
                        break
                    size, kept = size + len(line), kept + 1
        self._close_part(index)
        resume_from = parse_timestamp(part.last) if part.last else part.resume_from
        self._update(
            index,
            token="",
            resume_from=resume_from,
            entries=kept,
            size=size,
            sha256=_digest(self.file(index), size).hexdigest(),
        )

    def close(self) -> None:
        """Close the files and keep the journal. Closing again does nothing."""
        for index in list(self._handles):
            self._close_part(index)
        self._lock.release()

    def discard(self) -> None:
        """Remove the journal, the checkpoint first."""
        for index in list(self._handles):
            self._close_part(index)
        (self.folder / _NAME).unlink(missing_ok=True)
        shutil.rmtree(self.folder, ignore_errors=True)
        self._lock.release()
        if os.name == "nt":  # where a file that is open cannot be removed
            shutil.rmtree(self.folder, ignore_errors=True)

    def _open_part(self, index: int) -> "tuple[int, hashlib._Hash]":
        if index not in self._handles:
            size = self.state.parts[index].size
            digest = _digest(self.file(index), size)
            self._handles[index] = durable.open_at(self.file(index), size), digest
        return self._handles[index]

    def _close_part(self, index: int) -> None:
        if index in self._handles:
            os.close(self._handles.pop(index)[0])

    def _verify_part(self, index: int, part: Part) -> None:
        if _digest(self.file(index), part.size).hexdigest() != part.sha256:
            raise BadDataError(f"{self.file(index)} was changed since it was fetched", _RESTART_HINT)

    def _update(self, index: int, **changes: object) -> None:
        parts = list(self.state.parts)
        parts[index] = msgspec.structs.replace(parts[index], **changes)
        self._replace_state(parts=parts)

    def _replace_state(self, **changes: object) -> None:
        self.state = msgspec.structs.replace(self.state, **changes)
        self._save()

    def _save(self) -> None:
        durable.replace(self.folder / _NAME, msgspec.json.encode(self.state))


def _lock(folder: Path) -> Lock:
    return Lock(folder / _LOCK, folder, holder="another fetch", hint="wait for it, or give -o FILE")


def has_checkpoint(folder: Path) -> bool:
    """Return whether a folder is a journal that can be resumed."""
    return (folder / _NAME).exists()


def new_parts(services: Iterable[str], window: Window) -> list[Part]:
    """Return an empty part for each service."""
    return [Part(service=service, start=window.start, end=window.end) for service in services]


def read_checkpoint(folder: Path) -> Checkpoint:
    """Return the checkpoint of a journal.

    Raises:
        BadDataError: it is unreadable, or of another version.

    """
    path = folder / _NAME
    try:
        state = msgspec.json.decode(path.read_bytes(), type=Checkpoint)
    except msgspec.DecodeError as error:
        raise BadDataError(f"{path} is no checkpoint of a fetch: {error}", _RESTART_HINT) from error
    if state.version != 2:
        raise BadDataError(f"{path} was written by another version of triage", _RESTART_HINT)
    return state


def _digest(path: Path, size: int) -> "hashlib._Hash":
    """Return the hash of the first ``size`` bytes of a file; size 0 needs no file."""
    digest = hashlib.sha256()
    if size:
        with path.open("rb") as file:
            while size > 0 and (chunk := file.read(min(size, 1 << 20))):
                digest.update(chunk)
                size -= len(chunk)
    return digest


def _timestamp_of(line: bytes) -> str:
    return msgspec.json.decode(line, type=_Timestamped).timestamp
