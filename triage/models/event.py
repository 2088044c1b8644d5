"""An entry that a rule matched."""

from functools import lru_cache
from typing import Literal

import msgspec

from triage.models.entry import Entry
from triage.models.immutable import Immutable

RunKind = Literal["validation", "gate", "boot", "probe"]
#: What a failure point says has failed.
FailureKind = Literal[
    "exit",
    "signal",
    "terminated",
    "memory",
    "startup_probe",
    "liveness_probe",
    "readiness_probe",
    "worker",
    "request",
    "deployment",
    "task",
    "execution",
]
#: What a line says has succeeded: an instance passed its startup probe, a revision or an execution became
#: ready.
SuccessKind = Literal["start", "deployment", "execution"]


class Event(Immutable, msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An entry with what its rule says about it.

    Attributes:
        entry: the entry.
        pack: id of the pack.
        rule: id of the rule.
        literal: text that every line of the rule contains, "" without a rule.
        run: kind of run that the line belongs to, "" for none.
        step: step of that run.
        check: check that the line is about, "" for none.
        outcome: outcome of the step, the check or the run.
        condition: condition that the line reports.
        noise: whether the line is known noise.
        failure: what failed if the line is a failure point, else "".
        logger_unknown: whether the rule names a logger and the entry none: the line may be a quote.
        fields: named groups that the rule captured.

    """

    entry: Entry
    pack: str
    rule: str
    literal: str = ""
    run: RunKind | Literal[""] = ""
    step: str = ""
    check: str = ""
    outcome: str = ""
    condition: str = ""
    noise: bool = False
    failure: FailureKind | Literal[""] = ""
    success: SuccessKind | Literal[""] = ""
    logger_unknown: bool = False
    fields: dict[str, str] = {}

    @property
    def name(self) -> str:
        """Return the full name of the rule: ``pack/rule``."""
        return _name(self.pack, self.rule)


#: An entry with what a rule says of it, and whether an application printed it.
Observed = tuple[Entry, Event | None, bool]


@lru_cache(maxsize=4096)
def _name(pack: str, rule: str) -> str:
    """Return the full name of a rule, cached so that all steps share one string."""
    return f"{pack}/{rule}"
