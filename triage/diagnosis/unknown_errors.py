"""Errors that no failure point follows: unknown ones, and those that a rule knows.

Grouped by pattern and ranked.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from hashlib import blake2b

import msgspec

from triage.diagnosis.error_statement import ErrorStatement, SingleEntry
from triage.diagnosis.evidence_list import EvidenceList, Link, line_of_cause
from triage.diagnosis.failure_causes import FailureCauses
from triage.diagnosis.failure_titles import LONGEST, describe_gap, shorten, title_with, without_prefix
from triage.diagnosis.first_seen import FirstSeen
from triage.diagnosis.reported_requests import reports_request
from triage.measures import BoundedCounter, Moments, shortest_gap
from triage.models import Because, Entry, Event, FailureGroup, Incident, Quote, Recognized, Scope, first_of
from triage.text import message_template
from triage.window import NANOSECONDS, format_second, format_timestamp

#: Patterns that are counted separately; the others share one count per service.
_MAX_PATTERNS = 400
#: The same of complaints, which are listed where an export holds nothing else.
_MAX_COMPLAINTS, _MAX_NAMED = 100, 3
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

#: A statement that is an error, and what the packs know of it.
KnownError = tuple[ErrorStatement, Recognized | None]
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

    first: ErrorStatement
    known: Recognized | None = None
    count: int = 0
    moments: Moments = msgspec.field(default_factory=lambda: Moments(_SPANS))
    revisions: FirstSeen = msgspec.field(default_factory=lambda: FirstSeen(_MAX_NAMES))
    instances: FirstSeen = msgspec.field(default_factory=lambda: FirstSeen(_MAX_NAMES))

    def add(self, errors: Sequence[KnownError]) -> None:
        """Count errors."""
        entries = [statement.decisive_entry for statement, _ in errors]
        times = [entry.timestamp for entry in entries]
        first = first_of(entries)
        if first.precedes(self.first.decisive_entry):
            self.first, self.known = next(one for one in errors if one[0].decisive_entry is first)
        self.count += len(entries)
        self.moments.add_all(times)
        self.revisions.add_all(zip([entry.revision for entry in entries], times, strict=True))
        self.instances.add_all(zip([entry.instance for entry in entries], times, strict=True))

    @property
    def reports_request(self) -> bool:
        """Return whether each of them reports a request that failed."""
        return reports_request(self.first.quote.text)

    def add_similar(self, count: int, last: int) -> None:
        """Count errors that are similar to one that was added, until a time in nanoseconds."""
        self.count += count
        self.moments.add(last)

    def absorb(self, other: "ErrorCount") -> None:
        """Add the errors of another pattern."""
        if other.first.decisive_entry.precedes(self.first.decisive_entry):
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
        is_served: whether requests of it succeeded, or an execution of a job.
        reports_failures: whether its errors are all that shows that requests failed.

    """

    revisions: Sequence[str]
    middle: int
    is_served: bool = False
    reports_failures: bool = False


class UnknownErrors:
    """Counts the errors of an export by pattern: unknown ones, and those that a rule knows."""

    def __init__(self) -> None:
        """Create an empty counter."""
        self._errors: BoundedCounter[PatternName, str, ErrorCount] = BoundedCounter(
            _MAX_PATTERNS, (_UNKNOWN, _OTHER, "")
        )
        self._complaints: dict[PatternName, ErrorCount] = {}

    def observe(
        self, entry: Entry, count: int = 1, last: int = 0, *, known: Recognized | None = None
    ) -> None:
        """Count an entry that is no part of a statement, if it is an error.

        It may represent ``count`` similar entries of its revision; ``last`` is the time of the last one, in
        nanoseconds.
        """
        if not is_error(entry):
            return
        statement = SingleEntry(entry)
        self.observe_statements([(statement, known)])
        if last:
            self._count_of(statement, known).add_similar(count - 1, max(last, entry.timestamp))

    def observe_statements(self, errors: Iterable[KnownError]) -> None:
        """Count statements that are errors."""
        by_name: dict[PatternName, list[KnownError]] = {}
        for one in errors:
            by_name.setdefault(_name_of(*one), []).append(one)
        for found in by_name.values():
            self._count_of(*found[0]).add(found)

    def observe_complaints(self, complaints: Iterable[ErrorStatement]) -> None:
        """Count statements that complain and are no errors by their level."""
        for statement in complaints:
            name = _name_of(statement, None)
            error = self._complaints.get(name)
            if error is None and len(self._complaints) < _MAX_COMPLAINTS:
                error = self._complaints[name] = ErrorCount(statement)
            if error is not None:
                error.add([(statement, None)])

    def _count_of(self, statement: ErrorStatement, known: Recognized | None) -> ErrorCount:
        """Return the count of the errors like one."""
        service = statement.decisive_entry.service
        services = self._errors.group(_name_of(statement, known))
        error = services.get(service)
        if error is None:
            error = services[service] = ErrorCount(statement, known)
        return error

    def counts(self) -> Iterator[ErrorCount]:
        """Yield the errors of each pattern and service."""
        for _, _, error in self._errors:
            yield error

    def reported_requests(self) -> Counter[str]:
        """Return by service how many errors report a request that failed."""
        reported: Counter[str] = Counter()
        for _, service, error in self._errors:
            if error.reports_request:
                reported[service] += error.count
        return reported

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
            context = context_of(service)
            if context.is_served and _is_warning(error) and _bucket(gap) > 1:
                continue
            news = _describe_novelty(error, context)
            rank = (
                _bucket(gap),
                not news,
                error.known is None,
                -error.count,
                error.first.decisive_entry.sort_key,
            )
            incident = _cited((*name[:2], service), error, _reasons(error, gap, news), causes, link)
            if context.reports_failures and error.reports_request:
                incident = msgspec.structs.replace(incident, severity="P1", tier="runtime")
            ranked.append(((*rank, name), incident))
        ranked.sort(key=lambda item: item[0])
        return [incident for _, incident in ranked[:_MAX_LISTED]]

    def complaints(self, causes: FailureCauses, link: Link) -> list[Incident]:
        """Return what was complained of most often, the last first, for an export that holds nothing else."""
        found = sorted(
            self._complaints.items(), key=lambda item: (-item[1].count, -item[1].moments.times()[-1])
        )
        says = "These logs hold nothing but what programs printed"
        return [
            _cited(
                name, error, [Because(_when(error, "Printed"), ["E1"]), Because(says, ["E1"])], causes, link
            )
            for name, error in found[:_MAX_NAMED]
        ]


def _cited(
    name: PatternName, error: ErrorCount, reasons: list[Because], causes: FailureCauses, link: Link
) -> Incident:
    """Return the incident of an error, with its first statement as evidence."""
    evidence = EvidenceList(link)
    quote = error.first.quote
    evidence.cite(_event(quote, error.known), error.count, line_of_cause(quote, error.known))
    incident = _incident(name, error, reasons, causes)
    return msgspec.structs.replace(incident, evidence=evidence.evidence)


def _name_of(statement: ErrorStatement, known: Recognized | None) -> PatternName:
    service = statement.decisive_entry.service
    if known is not None:
        return known.cause, known.template, service
    return _UNKNOWN, statement.template, service


def is_error(entry: Entry) -> bool:
    """Return whether an entry by itself is an error: not a failed request."""
    return entry.http is None and entry.level >= _ERROR and bool(entry.message)


def _explained_by(group: FailureGroup) -> set[PatternName]:
    """Return service, cause and template of what a group of failures explains; "" stands for any template."""
    lines = {group.template, *([group.opening.template] if group.opening is not None else [])}
    for sample in group.samples:
        quotes = [*([sample.statement] if sample.statement else []), *sample.tail]
        lines |= {quote.template for quote in quotes}
        lines |= {
            message_template(line) for quote in quotes for line in quote.text.split("\n") if line.strip()
        }
        points = [sample.entry, *(other.entry for other in sample.consequences)]
        lines |= {message_template(entry.message) for entry in points}
    said = {sample.statement.entry.service for sample in group.samples if sample.statement is not None}
    services = {group.service, *said}  # a library that does not know Cloud Run names no service
    known = {(name, group.known.cause, "") for name in services} if group.known is not None else set()
    return {(name, _UNKNOWN, line) for line in lines for name in services} | known


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


def _is_warning(error: ErrorCount) -> bool:
    """Return whether its logger calls a known error a warning: it was handled."""
    entry = error.first.decisive_entry
    return error.known is not None and entry.severity_source != "none" and 0 < entry.level < _ERROR


def _describe_novelty(error: ErrorCount, context: ServiceContext) -> str:
    """Return since when an error is new, "" for one that is not."""
    positions = [n for n, name in enumerate(context.revisions) if name in error.revisions]
    if positions and len(context.revisions) > 1:
        older = context.revisions[max(positions) + 1 :]
        return f"New since revision {context.revisions[max(positions)]}" if older else ""
    if error.first.decisive_entry.timestamp <= context.middle:
        return ""
    first = format_second(format_timestamp(error.first.decisive_entry.timestamp))
    return f"New since {first}, in the second half of these logs"


def _incident(
    name: PatternName, error: ErrorCount, reasons: list[Because], causes: FailureCauses
) -> Incident:
    cause, template, service = name
    known = error.known
    pack_cause = causes.by_id(known.cause) if known is not None else None
    digest = blake2b(f"{cause}\0{service}\0{template}".encode(errors="replace"), digest_size=6)
    entry, times = error.first.decisive_entry, error.moments.times()
    decisive = error.first.quote.decisive
    return Incident(
        id=digest.hexdigest(),
        cause=known.cause if known is not None else "unknown-error",
        title=(
            shorten(f"Unknown error: {without_prefix(decisive)}", LONGEST)
            if known is None
            else title_with(known, decisive)
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


def _when(error: ErrorCount, what: str) -> str:
    """Return how often and when something was said."""
    times = error.moments.times()
    first, last = (format_second(format_timestamp(time)) for time in (times[0], times[-1]))
    return (
        f"{what} once, at {first}"
        if error.count == 1
        else f"{what} {error.count:,} times from {first} to {last}"
    )


def _reasons(error: ErrorCount, gap: int | None, news: str) -> list[Because]:
    said = _when(error, "Logged as an error")
    says = [f"{said}; it is not linked to a failure" if error.known else f"{said}; no rule explains it"]
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
