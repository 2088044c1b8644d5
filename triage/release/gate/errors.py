"""Measure errors that are new compared with a baseline."""

from triage.models import Comparison, ErrorPattern, Evidence, NewErrors
from triage.release.comparison.errors import OVERFLOW
from triage.release.gate.criterion_result import CriterionResult, count_result
from triage.release.gate.subject import Subject
from triage.text import pluralize

_MAX_CITED = 3


def measure_new_errors(subject: Subject, criterion: NewErrors, compared: Comparison | str) -> CriterionResult:
    """Measure the error patterns that the baseline does not have.

    A text instead of a comparison says why there is none. A baseline with insufficient data would make
    everything new, so nothing is measured. With insufficient data of the revision itself, or too many
    patterns to distinguish them, new errors still count.
    """
    says = "no error pattern is new to the baseline"
    if criterion.at_most:
        says = f"at most {pluralize(criterion.at_most, 'error pattern')} new to the baseline"
    if isinstance(compared, str):
        return count_result(says, 0, compared, seen=False, at_most=criterion.at_most)
    new = [found for found in compared.errors if found.service == subject.service and found.change == "new"]
    insufficient = [found for found in compared.thin if found.service == subject.service]
    names = {"before": f"the baseline {compared.before.name}", "after": compared.after.name}
    why = "; ".join(f"{names[found.side]}: {found.why}" for found in insufficient)
    unusable = any(found.side == "before" for found in insufficient)
    count = pluralize(len(new), "error pattern") if new else "no error pattern"
    text = f"{count} that {compared.before.name} does not have"
    unsure = [found for found in new if not found.sure]
    if unsure:
        text += f", {len(unsure)} of them so seldom that it may be chance"
    new = [found for found in new if found.sure or not criterion.only_sure]
    overflowed = any(error.template == OVERFLOW for error in subject.errors)
    rest = "it logs more error patterns than triage distinguishes" if overflowed else ""
    shapes = {error.template: error for error in subject.errors}
    first = sorted(
        (shapes[found.shape] for found in new if found.shape in shapes), key=lambda error: error.first
    )
    return count_result(
        says=says,
        found=len(new),
        measured=why if unusable else "; ".join(filter(None, [text, rest, why])),
        seen=not unusable and len(new) > criterion.at_most if insufficient or rest else True,
        at_most=criterion.at_most,
        lines=[_to_evidence(error) for error in first[:_MAX_CITED]],
    )


def _to_evidence(error: ErrorPattern) -> Evidence:
    return Evidence(
        id="",
        insert_id=error.insert_id,
        timestamp=error.first,
        message=error.example,
        service=error.service,
        revision=error.revision,
        rule=error.rule,
        count=error.count,
    )
