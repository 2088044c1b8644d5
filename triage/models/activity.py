"""When and where a revision logged something; rates are based on it."""

import msgspec


class RevisionActivity(msgspec.Struct, frozen=True, kw_only=True):
    """The activity of one revision.

    Attributes:
        service: the service.
        revision: the revision.
        first: time of its first entry, RFC 3339.
        last: time of its last entry, RFC 3339.
        instances: number of its instances.
        project: project, "" where no entry names it.
        location: region, "" where no entry names it.

    """

    service: str
    revision: str
    first: str
    last: str
    instances: int
    project: str = ""
    location: str = ""
