"""Parse the address of a probe."""

import re
from ipaddress import ip_address
from typing import NamedTuple
from urllib.parse import urlsplit

from triage.errors import UsageError
from triage.text import SERVICE_HOST

_SECURE = {"http": False, "ws": False, "https": True, "wss": True}
_PATH = re.compile(r"(?:/[\w.~-]{1,100}){1,8}/?|/", re.ASCII)
_HOST = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?|\[[0-9a-f:.]{2,45}\]", re.ASCII)


class Address(NamedTuple):
    """A host with its port and path prefix.

    Attributes:
        secure: whether TLS is used.
        authority: host and port.
        host: the host.
        prefix: the path that precedes all others.
        service: the service that the host names; else the host.
        region: the region that the host names; else "".

    """

    secure: bool
    authority: str
    host: str
    prefix: str
    service: str
    region: str

    def http(self, path: str) -> str:
        """Return the HTTP address of a path."""
        return f"http{'s' if self.secure else ''}://{self.authority}{self.prefix}{path}"

    def socket(self, path: str) -> str:
        """Return the WebSocket address of a path."""
        return f"ws{'s' if self.secure else ''}://{self.authority}{self.prefix}{path}"

    @property
    def loopback(self) -> bool:
        """Return whether requests never leave this machine."""
        try:
            return ip_address(self.host.strip("[]")).is_loopback
        except ValueError:
            return self.host == "localhost"


def parse_address(url: str) -> Address:
    """Return the parsed address; a run.app host names the service and region.

    Raises:
        UsageError: the scheme is not http, https, ws or wss, or it has credentials, a query or a fragment.

    """
    if not (url.isascii() and url.isprintable()) or " " in url:
        raise UsageError(f"{_without_secrets(url)!r} is not a service address", _ADDRESS_HINT)
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise UsageError(
            f"{_without_secrets(url)!r} is not a valid address: {error}", _ADDRESS_HINT
        ) from error
    if parts.username is not None or parts.password is not None:
        raise UsageError("the address holds credentials", "take them out; --token-env NAME sends a token")
    if parts.query or parts.fragment:
        raise UsageError(
            f"{_without_secrets(url)!r} holds a query or a fragment", "give the address without it"
        )
    secure = _SECURE.get(parts.scheme.lower())
    host = f"[{host}]" if ":" in host else host
    if secure is None or _HOST.fullmatch(host) is None:
        raise UsageError(f"{_without_secrets(url)!r} is not a service address", _ADDRESS_HINT)
    prefix = parts.path.rstrip("/")
    if prefix:
        validate_path(prefix)
    known = SERVICE_HOST.fullmatch(host)
    return Address(
        secure=secure,
        authority=host if port is None else f"{host}:{port}",
        host=host,
        prefix=prefix,
        service=known["service"] if known else host,
        region=(known["region"] or "") if known else "",
    )


def validate_path(path: str) -> str:
    """Return the path unchanged.

    Raises:
        UsageError: it is not a plain absolute path.

    """
    if _PATH.fullmatch(path) is None:
        raise UsageError(f"{path!r} is no plain path", "give one such as /ws, without a query")
    return path


_ADDRESS_HINT = "give one such as https://SERVICE-NUMBER.REGION.run.app"


def _without_secrets(url: str) -> str:
    """Return an address without credentials, query and fragment."""
    return url.rpartition("@")[2].partition("?")[0].partition("#")[0][:200]
