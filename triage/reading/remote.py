"""Objects of a bucket (gs://...), and whatever else fsspec knows an address of."""

import logging
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO

from triage.errors import IOFailureError, NoPermissionError, TriageError, TryAgainError, UsageError

#: Two letters at least: "c:" is a drive.
_ADDRESS = re.compile(r"([a-z][a-z0-9+.-]+)://")
_MARKS = re.compile(r"[*?\[]")
#: What one request asks for. Two of them are held at a time.
_BLOCK = 8 << 20
_SECONDS = 60
#: Statuses after which asking again may help; gcsfs has asked six times by then.
_TEMPORARY_STATUSES = {"408", "429", "500", "502", "503", "504"}


def is_remote(path: str) -> bool:
    """Return whether a source is an address and no path of this machine."""
    return _ADDRESS.match(path) is not None


def list_objects(source: str, is_ignored: Callable[[str], bool]) -> list[tuple[str, bool, int]]:
    """Return the objects of an address, a folder or a glob in order, with whether they were named themselves, and their size.

    Those are left out of whose name inside the folder ``is_ignored`` says that they are no export.

    Raises:
        TriageError: there is none, or it may not be seen.

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
    """Open an object for reading from its beginning, or from any place; it is fetched in blocks.

    Raises:
        TriageError: it cannot be read, when it is opened or later.

    """
    with (
        _translate_errors(path),
        _file_system(path).open(path, "rb", block_size=_BLOCK, cache_type="readahead") as file,
    ):
        yield file


def _file_system(path: str) -> Any:
    """Return the file system of an address; what was listed before is not believed, as logs grow."""
    found = _ADDRESS.match(path)
    scheme = found[1] if found else "file"
    try:
        if scheme in ("gs", "gcs"):
            # The class that fsspec would take asks a second API, by gRPC, what kind of bucket it is.
            from gcsfs.core import GCSFileSystem

            logging.getLogger("gcsfs").addHandler(logging.NullHandler())  # else its tries end on stderr
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
    """Turn what a file system raises into one line."""
    try:
        yield
    except _error_types() as error:
        raise _translate(error, path) from error


def _error_types() -> tuple[type[Exception], ...]:
    """Return what reading an object may raise; most of it is an OSError."""
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
