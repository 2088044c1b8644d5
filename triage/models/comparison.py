"""The differences between the logs of two periods or revisions."""

from typing import Any, Literal

import msgspec

from triage.models.change import ConfigurationDifference
from triage.models.diagnosis import ServiceVerdict
from triage.text import round_number

#: How something changed. "mixed": partly better, partly worse; "unclear": the logs do not show it.
Change = Literal["better", "worse", "mixed", "same", "unclear"]
SpeedChange = Literal["faster", "slower", "same", "unclear"]
ErrorTrend = Literal["new", "gone", "more", "less", "same", "unclear"]
OutcomeKind = Literal["boot", "validation", "gate", "check", "request", "socket", "plain", "health"]
#: Outcomes without a verdict, which no total includes.
_UNDECIDED = frozenset({"unknown", "not_reached", "no status"})
_OPENED, _REFUSED = 101, 400


_SUBJECTS: dict[OutcomeKind, str] = {
    "boot": "boots ready",
    "validation": "validations ready",
    "gate": "requests admitted",
    "check": "check {}",
    "request": "requests without 5xx",
    "socket": "{} opened (101)",
    "plain": "{} answered plain requests",
    "health": "{} answered 2xx",
}


class SideSummary(msgspec.Struct, frozen=True, kw_only=True):
    """One side of a comparison: its logs, and the service that they judge.

    Attributes:
        name: what the user called the side.
        verdict: the verdict of ``service``.
        service: the service that the verdict is about.
        revisions: the revisions of ``service``, newest first.
        first: time of the first entry, RFC 3339.
        last: time of the last entry, RFC 3339.
        hours: hours between ``first`` and ``last``.
        instances: number of instances of all services.
        gaps: number of gaps by kind: what was not read.
        basis: what the verdict rests on where no readiness chain of the service is known, else "".

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
    basis: str = ""


class Reason(msgspec.Struct, frozen=True):
    """One reason for the answer of a comparison.

    Attributes:
        says: a sentence with its numbers.
        change: the change that the sentence supports.

    """

    says: str
    change: Change


class InsufficientData(msgspec.Struct, frozen=True):
    """Why one side has too few entries of a service to compare its counts.

    Attributes:
        side: the side with too few entries.
        service: the service.
        why: the reason, as a sentence.

    """

    side: Literal["before", "after"]
    service: str
    why: str


class VerdictComparison(msgspec.Struct, frozen=True, kw_only=True):
    """The verdict of a service on both sides.

    Attributes:
        service: the service.
        before: its verdict before, null where that side has no entry of it.
        after: its verdict after, null where that side has no entry of it.
        change: how the verdict changed.

    """

    service: str
    before: ServiceVerdict | None
    after: ServiceVerdict | None
    change: Change


class IncidentChange(msgspec.Struct, frozen=True, kw_only=True):
    """An incident on both sides.

    Attributes:
        id: stable id of the incident.
        cause: id of its cause.
        title: title of the incident.
        service: the affected service.
        change: "gone" means absent from AFTER, which proves little where AFTER has few entries.
        before: number of occurrences before.
        after: number of occurrences after.

    """

    id: str
    cause: str
    title: str
    service: str
    change: Literal["new", "gone", "stays"]
    before: int
    after: int


class OutcomeStats(msgspec.Struct, frozen=True, kw_only=True):
    """How often something went well on one side, and how long it took.

    Attributes:
        good: number of good outcomes.
        total: number of outcomes with a verdict; a run without one is only in ``counts``.
        counts: number of each outcome.
        median: median seconds to ready or to pass, null where no line gives a time.
        p95: 95th percentile of the same times.

    """

    good: int
    total: int
    counts: dict[str, int]
    median: float | None = None
    p95: float | None = None

    def __str__(self) -> str:
        """Return it as text: "3 of 4 (1 not ready, 3 ready)", outcomes only where not all are good.

        What the total does not include is named after it: "3 of 4 (1 not ready, 3 ready), 2 more unknown".
        """
        if not self.total:
            return _list_counts(self.counts)
        every = sum(self.counts.values()) == self.total
        outside = {} if every else {w: n for w, n in self.counts.items() if _is_outside(w)}
        inside = {word: count for word, count in self.counts.items() if word not in outside}
        text = f"{self.good:,} of {self.total:,}"
        if self.good != self.total:
            text += f" ({_list_counts(inside)})"
        return text + (f", {_list_counts(outside, ' more')}" if outside else "")


def _is_outside(word: str) -> bool:
    """Return whether an outcome is outside of a total.

    No verdict, or a request that was neither opened nor refused.
    """
    return word in _UNDECIDED or (word.isdigit() and int(word) != _OPENED and int(word) < _REFUSED)


def _list_counts(counts: dict[str, int], more: str = "") -> str:
    return ", ".join(
        f"{count:,}{more} {'with ' if word.isdigit() else ''}{word.replace('_', ' ')}"
        for word, count in counts.items()
    )


class OutcomeChange(msgspec.Struct, frozen=True, kw_only=True):
    """Outcomes of one kind on both sides.

    Attributes:
        service: the service.
        kind: boots, validations, admitted requests, a check, all requests, or requests to a path.
        name: the check or the path.
        before: outcomes before, null where there are none.
        after: outcomes after, null where there are none.
        change: how the outcomes changed.
        pace: how their times changed, null where they have none.

    """

    service: str
    kind: OutcomeKind
    name: str = ""
    before: OutcomeStats | None
    after: OutcomeStats | None
    change: Change
    pace: SpeedChange | None = None

    @property
    def subject(self) -> str:
        """Return what the outcomes are about, as text."""
        return _SUBJECTS[self.kind].format(self.name)

    @property
    def became(self) -> str:
        """Return the change as text."""
        if self.before is None or self.after is None:
            return "only before" if self.before else "only after"
        if self.kind == "check" and self.change == "better" and not self.before.good:
            return "passes now"
        if self.kind == "check" and self.change == "worse" and not self.after.good:
            return "fails now"
        return "too few to tell" if self.change == "unclear" else self.change


class Rate(msgspec.Struct, frozen=True, kw_only=True):
    """How often errors of one pattern were logged on one side.

    Attributes:
        count: number of errors.
        instances: number of instances that logged them.
        per_hour: errors per hour, null where the side has too few entries.
        per_instance: errors per instance of the service, null where the side has too few entries.

    """

    count: int
    instances: int
    per_hour: float | None
    per_instance: float | None

    def __str__(self) -> str:
        """Return it as text: "12 (4.1 an hour, 3 an instance)"."""
        if not self.count:
            return "none"
        if self.per_hour is None or self.per_instance is None:
            return f"{self.count:,}"
        rates = f"{round_number(self.per_hour)} an hour, {round_number(self.per_instance)} an instance"
        return f"{self.count:,} ({rates})"


class ErrorChange(msgspec.Struct, frozen=True, kw_only=True):
    """Errors of one pattern on both sides.

    Attributes:
        service: the service.
        shape: template of the message, as ``ErrorPattern.template``.
        rule: rule that matches the line ("pack/id"), "" for none.
        example: one line of the pattern.
        insert_id: insertId of the example.
        change: how the rate changed.
        sure: false where the counts are so low that the change may be chance.
        before: rate before.
        after: rate after.

    """

    service: str
    shape: str
    rule: str
    example: str
    insert_id: str
    change: ErrorTrend
    sure: bool
    before: Rate
    after: Rate

    @property
    def became(self) -> str:
        """Return the change as text, with a question mark where it may be chance."""
        return self.change if self.sure or self.change == "unclear" else f"{self.change}?"


class RevisionHistory(msgspec.Struct, frozen=True, kw_only=True):
    """The verdicts of the revisions of a service.

    Attributes:
        service: the service.
        revisions: verdict of each revision, newest first.
        last_good: newest revision that was ready.
        first_bad: oldest of the latest revisions in a row that were not ready.
        bounded: true where a ready revision precedes ``first_bad``.

    """

    service: str
    revisions: dict[str, ServiceVerdict]
    last_good: str | None = None
    first_bad: str | None = None
    bounded: bool = False


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """The document of ``triage compare``.

    Attributes:
        schema: name and version of the document.
        change: whether AFTER is better or worse than BEFORE.
        because: the reasons.
        before: first side.
        after: second side.
        verdicts: verdict of each service on both sides.
        incidents: incidents on both sides.
        outcomes: outcomes on both sides.
        errors: error patterns on both sides.
        configuration: what differs between the configurations of the sides, as far as both are known.
        walks: revision history of each service.
        thin: sides with too few entries to compare counts.
        limits: what the logs cannot show, as sentences.

    """

    schema: Literal["triage.comparison/1"] = "triage.comparison/1"
    change: Change
    because: list[Reason] = []
    before: SideSummary
    after: SideSummary
    verdicts: list[VerdictComparison] = []
    incidents: list[IncidentChange] = []
    outcomes: list[OutcomeChange] = []
    errors: list[ErrorChange] = []
    configuration: list[ConfigurationDifference] = []
    walks: list[RevisionHistory] = []
    thin: list[InsufficientData] = []
    limits: list[str] = []

    def to_dict(self) -> dict[str, Any]:
        """Return the document as plain data, secrets masked."""
        from triage.redact import redact_document

        document: dict[str, Any] = redact_document(msgspec.to_builtins(self))
        return document
