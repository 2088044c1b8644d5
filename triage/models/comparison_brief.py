"""The brief of a comparison."""

from triage.models.brief import Brief, BriefModel
from triage.models.comparison import Change, ErrorTrend
from triage.models.diagnosis import ServiceVerdict


class BriefSide(BriefModel, frozen=True, kw_only=True):
    """One side of a comparison.

    Attributes:
        name: its export or revision.
        verdict: its verdict.
        service: the service of the verdict.
        revisions: revisions of that service, newest first.
        first: time of the first entry, RFC 3339.
        last: time of the last entry, RFC 3339.

    """

    name: str
    verdict: ServiceVerdict
    service: str = ""
    revisions: list[str] = []
    first: str = ""
    last: str = ""


class BriefDifference(BriefModel, frozen=True, kw_only=True):
    """One difference between two sides.

    Attributes:
        what: what differs.
        change: how it changed.
        before: value before.
        after: value after.

    """

    what: str
    change: str
    before: str = ""
    after: str = ""


class BriefVerdict(BriefModel, frozen=True, kw_only=True):
    """One reason for the answer of a comparison.

    Attributes:
        says: the reason with its numbers.
        change: what it supports.

    """

    says: str
    change: Change


class BriefError(BriefModel, frozen=True, kw_only=True):
    """Errors of one pattern on both sides.

    Attributes:
        example: one of them.
        change: how the rate changed.
        before: how many there were before.
        after: how many there are after.
        service: the service.
        insert_id: insertId of the example.
        sure: false where it may be chance.

    """

    example: str
    change: ErrorTrend
    before: str
    after: str
    service: str = ""
    insert_id: str = ""
    sure: bool = True


class ComparisonBrief(Brief, frozen=True, kw_only=True):
    """Whether a service is better or worse, and what differs.

    Attributes:
        change: whether AFTER is better or worse than BEFORE.
        headline: the change and its first reasons, as one sentence.
        before: the first side.
        after: the second side.
        because: the reasons.
        incidents: incidents that are new, gone or stay.
        outcomes: how often boots, checks and requests went well.
        errors: error patterns whose rate changed.
        configuration: what differs between the configurations.
        last_good: newest revision that was ready.
        first_bad: oldest of the latest revisions in a row that were not ready.
        limits: what the logs cannot show.

    """

    HEAD = ("change", "headline", "before", "after")

    change: Change
    headline: str
    before: BriefSide
    after: BriefSide
    because: list[BriefVerdict] = []
    incidents: list[BriefDifference] = []
    outcomes: list[BriefDifference] = []
    errors: list[BriefError] = []
    configuration: list[BriefDifference] = []
    last_good: str = ""
    first_bad: str = ""
    limits: list[str] = []
