"""The result of one criterion, before its evidence is numbered."""

from collections.abc import Sequence

import msgspec

from triage.models import CriterionOutcome, Evidence


class CriterionResult(msgspec.Struct, frozen=True, kw_only=True):
    """What was measured for a criterion.

    Attributes:
        says: the condition in words.
        outcome: whether the condition is met.
        measured: the measurement in words.
        value: the measured number; None if not measured.
        at_least: the lower bound, of a ratio.
        at_most: the upper bound, of a count.
        lines: the evidence.

    """

    says: str
    outcome: CriterionOutcome
    measured: str
    value: float | None = None
    at_least: float | None = None
    at_most: float | None = None
    lines: list[Evidence] = []


def count_result(
    says: str, found: int, measured: str, *, seen: bool, at_most: int, lines: Sequence[Evidence] = ()
) -> CriterionResult:
    """Return the result of a count and its bound.

    It is not measured unless ``seen`` says that there was something to count.
    """
    failed = found > at_most
    return CriterionResult(
        says=says,
        outcome="not_measured" if not seen else "failed" if failed else "met",
        measured=measured,
        value=float(found) if seen else None,
        at_most=float(at_most),
        lines=list(lines) if seen and failed else [],
    )


def proportion_text(at_least: float, what: str) -> str:
    """Return "every boot is" or "at least 95 % of the boots are"."""
    return f"every {what} is" if at_least == 1 else f"at least {at_least * 100:g} % of the {what}s are"
