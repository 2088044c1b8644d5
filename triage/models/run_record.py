"""A run together with its events."""

import msgspec

from triage.models.event import Event
from triage.models.run import Run


class RunRecord(msgspec.Struct, frozen=True):
    """A run and its events.

    Attributes:
        run: the run.
        events: its events, in order.

    """

    run: Run
    events: list[Event]
