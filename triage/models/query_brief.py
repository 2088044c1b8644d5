"""The brief of a Logging filter and what it matches."""

from triage.models.brief import Brief, BriefLine, BriefModel
from triage.models.finding import FindingLevel


class BriefFinding(BriefModel, frozen=True, kw_only=True):
    """One probable mistake in a filter.

    Attributes:
        position: line and column.
        level: an error never does what it seems to say, a warning often does not.
        message: explanation.
        write: what to write instead, "" where only the author knows.

    """

    position: str
    level: FindingLevel
    message: str
    write: str = ""


class QueryBrief(Brief, frozen=True, kw_only=True):
    """The entries that a Logging filter matches, or what the filter says.

    Attributes:
        headline: how many entries match.
        matches: number of entries that match.
        records: number of records that were read.
        entries: entries that match, in order of time, secrets masked.
        findings: probable mistakes in the filter.
        explanation: the filter in words, where no export was given.
        limits: what was not read.

    """

    headline: str
    matches: int = 0
    records: int = 0
    entries: list[BriefLine] = []
    findings: list[BriefFinding] = []
    explanation: str = ""
    limits: list[str] = []
