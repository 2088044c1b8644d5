"""A run together with the lines that it is made of."""

import msgspec

from triage.models.event import Event
from triage.models.run import Run


class Passage(msgspec.Struct, frozen=True):
    """A run and its events, in order: what a diagnosis looks at, one run at a time."""

    run: Run
    events: list[Event]
