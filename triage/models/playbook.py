"""Playbooks: what a cause means and how to fix it (reports/playbooks/, or playbooks/ beside a pack)."""

from typing import Literal

import msgspec

from triage.models.immutable import Immutable

Severity = Literal["P0", "P1", "P2"]
#: When a fix is due, by its priority.
_DUE: dict[Severity, str] = {"P0": "today", "P1": "this sprint", "P2": "later"}
Within = Literal["24 hours", "1 week", "1 month"]
#: What can be measured: of runs, of one check's outcomes, of requests.
Measure = Literal[
    "boots_ready",
    "validations_ready",
    "check_passed",
    "requests_admitted",
    "connections_opened",
    "health_answered",
    "plain_answered",
]


class PlaybookModel(Immutable, msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Base of the playbook classes; an unknown key is an error."""


class Step(PlaybookModel, frozen=True, kw_only=True):
    """One step.

    Attributes:
        says: sentence in Markdown.
        commands: commands to run.

    """

    says: str
    commands: list[str] = []


class Fix(PlaybookModel, frozen=True, kw_only=True):
    """A fix of the cause or of a symptom.

    Attributes:
        title: short name.
        priority: urgency.
        timeframe: how long the fix takes.
        risk: what can go wrong.
        does: description in Markdown.
        commands: commands to run.
        symptom_fix: whether the cause remains.
        why: why the cause remains; required of a symptom fix.
        validate: how to verify the fix.
        rollback: how to undo the fix.

    """

    title: str
    priority: Severity
    timeframe: str
    risk: str
    does: str
    commands: list[str] = []
    symptom_fix: bool = False
    why: str = ""
    validate: list[str] = []
    rollback: list[str] = []

    @property
    def due(self) -> str:
        """Return when the fix is due, by its priority."""
        return _DUE[self.priority]

    def __post_init__(self) -> None:
        """Check that a symptom fix says why the cause remains."""
        if self.symptom_fix and not self.why:
            raise ValueError(f"the symptom fix {self.title!r} does not say why the cause remains")


class Metric(PlaybookModel, frozen=True, kw_only=True):
    """A success metric.

    Attributes:
        says: the metric in words.
        within: when it is due.
        measure: measure of the timeline, "" if there is none.
        path: path of the requests to measure, "" for all.
        at_least: ratio to reach.

    """

    says: str
    within: Within
    measure: Measure | Literal[""] = ""
    path: str = ""
    at_least: float = 1.0

    @property
    def days(self) -> int:
        """Return after how many days the metric is due."""
        return {"24 hours": 1, "1 week": 7, "1 month": 30}[str(self.within)]


class Block(PlaybookModel, frozen=True, kw_only=True):
    """Parts that several playbooks share.

    Attributes:
        fixes: fixes.
        validation: steps to verify the fix.
        rollback: steps to undo the fix.
        metrics: success metrics.
        limits: what the logs cannot show.

    """

    fixes: list[Fix] = []
    validation: list[Step] = []
    rollback: list[Step] = []
    metrics: list[Metric] = []
    limits: list[str] = []


class Playbook(PlaybookModel, frozen=True, kw_only=True):
    """What a cause means and how to fix it.

    Attributes:
        title: short name.
        means: explanation in Markdown.
        docs: address of the documentation page that it rests on, "" for none.
        use: names of shared blocks in ``_shared.toml``.
        fixes: fixes.
        validation: steps to verify the fix.
        rollback: steps to undo the fix.
        metrics: success metrics.
        limits: what the logs cannot show.

    """

    title: str
    means: str
    docs: str = ""
    use: list[str] = []
    fixes: list[Fix] = []
    validation: list[Step] = []
    rollback: list[Step] = []
    metrics: list[Metric] = []
    limits: list[str] = []
