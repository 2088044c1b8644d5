"""Which failures a cause of a run or a revision already explains."""

from collections.abc import Callable, Iterable

from triage.diagnosis.incident_builder import NEARBY, IncidentBuilder
from triage.models import FailureGroup, Quote

_INSTANCE_TIERS = frozenset({"crash", "startup", "check"})
_REQUEST_TIERS = frozenset({"crash", "startup", "check", "gate"})


def find_parent(group: FailureGroup, builders: Iterable[IncidentBuilder]) -> IncidentBuilder | None:
    """Return the incident that a chain or a pack already explains these failures by, None if there is none.

    A failing check of a chain outranks the exit that follows it. A cause that names what the platform itself
    says, such as a memory limit, is not explained by another.
    """
    related = [builder for builder in builders if _is_related(group, builder)]
    return next((b for b in related if _shares_line(group, b) or _is_superseded(group, b)), None) or next(
        (builder for builder in related if _explains(group, builder)), None
    )


def find_wrappers(
    group: FailureGroup, builders: Iterable[IncidentBuilder], is_symptom: Callable[[str], bool]
) -> list[IncidentBuilder]:
    """Return the incidents that say only that a start failed, where these failures say why.

    is_symptom: returns whether the rule of that full name shows a symptom of failures.
    """
    sample = group.samples[0]
    if sample.statement is None or set(group.kinds) == {"request"}:
        return []
    if "memory" in group.kinds:  # the platform measured it; a server only sees that its worker was ended
        return [b for b in builders if _reports(b) and _is_related(group, b) and _shares_line(group, b)]
    is_named = group.known is not None and not group.known.is_symptom
    said = sample.statement
    if not (is_named or said.is_exception or said.is_error):
        return []
    wrappers = [b for b in builders if _is_wrapper(b, is_symptom) and _is_related(group, b)]
    return wrappers if is_named or said.is_exception else [b for b in wrappers if not _rests_on(b, [said])]


def _is_wrapper(builder: IncidentBuilder, is_symptom: Callable[[str], bool]) -> bool:
    cause = builder.pack_cause.cause
    rules = builder.pack_cause.full_names([*cause.all_of, *cause.any_of])
    return bool(builder.runs) and bool(rules) and all(map(is_symptom, rules))


def _reports(builder: IncidentBuilder) -> bool:
    """Return whether an incident is of what a server or a runtime reports."""
    return not builder.runs and builder.pack_cause.cause.tier == "runtime"


def _is_related(group: FailureGroup, builder: IncidentBuilder) -> bool:
    if builder.service != group.service or builder.pack_cause.cause.tier == "symptom":
        return False
    shared = not group.revisions.keys() - {""} or any(name in builder.revisions for name in group.revisions)
    return (shared or builder.revision_unknown) and _overlaps(group, builder)


def _overlaps(group: FailureGroup, builder: IncidentBuilder) -> bool:
    return group.first <= builder.ended + NEARBY and builder.began <= group.last + NEARBY


def _shares_line(group: FailureGroup, builder: IncidentBuilder) -> bool:
    """Return whether the statement that explains the failures is a line that the incident rests on."""
    quotes = [quote for sample in group.samples for quote in (sample.statement, *sample.tail) if quote]
    return _rests_on(builder, quotes)


def _rests_on(builder: IncidentBuilder, quotes: Iterable[Quote]) -> bool:
    """Return whether one of some quotes is a line that an incident rests on."""
    said = {(q.entry.timestamp, q.entry.insert_id, q.entry.message) for q in quotes}
    return any(
        (event.entry.timestamp, event.entry.insert_id, event.entry.message) in said
        for found in builder.matches.values()
        for event in found.samples
    )


def _is_superseded(group: FailureGroup, builder: IncidentBuilder) -> bool:
    return group.known is not None and group.known.cause in builder.pack_cause.cause.supersedes


def _explains(group: FailureGroup, builder: IncidentBuilder) -> bool:
    by_platform = (
        group.known is not None and not group.known.is_symptom and group.samples[0].statement is None
    )
    if by_platform:
        return False
    if set(group.kinds) == {"request"}:
        is_named = group.known is not None and not group.known.is_symptom
        said_by_chain = not is_named and group.samples[0].pack == builder.pack_cause.pack.id
        unsaid = group.samples[0].statement is None
        return (unsaid or said_by_chain) and builder.pack_cause.cause.tier in _REQUEST_TIERS
    return bool(builder.runs) and builder.pack_cause.cause.tier in _INSTANCE_TIERS
