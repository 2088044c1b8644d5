"""The configuration of a service at some time, from the logs or from a file."""

import msgspec

from triage.changes.specification import Specification


class Configuration(msgspec.Struct, frozen=True, kw_only=True):
    """A specification and whose it is; texts are "" where nothing says so.

    ``revision`` is the one that has it.
    """

    service: str
    specification: Specification
    project: str = ""
    location: str = ""
    revision: str = ""
