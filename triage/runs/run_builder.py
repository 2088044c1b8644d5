"""A run while its lines are added."""

from functools import lru_cache
from hashlib import blake2b
from math import isfinite, nan

import msgspec

from triage.models import Entry, Event, InstanceKey, Outcome, Run, RunKind, RunRecord, Step, Verdict
from triage.window import NANOSECONDS, format_timestamp

#: Lines that one step keeps as evidence: the first ones and the last.
_MAX_EVIDENCE = 4
#: Longest count in digits.
_MAX_DIGITS = 9


@lru_cache(maxsize=4096)
def _shared_key(service: str, revision: str, instance: str) -> InstanceKey:
    """Return the key of an instance; all of its runs share it and its strings."""
    return service, revision, instance


def citation_of(entry: Entry) -> str:
    """Return the id that cites an entry: its insertId, else its time."""
    return entry.insert_id or f"@{format_timestamp(entry.timestamp)}"


class StepBuilder(msgspec.Struct):
    """One step while its lines are added.

    Attributes:
        step: name of the step.
        event: first event.
        outcome: outcome so far.
        check: check that it is about, None for none.
        phase: number of the phase, None for none.
        elapsed: seconds, None where no line gives them.
        attempts: number of attempts, None where no line gives it.
        reason: reason that the lines give.
        evidence: ids of its lines.

    """

    step: str
    event: Event
    outcome: Outcome
    check: str | None = None
    phase: int | None = None
    elapsed: float | None = None
    attempts: int | None = None
    reason: str | None = None
    evidence: list[str] = []

    def cite(self, event: Event) -> None:
        """Add a line as evidence; of many, the first ones and the last are kept."""
        name = citation_of(event.entry)
        if name in self.evidence:
            return
        if len(self.evidence) < _MAX_EVIDENCE:
            self.evidence.append(name)
        else:
            self.evidence[-1] = name

    def build(self) -> Step:
        """Return the step."""
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


class RunBuilder:
    """A run while its lines are added: its instance, events and steps so far."""

    kind: RunKind

    def __init__(self, event: Event) -> None:
        """Start a run with its first line."""
        entry = event.entry
        self.key = _shared_key(entry.service, entry.revision, entry.instance)
        self.began = self.last = entry.timestamp
        self.environment: str | None = None
        self.events: list[Event] = []
        self.steps: list[StepBuilder] = []
        self.start_seen = False
        self.overlaps = False
        self.verdict: Verdict = "unknown"
        self.condition: str | None = None
        self.failed: list[str] = []
        self.warned: list[str] = []
        self.tolerated: list[str] = []
        self.repeats: str | None = None
        text = "\0".join((self.kind, *self.key, str(entry.timestamp // 1000), entry.insert_id))
        self.id = f"{self.kind[0]}-{blake2b(text.encode(errors='replace'), digest_size=5).hexdigest()}"

    def add_step(self, event: Event, step: str, outcome: Outcome, **details: object) -> StepBuilder:
        """Add an event and a step for it."""
        self.add_event(event)
        builder = StepBuilder(step, event, outcome, **details)  # type: ignore[arg-type]
        builder.cite(event)
        self.steps.append(builder)
        return builder

    def add_event(self, event: Event) -> None:
        """Add an event."""
        self.events.append(event)
        self.last = event.entry.timestamp

    def seconds_since_last(self, now: int) -> float:
        """Return the seconds between the last line and ``now`` (nanoseconds)."""
        return (now - self.last) / NANOSECONDS

    def add_failed(self, checks: list[str]) -> None:
        """Add failed checks, each once, in order."""
        self.failed = list(dict.fromkeys([*self.failed, *checks]))

    @property
    def complete(self) -> bool:
        """Return whether both ends of the run are in the logs."""
        return self.start_seen and self.verdict != "unknown"

    def not_reached(self) -> list[Step]:
        """Return the steps that the run never reached."""
        return []

    def build(self) -> RunRecord:
        """Return the run and its events."""
        service, revision, instance = self.key
        run = Run(
            id=self.id,
            kind=self.kind,
            service=service,
            revision=revision,
            instance=instance,
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
            steps=[step.build() for step in self.steps] + self.not_reached(),
        )
        return RunRecord(run, self.events)


def parse_number(text: str | None) -> float | None:
    """Return the number in a captured field, None if it is none: log text is untrusted."""
    try:
        value = float(text) if text else nan
    except ValueError:
        return None
    return value if isfinite(value) else None


def parse_count(text: str | None) -> int | None:
    """Return the count in a captured field, None if it has more than nine digits."""
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) <= _MAX_DIGITS else None
