"""Where and when entries came from: what rates are counted by."""

import msgspec


class Presence(msgspec.Struct, frozen=True, kw_only=True):
    """One revision of a service in the entries that were looked at: when first and last (RFC 3339), how many instances.

    ``project`` and ``location`` are those that its entries name, "" where none does.
    """

    service: str
    revision: str
    first: str
    last: str
    instances: int
    project: str = ""
    location: str = ""
