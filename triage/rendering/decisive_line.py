"""The line of an incident that names its cause, and the reasons that lead to it."""

from collections.abc import Sequence

from triage.models import Because, Cause, Evidence, Incident, Pack


def reasons_from_cause(incident: Incident, packs: Sequence[Pack]) -> list[Because]:
    """Return the reasons of an incident, those nearest to the cause first.

    Reasons of a failure begin with its cause, those of a run or a revision with the symptom.
    """
    return _order_reasons(incident, _find_cause(incident, packs))


def find_decisive_line(incident: Incident, packs: Sequence[Pack]) -> Evidence | None:
    """Return the line that names the cause, None without evidence.

    It is one of a rule by which the cause is recognized, if there is one, and one about the failing check, if
    a reason or a line names it.
    """
    known = _find_cause(incident, packs)
    lines = {line.id: line for line in incident.evidence}
    cited = [
        (reason.says, lines[name])
        for reason in _order_reasons(incident, known)
        for name in reason.evidence
        if name in lines
    ]
    check = _words(incident.check or "")
    about_check = [line for says, line in cited if check in _words(f"{says} {line.message}")]
    ranked = [*about_check, *(line for _, line in cited), *incident.evidence]
    rules = _own_rules(known)
    return next((line for line in ranked if line.rule in rules), next(iter(ranked), None))


def _find_cause(incident: Incident, packs: Sequence[Pack]) -> tuple[Pack, Cause] | None:
    """Return the cause of an incident with its pack, None if no pack has it."""
    return next(
        ((pack, cause) for pack in packs for cause in pack.causes if cause.id == incident.cause), None
    )


def _order_reasons(incident: Incident, known: tuple[Pack, Cause] | None) -> list[Because]:
    return incident.reasons[::-1] if known and known[1].scope != "failure" else incident.reasons


def _own_rules(known: tuple[Pack, Cause] | None) -> set[str]:
    """Return the full names of the rules by which a cause is recognized."""
    if known is None:
        return set()
    pack, cause = known
    return {name if "/" in name else f"{pack.id}/{name}" for name in [*cause.all_of, *cause.any_of]}


def _words(text: str) -> str:
    return text.lower().replace("_", " ")
