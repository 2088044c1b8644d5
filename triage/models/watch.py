"""What a watch sees: how the service stands, and what changes."""

from typing import Literal

import msgspec

from triage.models.diagnosis import Diagnosis, ServiceVerdict
from triage.models.run import Run, Verdict

#: How lines arrive: as they are logged, asked for every few seconds, or not at the moment.
Arriving = Literal["tailing", "polling", "reconnecting"]


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """Where one instance stands: its latest run, since when nothing has followed (nanoseconds), and what decided last.

    ``going_on`` says that more of the run may follow. ``decided`` is None before any run has decided.
    """

    revision: str
    instance: str
    run: Run
    going_on: bool
    since: int
    decided: Run | None = None

    @property
    def verdict(self) -> Verdict | None:
        """Return the last verdict, None before there is one."""
        return self.decided.verdict if self.decided else None


class Answered(msgspec.Struct, frozen=True):
    """How the requests to one revision were answered in the last minutes: how many with each status."""

    revision: str
    statuses: dict[str, int]


class Stream(msgspec.Struct, frozen=True, kw_only=True):
    """How the lines come: how many there are, and how late the newest came, in seconds.

    ``suppressed`` are entries that Cloud Logging held back, ``missing`` those of them that no query has brought yet.
    """

    arriving: Arriving = "tailing"
    lines: int = 0
    suppressed: int = 0
    missing: int = 0
    delay: float | None = None


class Watch(msgspec.Struct, frozen=True, kw_only=True):
    """How a service stands at a moment, in nanoseconds. ``minutes`` is how far back ``answers`` reach."""

    at: int
    began: int
    service: str
    diagnosis: Diagnosis
    standings: list[Standing]
    answers: list[Answered]
    minutes: int
    stream: Stream
    journal: str


class Turn(msgspec.Struct, frozen=True, kw_only=True):
    """A verdict that became another, where, and by what cause; ``before`` is None where there was none."""

    at: int
    before: ServiceVerdict | Verdict | None
    after: ServiceVerdict | Verdict
    service: str = ""
    revisions: list[str] = []
    instances: list[str] = []
    cause: str = ""
