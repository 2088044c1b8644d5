"""The brief of a timeline."""

from triage.models.brief import Brief, BriefModel
from triage.models.run import Outcome, Verdict


class BriefStep(BriefModel, frozen=True, kw_only=True):
    """One step of a run.

    Attributes:
        step: name of the step.
        outcome: outcome of the step.
        check: check that it is about.
        at: time, RFC 3339; "" where the step was not reached.
        seconds: how long it took, null where no line says so.
        reason: reason that the lines give.
        insert_ids: insertIds of its lines.

    """

    step: str
    outcome: Outcome
    check: str = ""
    at: str = ""
    seconds: float | None = None
    reason: str = ""
    insert_ids: list[str] = []


class BriefRun(BriefModel, frozen=True, kw_only=True):
    """Similar runs: the first one, and how many there are.

    Attributes:
        run: id of the first run.
        kind: kind of the run.
        service: the service.
        verdict: verdict of the run.
        first: start of the first run, RFC 3339.
        revision: the revision.
        count: number of similar runs.
        last: start of the last run, RFC 3339; "" for a single run.
        seconds: how long the first one took.
        failed_checks: failed critical checks.
        condition: condition that its lines report.
        failed_step: the first step that failed.
        reason: why that step failed.
        insert_ids: insertIds of the lines of that step.
        cut: whether its start or its end is outside the logs.

    """

    run: str
    kind: str
    service: str
    verdict: Verdict
    first: str
    revision: str = ""
    count: int = 1
    last: str = ""
    seconds: float
    failed_checks: list[str] = []
    condition: str = ""
    failed_step: str = ""
    reason: str = ""
    insert_ids: list[str] = []
    cut: bool = False


class TimelineBrief(Brief, frozen=True, kw_only=True):
    """The runs through the readiness chain, past a gate and of boots, in order of time.

    Attributes:
        headline: how many runs there are, and how they ended.
        runs: similar runs, each group by its first run.
        run: the run that was asked for.
        steps: its steps.
        records: number of records that were read.
        first: time of the first entry, RFC 3339.
        last: time of the last entry, RFC 3339.

    """

    HEAD = ("headline", "run", "records", "first", "last")

    headline: str
    runs: list[BriefRun] = []
    run: BriefRun | None = None
    steps: list[BriefStep] = []
    records: int = 0
    first: str = ""
    last: str = ""
