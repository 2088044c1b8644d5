"""Errors that no failure point follows: unknown ones, and those that a rule knows.

Grouped by pattern and ranked.
"""

from collections.abc import Callable, Mapping, Sequence
from hashlib import blake2b

import msgspec

from triage.diagnosis.evidence_list import EvidenceList, Link
from triage.diagnosis.failure_causes import FailureCauses
from triage.diagnosis.failure_titles import LONGEST, describe_gap, shorten
from triage.diagnosis.first_seen import FirstSeen
from triage.measures import BoundedCounter, Moments, shortest_gap
from triage.models import Because, Entry, Event, FailureGroup, Incident, Quote, Recognized, Scope
from triage.text import message_template, summary_line
from triage.window import NANOSECONDS, format_second, format_timestamp

#: Patterns that are counted separately; the others share one count per service.
_MAX_PATTERNS = 400
#: Spans of time in which the errors of a pattern are kept.
_SPANS = 32
#: Incidents that are listed; there may be hundreds of patterns.
_MAX_LISTED = 25
#: Distances to the nearest failure, in seconds, by which errors are ranked.
_NEAR = (1, 10, 60, 600)
_OTHER = "other errors that no rule explains"
_ERROR = 500
#: Revisions and instances that an error names.
_MAX_NAMES = 20
#: The cause of an unknown error. It sorts behind the ids of causes, so that those are counted separately
#: first.
_UNKNOWN = "~"

#: The cause, the template of the line or of the cause's title, and the service.
PatternName = tuple[str, str, str]


class ErrorCount(msgspec.Struct):
    """The errors of one pattern at one service.

    Attributes:
        first: first error.
        known: what the packs know of it, None for an unknown error.
        count: number of errors.
        moments: when they were.
        revisions: first revisions.
        instances: first instances.

    """

    first: Quote
    known: Recognized | None = None
    count: int = 0
    moments: Moments = msgspec.field(default_factory=lambda: Moments(_SPANS))
    revisions: FirstSeen = msgspec.field(default_factory=lambda: FirstSeen(_MAX_NAMES))
    instances: FirstSeen = msgspec.field(default_factory=lambda: FirstSeen(_MAX_NAMES))

    def add(self, quote: Quote, known: Recognized | None, entries: Sequence[Entry]) -> None:
        """Count errors that say the same; ``quote`` is one of them."""
        first = self.first.entry
        for entry in entries:
            time = entry.timestamp
            if time <= first.timestamp and entry.precedes(first):
                first = entry
            self.revisions.add(entry.revision, time)
            self.instances.add(entry.instance, time)
        if first is not self.first.entry:
            self.first, self.known = msgspec.structs.replace(quote, entry=first), known
        self.count += len(entries)
        self.moments.add_all([entry.timestamp for entry in entries])

    def add_similar(self, count: int, last: int) -> None:
        """Count errors that are similar to one that was added, until a time in nanoseconds."""
        self.count += count
        self.moments.add(last)

    def absorb(self, other: "ErrorCount") -> None:
        """Add the errors of another pattern."""
        if other.first.entry.precedes(self.first.entry):
            self.first, self.known = other.first, other.known
        self.count += other.count
        self.moments.absorb(other.moments)
        self.revisions.absorb(other.revisions)
        self.instances.absorb(other.instances)


class ServiceContext(msgspec.Struct, frozen=True):
    """What errors of one service are ranked by.

    Attributes:
        revisions: its revisions, newest first.
        middle: the middle of the time that the logs cover, nanoseconds.

    """

    revisions: Sequence[str]
    middle: int


class UnknownErrors:
    """Counts the errors of an export by pattern: unknown ones, and those that a rule knows."""

    def __init__(self) -> None:
        """Create an empty counter."""
        self._errors: BoundedCounter[PatternName, str, ErrorCount] = BoundedCounter(
            _MAX_PATTERNS, (_UNKNOWN, _OTHER, "")
        )

    def observe(
        self, entry: Entry, count: int = 1, last: int = 0, *, known: Recognized | None = None
    ) -> None:
        """Count an entry that is no part of a statement, if it is an error.

        It may represent ``count`` similar entries of its revision; ``last`` is the time of the last one, in
        nanoseconds.
        """
        if not is_error(entry):
            return
        quote = Quote(entry, entry.message, summary_line(entry.message), message_template(entry.message))
        error = self.observe_statements(quote, known, [entry])
        if last:
            error.add_similar(count - 1, max(last, entry.timestamp))

    def observe_statements(
        self, quote: Quote, known: Recognized | None, entries: Sequence[Entry]
    ) -> ErrorCount:
        """Count statements that are errors and say the same, with what the packs know of it.

        quote: one of them.
        entries: of each, the entry that holds the decisive line.
        """
        service = quote.entry.service
        name = (_UNKNOWN, quote.template, service)
        if known is not None:
            name = (known.cause, known.template, service)
        services = self._errors.group(name)
        error = services.get(service)
        if error is None:
            error = services[service] = ErrorCount(msgspec.structs.replace(quote, entry=entries[0]), known)
        error.add(quote, known, entries)
        return error

    def incidents(
        self,
        failures: Sequence[FailureGroup],
        causes: FailureCauses,
        context_of: Callable[[str], ServiceContext],
        link: Link,
    ) -> list[Incident]:
        """Return the patterns that no failure explains, those nearest to failures and new ones first.

        failures: all failures of the export, each of which explains its statement, its failure points, what
        followed,
            and the known symptoms near it.
        context_of: returns what the errors of a service are ranked by.
        """
        explained = {key for group in failures for key in _explained_by(group)}
        times = _failure_times(failures)
        ranked = []
        for name, service, error in self._errors:
            line = error.first.template
            if {(service, name[0], name[1]), (service, name[0], ""), (service, _UNKNOWN, line)} & explained:
                continue
            gap = shortest_gap(error.moments.times(), times.get(service, ()))
            if error.known is not None and error.known.is_symptom and _bucket(gap) < len(_NEAR) - 1:
                continue
            news = _describe_novelty(error, context_of(service))
            rank = (_bucket(gap), not news, error.known is None, -error.count, error.first.entry.sort_key)
            evidence = EvidenceList(link)
            evidence.cite(_event(error.first, error.known), error.count, error.first.decisive)
            incident = _incident((*name[:2], service), error, _reasons(error, gap, news), causes)
            ranked.append(((*rank, name), msgspec.structs.replace(incident, evidence=evidence.evidence)))
        ranked.sort(key=lambda item: item[0])
        return [incident for _, incident in ranked[:_MAX_LISTED]]


def is_error(entry: Entry) -> bool:
    """Return whether an entry by itself is an error: not a failed request."""
    return entry.http is None and entry.level >= _ERROR and bool(entry.message)


def _explained_by(group: FailureGroup) -> set[PatternName]:
    """Return service, cause and template of what a group of failures explains; "" stands for any template."""
    lines = {group.template}
    for sample in group.samples:
        quotes = [*([sample.statement] if sample.statement else []), *sample.tail]
        lines |= {quote.template for quote in quotes}
        lines |= {
            message_template(line) for quote in quotes for line in quote.text.split("\n") if line.strip()
        }
        points = [sample.entry, *(other.entry for other in sample.consequences)]
        lines |= {message_template(entry.message) for entry in points}
    known = {(group.service, group.known.cause, "")} if group.known is not None else set()
    return {(group.service, _UNKNOWN, line) for line in lines} | known


def _failure_times(failures: Sequence[FailureGroup]) -> Mapping[str, Sequence[int]]:
    times: dict[str, set[int]] = {}
    for group in failures:
        times.setdefault(group.service, set()).update(group.times or (group.first, group.last))
    return {service: sorted(found) for service, found in times.items()}


def _bucket(gap: int | None) -> int:
    """Return how near a failure is, as a rank."""
    if gap is None:
        return len(_NEAR) + 1
    return sum(abs(gap) > seconds * NANOSECONDS for seconds in _NEAR)


def _describe_novelty(error: ErrorCount, context: ServiceContext) -> str:
    """Return since when an error is new, "" for one that is not."""
    positions = [n for n, name in enumerate(context.revisions) if name in error.revisions]
    if positions and len(context.revisions) > 1:
        older = context.revisions[max(positions) + 1 :]
        return f"New since revision {context.revisions[max(positions)]}" if older else ""
    if error.first.entry.timestamp <= context.middle:
        return ""
    first = format_second(format_timestamp(error.first.entry.timestamp))
    return f"New since {first}, in the second half of these logs"


def _incident(
    name: PatternName, error: ErrorCount, reasons: list[Because], causes: FailureCauses
) -> Incident:
    cause, template, service = name
    known = error.known
    pack_cause = causes.by_id(known.cause) if known is not None else None
    digest = blake2b(f"{cause}\0{service}\0{template}".encode(errors="replace"), digest_size=6)
    entry, times = error.first.entry, error.moments.times()
    return Incident(
        id=digest.hexdigest(),
        cause=known.cause if known is not None else "unknown-error",
        title=shorten(
            known.title if known is not None else f"Unknown error: {error.first.decisive}", LONGEST
        ),
        service=service,
        check=None,
        condition=None,
        severity="P2",
        confidence="medium" if known is not None else "low",
        tier="symptom",
        playbook=pack_cause.cause.playbook if pack_cause is not None else "unknown-error",
        because=[f"{reason.says} [E1]" for reason in reasons],
        reasons=reasons,
        scope=Scope(
            service=service,
            project=entry.project,
            location=entry.location,
            revisions=error.revisions.names(),
            instances=error.instances.names(),
        ),
        first_seen=format_timestamp(times[0]),
        last_seen=format_timestamp(times[-1]),
        count=error.count,
        captures=dict(known.event.fields) if known is not None else {},
    )


def _reasons(error: ErrorCount, gap: int | None, news: str) -> list[Because]:
    times = error.moments.times()
    first, last = (format_second(format_timestamp(time)) for time in (times[0], times[-1]))
    when = f"once, at {first}" if error.count == 1 else f"{error.count:,} times from {first} to {last}"
    says = [f"Logged as an error {when}; it is not linked to a failure"]
    if error.known is None:
        says = [f"Logged as an error {when}; no rule explains it"]
    if gap is not None:
        where = "before" if gap >= 0 else "after"
        says.append(f"{describe_gap(abs(gap))} {where} the nearest failure of the service")
    if news:
        says.append(news)
    return [Because(text, ["E1"]) for text in says]


def _event(quote: Quote, known: Recognized | None) -> Event:
    """Return the statement to be cited, with the rule that knows it."""
    entry = quote.entry
    if entry.message != quote.text:
        entry = msgspec.structs.replace(entry, message=quote.text)
    return Event(
        entry=entry,
        pack=known.event.pack if known is not None else "",
        rule=known.event.rule if known is not None else "",
        literal=known.event.literal if known is not None else "",
    )
