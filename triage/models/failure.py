"""Failures that have one explanation.

The failure points, the statement before them, and what followed from them.
"""

from typing import Literal, NamedTuple

import msgspec

from triage.models.entry import Entry
from triage.models.event import Event, FailureKind

#: What ties a statement to a failure point: the same trace, the same instance in that time, a mention of the
#: request's method and path, or nearness alone.
Link = Literal["trace", "instance", "mention", "nearness", "none"]


#: Statuses with which a request is refused: as the caller's fault, or for a method or version of HTTP.
REFUSALS = frozenset({*range(400, 500), 501, 505})


class Recognized(msgspec.Struct, frozen=True):
    """What the packs know of a text.

    event: the rule that knows it.
    cause: the id of the cause that it shows, "" for known noise.
    title: the cause's title, filled with what the rule captured.
    template: the title with its variable parts replaced.
    is_symptom: whether it only reports what another statement explains.
    kinds: the kinds of failures that the cause explains, empty for all.
    is_specific: whether the title holds what the rule captured.
    finer: ids of the causes that say more closely what happened.
    is_minor: whether the pack calls the cause P2, as one that is often a caller's own.
    """

    event: Event
    cause: str
    title: str = ""
    template: str = ""
    is_symptom: bool = False
    kinds: tuple[FailureKind, ...] = ()
    is_specific: bool = True
    finer: frozenset[str] = frozenset()
    is_minor: bool = False

    def said_in(self, entry: Entry) -> "Recognized":
        """Return the same with the entry that holds the text."""
        text = self.event.entry.message
        said = entry if text == entry.message else msgspec.structs.replace(entry, message=text)
        return msgspec.structs.replace(self, event=msgspec.structs.replace(self.event, entry=said))


class Quote(msgspec.Struct, frozen=True):
    """Something that an application said.

    entry: the entry that holds the decisive line.
    text: the whole statement.
    decisive: the line of it that says what went wrong.
    template: that line with its variable parts replaced.
    is_exception: whether that line has the form of a runtime's error.
    is_error: whether the statement is an error by its severity or its words.
    """

    entry: Entry
    text: str
    decisive: str
    template: str
    is_exception: bool = False
    is_error: bool = False


class Consequence(NamedTuple):
    """A further point of a failure: what only followed from it.

    kind: what failed.
    entry: the failure point.
    """

    kind: FailureKind
    entry: Entry


class FailureSample(msgspec.Struct, frozen=True, kw_only=True):
    """One failure to be cited.

    kind: what failed.
    entry: the failure point.
    event: the rule's reading of the failure point, None for a request that only its status shows.
    status: the HTTP status of a failed request.
    statement: what the application said before, None where nothing it said explains the failure.
    gap: nanoseconds from the statement to the failure point.
    tail: the last statements before the failure point.
    silent_since: since when its instance had printed nothing, in nanoseconds; None where it printed something
        or not all of its output was read.
    consequences: further points of the same failure.
    pack: the pack with a rule for the decisive line of the statement, "" if none has one.
    """

    kind: FailureKind
    entry: Entry
    event: Event | None = None
    status: int | None = None
    statement: Quote | None = None
    gap: int = 0
    tail: tuple[Quote, ...] = ()
    silent_since: int | None = None
    consequences: tuple[Consequence, ...] = ()
    pack: str = ""


class FailureGroup(msgspec.Struct, frozen=True, kw_only=True):
    """Failures of one service that have the same explanation; times are nanoseconds.

    service: the service.
    known: what the packs know of the statement, or of the failure points' own text where that is the
    explanation.
    template: the decisive line with its variable parts named, for an unknown statement.
    link: what ties the statements to their failure points: the strongest link that most of them have.
    candidates: how many different statements came into question.
    is_noise: whether the statement is said as often where nothing failed.
    count: failures; each start, each end and each request that failed by itself counts once.
    kinds: failures by kind.
    consequences: points that only followed, by kind.
    requests: requests that failed in consequence.
    paths: failed requests by path and status.
    instances: every instance with the time of its first failure.
    revisions: every revision with the time of its first failure.
    last_by_revision: every revision with the time of its last failure.
    first, last: the times of the first and the last point.
    samples: the first failures, in order of time; the first one shows best what happened.
    places: the first failure of every region, revision and instance.
    traces: traces of the first failed requests, each with the time of its request.
    times: when they were: the first and the last time of each of a few spans, in order.
    opening: the error that was said before the first of them, where their own statement names no cause.
    tasks: the tasks of a job in which they were, by execution and number, each with its last failure.
    """

    service: str
    known: Recognized | None = None
    template: str = ""
    link: Link = "none"
    candidates: int = 1
    is_noise: bool = False
    count: int
    kinds: dict[str, int]
    consequences: dict[str, int] = {}
    requests: int = 0
    paths: dict[tuple[str, int], int] = {}
    instances: dict[str, int] = {}
    revisions: dict[str, int] = {}
    last_by_revision: dict[str, int] = {}
    first: int
    last: int
    samples: list[FailureSample]
    places: dict[tuple[str, str, str], int] = {}
    traces: dict[str, int] = {}
    times: tuple[int, ...] = ()
    opening: Quote | None = None
    tasks: dict[tuple[str, str], int] = {}
