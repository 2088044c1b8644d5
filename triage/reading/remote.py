"""Read objects of a bucket (gs://...) and other addresses that fsspec supports."""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO

from triage.errors import IOFailureError, NoPermissionError, TriageError, TryAgainError, UsageError

#: At least two letters, as "c:" is a drive.
_ADDRESS = re.compile(r"([a-z][a-z0-9+.-]+)://")
_MARKS = re.compile(r"[*?\[]")
#: The bytes of one request. Two blocks are held at a time.
_BLOCK = 8 << 20
_SECONDS = 60
#: Statuses of temporary errors; gcsfs has already tried six times.
_TEMPORARY_STATUSES = {"408", "429", "500", "502", "503", "504"}


def is_remote(path: str) -> bool:
    """Return whether a source is an address, not a path of this machine."""
    return _ADDRESS.match(path) is not None


def list_objects(source: str, is_ignored: Callable[[str], bool]) -> list[tuple[str, bool, int]]:
    """Return the objects of an address, a folder or a glob in order.

    Each comes with whether it was named explicitly, and its size in bytes.

    is_ignored: whether an object of a folder is no export, by its name inside the folder.

    Raises:
        TriageError: there is none, or it cannot be listed.

    """
    with _translate_errors(source):
        files = _file_system(source)
        try:
            itself = files.info(source)
        except FileNotFoundError:
            itself = None
        if itself and itself["type"] == "file":
            return [(source, True, int(itself["size"]))]
        infos = files.find(source, detail=True) if itself else files.glob(source, detail=True)
        root = _MARKS.split(files._strip_protocol(source))[0]  # noqa: SLF001 (names begin with what it gives)
        found = sorted(
            (files.unstrip_protocol(name), False, int(info["size"]))
            for name, info in infos.items()
            if info["type"] == "file" and not (name.endswith("/") or is_ignored(name.removeprefix(root)))
        )
    if not found:
        raise IOFailureError(f"{source}: no such object", "check the address; quote a glob in the shell")
    return found


@contextmanager
def open_object(path: str) -> Iterator[BinaryIO]:
    """Open an object, which is fetched in blocks.

    Raises:
        TriageError: it cannot be read, now or later.

    """
    with (
        _translate_errors(path),
        _file_system(path).open(path, "rb", block_size=_BLOCK, cache_type="readahead") as file,
    ):
        yield file


def _file_system(path: str) -> Any:
    """Return the file system of an address, without cached listings, as logs grow."""
    found = _ADDRESS.match(path)
    scheme = found[1] if found else "file"
    try:
        if scheme in ("gs", "gcs"):
            # The class that fsspec chooses asks a second API, by gRPC, for the kind of bucket.
            import logging

            from gcsfs.core import GCSFileSystem

            logging.getLogger("gcsfs").addHandler(
                logging.NullHandler()
            )  # else it logs its attempts to stderr
            token = "anon" if os.environ.get("STORAGE_EMULATOR_HOST") else None
            return GCSFileSystem(token=token, use_listings_cache=False, requests_timeout=_SECONDS)
        import fsspec

        return fsspec.filesystem(scheme, use_listings_cache=False)
    except ImportError as error:
        package = (
            "'cloudrun-triage[gcs]'" if scheme in ("gs", "gcs") else f"fsspec and what {scheme}:// needs"
        )
        raise UsageError(
            f"{path}: {error.name or scheme} is not installed", f"install it: pip install {package}"
        ) from error
    except ValueError as error:
        raise UsageError(
            f"{path}: no such kind of address: {scheme}://", "gs://BUCKET/OBJECT is one"
        ) from error


@contextmanager
def _translate_errors(path: str) -> Iterator[None]:
    """Raise the errors of a file system as TriageError."""
    try:
        yield
    except _error_types() as error:
        raise _translate(error, path) from error


def _error_types() -> tuple[type[Exception], ...]:
    """Return the exceptions that reading an object raises; most are OSError."""
    try:
        from aiohttp import ClientError
        from gcsfs.retry import ChecksumError, HttpError
        from google.auth.exceptions import GoogleAuthError
    except ImportError:
        return (OSError,)
    return (OSError, ClientError, ChecksumError, HttpError, GoogleAuthError)


def _translate(error: Exception, path: str) -> TriageError:
    detail = (str(error).strip() or type(error).__name__).splitlines()[-1][:200]
    code = str(getattr(error, "code", None) or "")
    kinds = {kind.__name__ for kind in type(error).__mro__}
    if isinstance(error, FileNotFoundError):
        return IOFailureError(f"{path}: no such object", "check the address")
    if isinstance(error, PermissionError) or str(error).startswith("Forbidden") or code == "403":
        return NoPermissionError(
            f"{path}: no permission to read it ({detail})",
            "reading needs roles/storage.objectViewer on the bucket",
        )
    if code == "401" or "GoogleAuthError" in kinds:
        return NoPermissionError(
            f"{path}: the credentials are missing or not accepted ({detail})",
            "run `gcloud auth application-default login`",
        )
    temporary = {"ClientError", "RequestException", "ChecksumError", "TimeoutError", "ConnectionError"}
    if code in _TEMPORARY_STATUSES or temporary & kinds:
        return TryAgainError(
            f"{path}: the storage did not answer ({detail})", "check the network and try again"
        )
    return IOFailureError(f"{path}: {detail}", "check the address")
