"""What came out of one criterion, before its evidence is numbered."""

from collections.abc import Sequence

import msgspec

from triage.models import CriterionOutcome, Evidence


class CriterionResult(msgspec.Struct, frozen=True, kw_only=True):
    """The condition in words, what was measured of it, and the lines that show it."""

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
    """Return how a count stands to its bound; it says nothing unless something was ``seen`` that it could count."""
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


def count_text(count: int, what: str) -> str:
    """Return "1 boot" or "29 boots"."""
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def times_text(count: int) -> str:
    """Return "once" or "29 times"."""
    return "once" if count == 1 else f"{count:,} times"
