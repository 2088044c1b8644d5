"""What is better, worse, new or gone between two stretches of logs."""

from typing import Any, Literal

import msgspec

from triage.models.diagnosis import ServiceVerdict

#: What became of something. "mixed": some of it better, some worse; "unclear": the logs cannot tell.
Change = Literal["better", "worse", "mixed", "same", "unclear"]
Pacing = Literal["faster", "slower", "same", "unclear"]
ErrorChanged = Literal["new", "gone", "more", "less", "same", "unclear"]
OutcomeKind = Literal["boot", "validation", "gate", "check", "socket", "health"]


_SUBJECTS: dict[OutcomeKind, str] = {
    "boot": "boots ready",
    "validation": "validations ready",
    "gate": "requests past the gate",
    "check": "check {}",
    "socket": "{} opened (101)",
    "health": "{} answered 2xx",
}


class Stretch(msgspec.Struct, frozen=True, kw_only=True):
    """One of the two sides: the logs that it is, and what they say of the service that its verdict is of.

    ``name`` is what the user called it; ``first`` and ``last`` are RFC 3339, ``hours`` the time between them.
    ``revisions`` are those of ``service``, the newest first; ``instances`` counts the instances of all services.
    ``gaps`` counts by their kind what was not read.
    """

    name: str
    verdict: ServiceVerdict
    service: str = ""
    revisions: list[str] = []
    first: str | None = None
    last: str | None = None
    hours: float = 0.0
    instances: int = 0
    gaps: dict[str, int] = {}


class Sign(msgspec.Struct, frozen=True):
    """One reason for the answer: a sentence with its numbers."""

    says: str
    change: Change


class Thin(msgspec.Struct, frozen=True):
    """Why the counts of a service on one side are too thin to rest on."""

    side: Literal["before", "after"]
    service: str
    why: str


class VerdictChange(msgspec.Struct, frozen=True, kw_only=True):
    """The verdict of a service on both sides; null where the side knows nothing of the service."""

    service: str
    before: ServiceVerdict | None
    after: ServiceVerdict | None
    change: Change


class IncidentChange(msgspec.Struct, frozen=True, kw_only=True):
    """An incident on both sides: how often it happened, 0 where the side does not show it.

    "gone" says that AFTER does not show it, which proves little where AFTER is thin.
    """

    id: str
    cause: str
    title: str
    service: str
    change: Literal["new", "gone", "stays"]
    before: int
    after: int


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """How often something went well on one side: ``good`` of ``total``, every outcome counted, and its times.

    ``total`` counts what says something: a run without a verdict stands in ``counts`` only. ``median`` and ``p95`` are
    the seconds to ready, or to pass; null where no line says so.
    """

    good: int
    total: int
    counts: dict[str, int]
    median: float | None = None
    p95: float | None = None

    def __str__(self) -> str:
        """Return it in words: "3 of 4 (1 not ready, 3 ready)"; outcomes stand only where not all went well."""
        counts = ", ".join(
            f"{count:,} {'times ' if word.isdigit() else ''}{word.replace('_', ' ')}"
            for word, count in self.counts.items()
        )
        if not self.total:
            return counts
        share = f"{self.good:,} of {self.total:,}"
        return share if self.good == self.total else f"{share} ({counts})"


class OutcomeChange(msgspec.Struct, frozen=True, kw_only=True):
    """Boots, validations, judged requests, a check, or requests to a path on both sides; null where there are none.

    ``name`` is the check or the path. ``pace`` is what became of its time, null where it has none.
    """

    service: str
    kind: OutcomeKind
    name: str = ""
    before: Figure | None
    after: Figure | None
    change: Change
    pace: Pacing | None = None

    @property
    def subject(self) -> str:
        """Return what it is of, in words."""
        return _SUBJECTS[self.kind].format(self.name)

    @property
    def became(self) -> str:
        """Return what became of it, in words."""
        if self.before is None or self.after is None:
            return "only before" if self.before else "only after"
        if self.kind == "check" and self.change == "better" and not self.before.good:
            return "passes now"
        if self.kind == "check" and self.change == "worse" and not self.after.good:
            return "fails now"
        return "too few to tell" if self.change == "unclear" else self.change


class Rate(msgspec.Struct, frozen=True, kw_only=True):
    """How often errors of a shape were logged on one side. Rates are null where the side is too thin for one.

    ``instances`` counts those that logged it; ``per_instance`` is by all instances of the service.
    """

    count: int
    instances: int
    per_hour: float | None
    per_instance: float | None

    def __str__(self) -> str:
        """Return it in words: "12 (4.1 an hour, 3 an instance)"."""
        if not self.count:
            return "none"
        if self.per_hour is None or self.per_instance is None:
            return f"{self.count:,}"
        return f"{self.count:,} ({self.per_hour:.3g} an hour, {self.per_instance:.3g} an instance)"


class ErrorChange(msgspec.Struct, frozen=True, kw_only=True):
    """Errors of one shape on both sides.

    ``sure`` is false where so few lines, or so thin a side, may be chance: then "new" and "gone" say no more than that
    the other side has none. ``rule``, ``example`` and ``insert_id`` are as those of an error shape.
    """

    service: str
    shape: str
    rule: str
    example: str
    insert_id: str
    change: ErrorChanged
    sure: bool
    before: Rate
    after: Rate

    @property
    def became(self) -> str:
        """Return what became of it, with a question mark where it may be chance."""
        return self.change if self.sure or self.change == "unclear" else f"{self.change}?"


class Walk(msgspec.Struct, frozen=True, kw_only=True):
    """The revisions of a service, the newest first, with their verdicts.

    ``last_good`` is the newest that was ready; ``first_bad`` is where the latest stretch of revisions that were not
    ready begins. ``bounded`` says that one that was ready stands before it, so that it is the first indeed.
    """

    service: str
    revisions: dict[str, ServiceVerdict]
    last_good: str | None = None
    first_bad: str | None = None
    bounded: bool = False


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """The document of ``triage compare``: whether AFTER is better or worse than BEFORE, why, and every difference."""

    schema: Literal["triage.comparison/1"] = "triage.comparison/1"
    change: Change
    because: list[Sign] = []
    before: Stretch
    after: Stretch
    verdicts: list[VerdictChange] = []
    incidents: list[IncidentChange] = []
    outcomes: list[OutcomeChange] = []
    errors: list[ErrorChange] = []
    walks: list[Walk] = []
    thin: list[Thin] = []
    limits: list[str] = []

    def to_dict(self) -> dict[str, Any]:
        """Return the document as plain data, secrets masked."""
        from triage.redact import redact_document

        document: dict[str, Any] = redact_document(msgspec.to_builtins(self))
        return document
