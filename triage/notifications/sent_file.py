"""Remember what each channel was told, in a file that several runs share."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal

import msgspec

from triage.errors import BadDataError, IOFailureError, TryAgainError
from triage.files import durable
from triage.files.lock import Lock
from triage.models import SentNotice
from triage.window import NANOSECONDS, format_timestamp

#: What is over is remembered so long, and at most so many incidents of a channel.
_KEPT = 30 * 24 * 3600 * NANOSECONDS
_MOST_KEPT = 2000
#: Another run holds the lock for the time of one small write.
_LOCK_TRIES, _LOCK_PAUSE = 50, 0.02


class _Sent(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """The content of the file: what was sent, by channel and fingerprint."""

    schema: Literal["triage.notifications/1"] = "triage.notifications/1"
    channels: dict[str, dict[str, SentNotice]] = {}


class SentFile:
    """What each channel was told; without a path it is known to this run only.

    The file is read before each message, so that of two runs at once only one sends it.
    """

    def __init__(self, path: Path | None, now: Callable[[], int]) -> None:
        """Read the file, if it exists; ``now`` returns the time in nanoseconds.

        Raises:
            BadDataError: it is damaged, or no file of notifications.
            IOFailureError: it cannot be read, or its folder cannot be written to.

        """
        self._path = path
        self._now = now
        self._sent = _Sent()
        self._own: dict[str, dict[str, SentNotice]] = {}
        if path is not None:
            with self._locked(path):
                self._sent = _read(path)

    def of(self, channel: str) -> dict[str, SentNotice]:
        """Return what a channel was told, by fingerprint; of a file that became invalid, its last content."""
        sent = self._sent
        if self._path is not None:
            with suppress(BadDataError, IOFailureError):
                sent = self._sent = _read(self._path)
        known = dict(sent.channels.get(channel, {}))
        for fingerprint, own in self._own.get(channel, {}).items():
            if fingerprint not in known or known[fingerprint].at <= own.at:
                known[fingerprint] = own
        return known

    def timestamp(self) -> str:
        """Return the time, RFC 3339."""
        return format_timestamp(self._now())

    def add(self, channel: str, fingerprint: str, sent: SentNotice) -> None:
        """Remember what a channel was told about an incident.

        Raises:
            BadDataError: the file became invalid; this run knows it all the same.
            IOFailureError: it cannot be written; likewise.
            TryAgainError: other runs write it all the time; likewise.

        """
        self._own.setdefault(channel, {})[fingerprint] = sent
        if self._path is None:
            return
        with self._locked(self._path):
            # Not self._sent: the threads of other channels replace it when they read the file.
            whole = _read(self._path)
            self._merge(whole.channels.setdefault(channel, {}), fingerprint, sent)
            durable.replace(self._path, msgspec.json.format(msgspec.json.encode(whole)) + b"\n")

    def _merge(self, known: dict[str, SentNotice], fingerprint: str, sent: SentNotice) -> None:
        known.pop(fingerprint, None)
        known[fingerprint] = sent
        oldest = format_timestamp(self._now() - _KEPT)
        over = [name for name, one in known.items() if not one.is_open and one.at < oldest]
        for name in [*over, *list(known)[: max(0, len(known) - _MOST_KEPT)]]:
            known.pop(name, None)

    @contextmanager
    def _locked(self, path: Path) -> Iterator[None]:
        lock = path.with_name(f"{path.name}.lock")
        try:
            held = _wait_for(lock, path)
            try:
                yield
            finally:
                held.release()
        except OSError as error:
            raise IOFailureError(
                f"--notify-state {path}: {error.strerror}", "name a file in a folder that can be written to"
            ) from error


def _wait_for(lock: Path, path: Path) -> Lock:
    for tries in range(_LOCK_TRIES):
        try:
            return Lock(lock, path, holder="another run", hint="give each its own --notify-state")
        except TryAgainError:
            if tries == _LOCK_TRIES - 1:
                raise
            time.sleep(_LOCK_PAUSE)
    raise AssertionError


def _read(path: Path) -> _Sent:
    try:
        return msgspec.json.decode(path.read_bytes(), type=_Sent)
    except FileNotFoundError:
        return _Sent()
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadDataError(
            f"--notify-state {path}: not a file of notifications, or damaged: {error}",
            "remove it, and every open incident is sent once more",
        ) from error
    except OSError as error:
        raise IOFailureError(f"--notify-state {path}: {error.strerror}", "name a file") from error
