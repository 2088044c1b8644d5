"""A line that shows how runs or requests went."""

from typing import Literal

import msgspec

from triage.models.diagnosis import Evidence

Shows = Literal["boot_failed", "boot_ready", "check_failed", "socket_refused"]


class Witness(msgspec.Struct, frozen=True, kw_only=True):
    """A line of a run or a request, and what it shows.

    ``run`` is the id of the run, "" for a request. Lines that say the same are counted in the ``line``, which has no
    id of its own yet.
    """

    shows: Shows
    run: str
    line: Evidence
