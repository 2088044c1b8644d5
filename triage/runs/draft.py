"""A run while its lines still come in."""

from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b
from math import isfinite, nan
from typing import NamedTuple

from triage.models import Entry, Event, Outcome, Passage, Run, RunKind, Step, Verdict
from triage.window import NANOSECONDS, format_timestamp

#: Lines that one step keeps as evidence: the first ones and the last.
_EVIDENCE = 4
#: Digits of a number that counts something; a longer one is no count.
_DIGITS = 9


class Place(NamedTuple):
    """Where runs happen: one instance of one revision of one service."""

    service: str
    revision: str
    instance: str

    @staticmethod
    def of(entry: Entry) -> "Place":
        """Return the place that an entry speaks of."""
        return _place(entry.service, entry.revision, entry.instance)


@lru_cache(maxsize=4096)
def _place(service: str, revision: str, instance: str) -> Place:
    """Return a place, the same for all of its entries: each run keeps its names."""
    return Place(service, revision, instance)


def evidence_id(entry: Entry) -> str:
    """Return how an entry is cited: its insertId, else its time."""
    return entry.insert_id or f"@{format_timestamp(entry.timestamp)}"


@dataclass(slots=True)
class DraftStep:
    """One step while its lines still come in."""

    step: str
    event: Event
    outcome: Outcome
    check: str | None = None
    phase: int | None = None
    elapsed: float | None = None
    attempts: int | None = None
    reason: str | None = None
    evidence: list[str] = field(default_factory=list)

    def cite(self, event: Event) -> None:
        """Add a line as evidence; of many, the first ones and the last are kept."""
        name = evidence_id(event.entry)
        if name in self.evidence:
            return
        if len(self.evidence) < _EVIDENCE:
            self.evidence.append(name)
        else:
            self.evidence[-1] = name

    def done(self) -> Step:
        """Return the step as it stands."""
        return Step(
            step=self.step,
            outcome=self.outcome,
            check=self.check,
            phase=self.phase,
            at=format_timestamp(self.event.entry.timestamp),
            elapsed=self.elapsed,
            attempts=self.attempts,
            reason=self.reason,
            rule=self.event.name,
            evidence=self.evidence,
        )


class Draft:
    """A run under construction: its place, its lines and its steps so far."""

    kind: RunKind

    def __init__(self, event: Event) -> None:
        """Begin with the first line that is seen of the run."""
        entry = event.entry
        self.place = Place.of(entry)
        self.began = self.last = entry.timestamp
        self.environment: str | None = None
        self.events: list[Event] = []
        self.steps: list[DraftStep] = []
        self.start_seen = False
        self.overlaps = False
        self.verdict: Verdict = "unknown"
        self.condition: str | None = None
        self.failed: list[str] = []
        self.warned: list[str] = []
        self.tolerated: list[str] = []
        self.repeats: str | None = None
        text = "\0".join((self.kind, *self.place, str(entry.timestamp // 1000), entry.insert_id))
        self.id = f"{self.kind[0]}-{blake2b(text.encode(errors='replace'), digest_size=5).hexdigest()}"

    def note(self, event: Event, step: str, outcome: Outcome, **more: object) -> DraftStep:
        """Add a line and a step of its own."""
        self.keep(event)
        draft = DraftStep(step, event, outcome, **more)  # type: ignore[arg-type]
        draft.cite(event)
        self.steps.append(draft)
        return draft

    def keep(self, event: Event) -> None:
        """Add a line to the run."""
        self.events.append(event)
        self.last = event.entry.timestamp

    def seconds_since_last(self, now: int) -> float:
        """Return the seconds between the run's last line and ``now`` (nanoseconds)."""
        return (now - self.last) / NANOSECONDS

    def fail(self, checks: list[str]) -> None:
        """Add failed checks, each once, in order."""
        self.failed = list(dict.fromkeys([*self.failed, *checks]))

    @property
    def complete(self) -> bool:
        """Return whether both ends of the run are in the logs."""
        return self.start_seen and self.verdict != "unknown"

    def not_reached(self) -> list[Step]:
        """Return the steps that the run never came to."""
        return []

    def close(self) -> Passage:
        """Return the run as it stands, with its lines."""
        run = Run(
            id=self.id,
            kind=self.kind,
            service=self.place.service,
            revision=self.place.revision,
            instance=self.place.instance,
            started=format_timestamp(self.began),
            ended=format_timestamp(self.last),
            elapsed=round((self.last - self.began) / NANOSECONDS, 6),
            complete=self.complete,
            environment=self.environment,
            verdict=self.verdict,
            failed_checks=self.failed,
            noncritical_failed=self.warned,
            tolerated=self.tolerated,
            first_failed=self.failed[0] if self.failed else None,
            condition=self.condition,
            overlaps=self.overlaps,
            repeats=self.repeats,
            steps=[step.done() for step in self.steps] + self.not_reached(),
        )
        return Passage(run, self.events)


def number(text: str | None) -> float | None:
    """Return the number in a captured field; the scrubber, or who forged the line, may have written over it."""
    try:
        value = float(text) if text else nan
    except ValueError:
        return None
    return value if isfinite(value) else None


def whole(text: str | None) -> int | None:
    """Return the whole number in a captured field of at most nine digits."""
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) <= _DIGITS else None
