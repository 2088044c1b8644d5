"""A line that shows how a run or a request ended."""

from typing import Literal

import msgspec

from triage.models.diagnosis import Evidence

SampleKind = Literal["boot_failed", "boot_ready", "check_failed", "socket_refused"]


class EvidenceSample(msgspec.Struct, frozen=True, kw_only=True):
    """A sample line of a run or a request.

    Attributes:
        shows: what the line shows.
        run: id of the run, "" for a request.
        line: the line, without an id; its count includes similar lines.

    """

    shows: SampleKind
    run: str
    line: Evidence
