"""An error that is said once, after which requests fail for as long as its effect lasts."""

from collections.abc import Iterable, Sequence

import msgspec

from triage.diagnosis.serving import ServiceServing, ServingTracker
from triage.diagnosis.unknown_errors import ErrorCount
from triage.models import FailureGroup
from triage.text import path_template
from triage.window import NANOSECONDS

#: How often such an error is said at most, and how many requests fail after it at least.
_FEW, _MANY = 3, 10
#: Nanoseconds between it and the first failure at most, for one that a rule knows and for another.
_BEFORE, _JUST_BEFORE = 600 * NANOSECONDS, 60 * NANOSECONDS


def explain_by_openings(
    groups: Sequence[FailureGroup], errors: Iterable[ErrorCount], serving: ServingTracker
) -> list[FailureGroup]:
    """Return failures, with the error before them where their own statement names no cause.

    Requests that fail without a word, or with the application's own, such as `the price list is empty`,
    follow from the one error that each of their instances said before the first of them, if no request of
    their paths succeeded in between or while they failed, or if several instances said it and no other. One
    whose cause is known names them.
    """
    rare = [error for error in errors if error.count <= _FEW * max(1, len(error.instances.first_at))]
    causes = {(group.service, group.known.cause) for group in groups if group.known is not None}
    found: list[FailureGroup] = []
    for group in groups:
        opening = _find_opening(group, rare, serving.of(group.service)) if _is_unnamed(group) else None
        known = opening.known if opening is not None else None
        if opening is None or (known is not None and (group.service, known.cause) in causes):
            found.append(group)
        elif known is None:
            found.append(msgspec.structs.replace(group, opening=opening.first.quote))
        else:
            quote = opening.first.quote
            known = known.said_in(quote.entry)
            found.append(msgspec.structs.replace(group, known=known, opening=quote, link="nearness"))
    return found


def _is_unnamed(group: FailureGroup) -> bool:
    """Return whether many requests failed without a word, or with words that no rule knows."""
    return (
        set(group.kinds) == {"request"}
        and group.count >= _MANY
        and not group.is_noise
        and (group.known is None or group.known.is_symptom)
    )


def _find_opening(
    group: FailureGroup, errors: Iterable[ErrorCount], serving: ServiceServing
) -> ErrorCount | None:
    """Return the error that some failures follow from: the only known one, else the only other one."""
    said = [error for error in errors if _opens(error, group, serving)]
    known = [error for error in said if error.known is not None and not error.known.is_symptom]
    found = known or [error for error in said if error.known is None and _is_just_before(error, group)]
    return found[0] if len(found) == 1 else None


def _is_just_before(error: ErrorCount, group: FailureGroup) -> bool:
    """Return whether the first failure followed an error at once."""
    return group.first - error.moments.times()[0] <= _JUST_BEFORE


def _opens(error: ErrorCount, group: FailureGroup, serving: ServiceServing) -> bool:
    """Return whether the instances that failed said an error before, and what shows that it is the cause."""
    if error.first.decisive_entry.service != group.service:
        return False
    said = error.instances.first_at
    if not all(name in said and 0 <= at - said[name] <= _BEFORE for name, at in group.instances.items()):
        return False
    if len(said) > 1 and said.keys() == group.instances.keys():
        return True
    last = max(error.moments.times())
    paths = {path_template(path) for path, _ in group.paths} & serving.paths.keys()
    return last <= group.first <= last + _BEFORE and not any(
        last < serving.paths[name].succeeded_at < group.last for name in paths
    )
