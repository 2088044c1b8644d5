"""The address on which a dashboard listens, and the names by which it may be asked for."""

import os
import re
import socket
from ipaddress import ip_address

import msgspec

from triage.errors import IOFailureError, UsageError

LOOPBACK = "127.0.0.1"
_ADDRESS = re.compile(r"(?:(?P<host>\[[0-9a-fA-F:.]+\]|[A-Za-z0-9.-]+):)?(?P<port>\d{1,5})")


class Address(msgspec.Struct, frozen=True):
    """Where a dashboard listens.

    Attributes:
        host: address or name of an interface.
        port: the port, 0 for any free one.

    """

    host: str
    port: int

    @property
    def is_loopback(self) -> bool:
        """Return whether only this machine reaches it."""
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host.lower() == "localhost"

    @property
    def url(self) -> str:
        """Return the address of the page."""
        return f"http://{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}/"

    def allows(self, host: str) -> bool:
        """Return whether a request may name this host, with or without a port.

        A page of another site reaches a loopback address under a name of its own, which its owner points here
        ("DNS rebinding"). So only addresses, localhost and the given name are valid.
        """
        found = re.fullmatch(r"(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9.-]+)(?::\d{1,5})?", host)
        if found is None:
            return False
        name = found[1].strip("[]").lower()
        try:
            ip_address(name)
        except ValueError:
            return name in ("localhost", self.host.lower())
        return True


def parse_address(text: str) -> Address:
    """Return the address of ``--serve [HOST:]PORT``, on the loopback interface by default.

    Raises:
        UsageError: the text is not an address.

    """
    found = _ADDRESS.fullmatch(text)
    if found is None or int(found["port"]) > 65_535:
        raise UsageError(f"--serve: {text!r} is not a valid address", "write PORT or HOST:PORT")
    return Address((found["host"] or LOOPBACK).strip("[]"), int(found["port"]))


def bind(address: Address) -> tuple[Address, socket.socket]:
    """Return a socket that listens on an address, and the address with the port that it got.

    Raises:
        UsageError: the host is not a name that a network knows.
        IOFailureError: the port is taken, or the host is not one of this machine.

    """
    try:
        family = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)[0][0]
        listening = socket.create_server((address.host, address.port), family=family)
    except UnicodeError:
        raise UsageError(f"--serve: {address.host!r} is not a valid host name", "give another host") from None
    except socket.gaierror as error:
        raise IOFailureError(f"--serve {address.host}: {error.strerror}", "give another host") from error
    except OSError as error:
        # Its own text repeats the address.
        reason = os.strerror(error.errno) if error.errno else str(error)
        raise IOFailureError(
            f"--serve {address.host}:{address.port}: {reason}", "give another port or host"
        ) from error
    return Address(address.host, listening.getsockname()[1]), listening
