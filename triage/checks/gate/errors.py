"""Errors that are new to a baseline."""

from triage.checks.compare.errors import REST
from triage.checks.gate.finding import Finding, counted, many
from triage.checks.gate.subject import Subject
from triage.models import Comparison, ErrorShape, Evidence, NewErrors

_CITED = 3


def new_errors(subject: Subject, criterion: NewErrors, compared: Comparison | str) -> Finding:
    """Return the error shapes that the baseline does not have; a text instead of a comparison says why there is none.

    A baseline that is too thin has nothing, so that everything would be new to it: it measures nothing. Where too
    little was seen of the revision itself, or too many shapes to tell them apart, what is new counts all the same.
    """
    says = "no error shape is new to the baseline"
    if criterion.at_most:
        says = f"at most {many(criterion.at_most, 'error shape')} new to the baseline"
    if isinstance(compared, str):
        return counted(says, 0, compared, seen=False, at_most=criterion.at_most)
    new = [found for found in compared.errors if found.service == subject.service and found.change == "new"]
    thin = [found for found in compared.thin if found.service == subject.service]
    names = {"before": f"the baseline {compared.before.name}", "after": compared.after.name}
    why = "; ".join(f"{names[found.side]}: {found.why}" for found in thin)
    unusable = any(found.side == "before" for found in thin)
    told = f"{many(len(new), 'error shape') if new else 'no error shape'} that {compared.before.name} does not have"
    unsure = [found for found in new if not found.sure]
    if unsure:
        told += f", {len(unsure)} of them so seldom that it may be chance"
    new = [found for found in new if found.sure or not criterion.only_sure]
    untold = any(error.shape == REST for error in subject.errors)
    rest = "it logs more shapes than are told apart" if untold else ""
    shapes = {error.shape: error for error in subject.errors}
    first = sorted(
        (shapes[found.shape] for found in new if found.shape in shapes), key=lambda error: error.first
    )
    return counted(
        says=says,
        found=len(new),
        measured=why if unusable else "; ".join(filter(None, [told, rest, why])),
        seen=not unusable and len(new) > criterion.at_most if thin or rest else True,
        at_most=criterion.at_most,
        lines=[_line(error) for error in first[:_CITED]],
    )


def _line(error: ErrorShape) -> Evidence:
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
