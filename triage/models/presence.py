"""Where and when entries came from: what rates are counted by."""

import msgspec


class Presence(msgspec.Struct, frozen=True, kw_only=True):
    """One revision of a service in the entries that were looked at: when first and last (RFC 3339), how many instances."""

    service: str
    revision: str
    first: str
    last: str
    instances: int
