"""Find the public addresses of a text."""

import ipaddress
import re
from collections.abc import Iterator

from triage.redact.patterns import Span
from triage.text import lazy_pattern

_PRODUCT = lazy_pattern(r"(?<![/\w])[A-Z]\w*/$|==$|version[ =:]{1,2}$", re.IGNORECASE)
_PRIVATE = [
    ipaddress.ip_network(block)
    for block in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16",
        "224.0.0.0/4", "255.255.255.255/32",
    )
]  # fmt: skip
_DOTTED = r"\d{1,3}(?:\.\d{1,3}){3}"
_IPV4 = lazy_pattern(rf"(?<![\w.]){_DOTTED}(?!\w|\.\d)")
_GROUP = r"[0-9a-fA-F]{1,4}(?![0-9A-Za-z_])"
#: Global unicast (2000::/3), the NAT64 prefix, and IPv4 addresses as IPv6: local ones begin differently, and
#: so does "std::vector". A group that is not followed by a colon or the end belongs to a word.
_IPV6 = lazy_pattern(
    rf"(?<![\w:.])(?:(?:[23][0-9a-fA-F]{{3}}|64:ff9b)(?::{{1,2}}{_GROUP}){{0,9}}(?::{{1,2}}{_DOTTED})?(?:::(?![\w:]))?"
    rf"|::(?:ffff:)?(?:0:)?{_DOTTED})",
    re.IGNORECASE,
)
#: An address that an excerpt has cut.
_CUT = lazy_pattern(r"(?=[^\n]*[a-f])[0-9a-f]{4}(?::[0-9a-f]{1,4}){3,6}", re.IGNORECASE)
_ELLIPSES = ("…", "...")


def find_addresses(text: str) -> Iterator[Span]:
    """Yield the public addresses of a text, each as a whole.

    Private ones (RFC 1918, loopback, link-local) and version numbers are skipped.
    """
    for found in _IPV6.finditer(text):
        if length := _public_length(found[0], cut=text.startswith(_ELLIPSES, found.end())):
            yield found.start(), found.start() + length, "address"
    for found in _IPV4.finditer(text):
        if _is_public(found[0]) and not _PRODUCT.search(text, max(0, found.start() - 32), found.start()):
            yield *found.span(), "address"


def _public_length(text: str, *, cut: bool) -> int:
    """Return how many characters of the text are a public address, 0 for none; a port may follow."""
    address = text
    while ":" in address:
        if _is_public(address):
            return len(address)
        address = address.rpartition(":")[0]
    return len(text) if cut and _CUT.fullmatch(text) else 0


def _is_public(value: str) -> bool:
    try:
        address = ipaddress.ip_address(value)
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return not any(address in block for block in _PRIVATE)
