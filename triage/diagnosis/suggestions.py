"""What the logs cannot show, and what to fetch to confirm it."""

from collections.abc import Collection, Iterable, Sequence
from fnmatch import fnmatchcase

from triage.diagnosis.incident_builder import IncidentBuilder
from triage.models import WORKLOAD_RESOURCES, Cause, Coverage, Incident, Next, Pack, ServiceState
from triage.text import quote
from triage.window import NANOSECONDS, format_second, format_timestamp, parse_timestamp

#: Seconds before and after the logs in which missing lines are fetched.
_BEFORE, _AFTER = 900, 900
#: Kinds of gaps that limit what the logs can show.
_LIMITING_GAPS = ("payload_lost", "limit_suspected", "cut_file", "checksum", "missing_part", "suppressed")


def answer_limits(
    states: Sequence[ServiceState],
    coverage: Coverage,
    builders: Collection[IncidentBuilder],
    filtered: Collection[str],
    *,
    validated: bool,
) -> list[str]:
    """Return the limits that may change the answer.

    filtered: services that logged nothing below ERROR.
    validated: whether a primary service has a validation.
    """
    lost = any(gap.kind == "payload_lost" for gap in coverage.gaps)
    sentences = [_describe_filter(service, coverage) for service in sorted(filtered)]
    sentences += [gap.detail for gap in coverage.gaps if gap.kind in _LIMITING_GAPS]
    for state in states:
        names = list(state.revisions) if state.chain else []
        newer = names[: names.index(state.revision)] if state.revision in names else []
        if newer:
            sentences.append(
                f"{newer[0]} is newer than {state.revision}, but nothing in these logs decides it"
            )
    if any(state.primary for state in states) and not (validated or lost):
        reached = (
            "No boot reached the readiness validation"
            if any(map(_failed_to_boot, builders))
            else "The logs read contain no readiness validation"
        )
        sentences.append(f"{reached}: the results of its checks are unknown.")
    return list(dict.fromkeys(sentences))


def standing_limits(
    packs: Sequence[Pack], states: Sequence[ServiceState], builders: Collection[IncidentBuilder]
) -> list[str]:
    """Return the limits of every such service: no readiness chain, and those of the packs and causes."""
    sentences = [
        f"no readiness chain known for {state.service}: crashes, probes, memory, imports and failed requests"
        " are still diagnosed"
        for state in states
        if state.service and not state.chain
    ]
    for pack in packs:
        if any(state.chain == pack.id for state in states):
            sentences += pack.limits
    return [*sentences, *(limit for builder in builders for limit in builder.pack_cause.cause.limits)]


def _describe_filter(service: str, coverage: Coverage) -> str:
    """Return the limit of a service that logged errors only."""
    return (
        f"{service or 'The service'} logged nothing below ERROR between {_moment(coverage.first)} and "
        f"{_moment(coverage.last)} "
        "(severity filter suspected): a later success would not be in these logs."
    )


def _moment(timestamp: str | None) -> str:
    return format_second(timestamp) if timestamp else "an unknown time"


def _failed_to_boot(builder: IncidentBuilder) -> bool:
    return builder.pack_cause.cause.tier in ("crash", "startup") and bool(builder.runs)


def suggest_query(
    packs: Sequence[Pack],
    leading: ServiceState,
    coverage: Coverage,
    incidents: Sequence[Incident],
    builders: Iterable[IncidentBuilder],
) -> Next | None:
    """Return what to fetch next, or None.

    It confirms the first incident, or looks for the readiness verdict where no run gives one.
    """
    workload = _workload(leading)
    if any(gap.kind == "payload_lost" for gap in coverage.gaps):
        why = "the exporter lost the payloads: export the same window again, "
        why += "with `gcloud logging read --format=json`"
        return Next(_filter(workload, coverage, _pack_filters(packs, leading)), why)
    by_id = {builder.id: builder.pack_cause.cause for builder in builders}
    first = by_id.get(incidents[0].id) or _failure_cause(packs, incidents[0].cause) if incidents else None
    if first is not None and first.suggest is not None:
        # A filter that begins with a resource of its own asks for that, not for lines of the service.
        is_of_other = first.suggest.filter.startswith("resource.type=")
        return Next(
            _filter([] if is_of_other else workload, coverage, first.suggest.filter), first.suggest.why
        )
    is_open = bool(leading.chain) and leading.revisions.get(leading.revision) == "inconclusive"
    if leading.verdict != "inconclusive" and not (leading.verdict == "degraded" and is_open):
        return None
    name = leading.service or "the service"
    why = f"fetch {'the readiness verdict' if leading.chain else 'all entries'} of {name}"
    return Next(_filter(workload, coverage, _pack_filters(packs, leading)), why)


def _failure_cause(packs: Sequence[Pack], cause_id: str) -> Cause | None:
    """Return the cause of failures of that id, None if no pack has it."""
    causes = (cause for pack in packs for cause in pack.causes)
    return next((cause for cause in causes if cause.scope == "failure" and cause.id == cause_id), None)


def _pack_filters(packs: Sequence[Pack], state: ServiceState) -> str:
    """Return the Logging filters of the packs of a service."""
    filters = [
        f"({pack.filter.strip()})"
        for pack in packs
        if pack.filter.strip()
        and (not pack.services or any(fnmatchcase(state.service, pattern) for pattern in pack.primary))
    ]
    return "\nOR ".join(filters)


def _workload(state: ServiceState) -> list[str]:
    """Return the lines of a filter that select a service, job or other workload."""
    resource_type, label = WORKLOAD_RESOURCES[state.kind]
    lines = [f'resource.type="{resource_type}"']
    if state.service:
        lines.append(f"resource.labels.{label}={quote(state.service)}")
    return lines


def _filter(workload: Sequence[str], coverage: Coverage, filters: str) -> str:
    lines = list(workload)
    if coverage.first and coverage.last:
        since = parse_timestamp(coverage.first) - _BEFORE * NANOSECONDS
        until = parse_timestamp(coverage.last) + _AFTER * NANOSECONDS
        lines.append(f"timestamp>={quote(format_timestamp(since))}")
        lines.append(f"timestamp<={quote(format_timestamp(until))}")
    return "\n".join([*lines, *(["(", filters.strip(), ")"] if filters else [])])
