"""What these logs cannot show, and what to fetch to settle it."""

from collections.abc import Collection, Iterable, Sequence
from fnmatch import fnmatchcase

from triage.diagnosis.case import Case
from triage.models import Coverage, Incident, Next, Pack, ServiceState
from triage.text import quote
from triage.window import NANOSECONDS, format_timestamp, parse_timestamp

#: Seconds before and after the logs at hand in which the missing lines are looked for.
_BEFORE, _AFTER = 900, 900
#: Gaps that bear on what the logs can show.
_TOLD = ("payload_lost", "limit_suspected", "cut_file", "checksum", "missing_part", "suppressed")


def limits(
    packs: Sequence[Pack],
    states: Sequence[ServiceState],
    coverage: Coverage,
    cases: Collection[Case],
    *,
    validated: bool,
) -> list[str]:
    """Return, as sentences, what the logs at hand cannot show. ``validated``: a primary service has a validation."""
    lost = any(gap.kind == "payload_lost" for gap in coverage.gaps)
    said = [gap.detail for gap in coverage.gaps if gap.kind in _TOLD]
    for state in states:
        if state.service and not state.chain:
            said.append(
                f"no readiness chain known for {state.service}: crashes, probes, memory, imports and failed requests "
                "are still diagnosed"
            )
        names = list(state.revisions) if state.chain else []
        newer = names[: names.index(state.revision)] if state.revision in names else []
        if newer:
            said.append(f"{newer[0]} is newer than {state.revision}, but nothing in these logs decides it")
    if any(state.primary for state in states) and not (validated or lost):
        reached = (
            "was never reached by the boots in" if any(map(_failed_to_boot, cases)) else "does not stand in"
        )
        said.append(f"The readiness validation {reached} these logs: no check is shown to pass or to fail.")
    for pack in packs:
        if any(state.chain == pack.id for state in states):
            said += pack.limits
    said += [limit for case in cases for limit in case.known.cause.limits]
    return list(dict.fromkeys(said))


def _failed_to_boot(case: Case) -> bool:
    return case.known.cause.tier in ("crash", "startup") and bool(case.runs)


def settle(
    packs: Sequence[Pack],
    leading: ServiceState,
    coverage: Coverage,
    incidents: Sequence[Incident],
    cases: Iterable[Case],
) -> Next | None:
    """Return what to fetch next: what the first incident leaves open, or what an inconclusive verdict waits for."""
    if any(gap.kind == "payload_lost" for gap in coverage.gaps):
        why = "the exporter lost the payloads: export the same window again, with `gcloud logging read --format=json`"
        return Next(_filter(leading, coverage, _ask(packs, leading)), why)
    by_id = {case.id: case.known.cause for case in cases}
    first = by_id.get(incidents[0].id) if incidents else None
    if first is not None and first.settle is not None:
        return Next(_filter(leading, coverage, first.settle.filter), first.settle.why)
    if leading.verdict != "inconclusive":
        return None
    why = f"no readiness verdict of {leading.service or 'the service'} stands in these logs"
    return Next(_filter(leading, coverage, _ask(packs, leading)), why)


def _ask(packs: Sequence[Pack], state: ServiceState) -> str:
    """Return what the packs of a service ask for."""
    asked = [
        f"({pack.filter.strip()})"
        for pack in packs
        if pack.filter.strip()
        and (not pack.services or any(fnmatchcase(state.service, pattern) for pattern in pack.primary))
    ]
    return "\nOR ".join(asked)


def _filter(state: ServiceState, coverage: Coverage, asked: str) -> str:
    lines = ['resource.type="cloud_run_revision"']
    if state.service.isprintable() and state.service:
        lines.append(f"resource.labels.service_name={quote(state.service)}")
    if coverage.first and coverage.last:
        since = parse_timestamp(coverage.first) - _BEFORE * NANOSECONDS
        until = parse_timestamp(coverage.last) + _AFTER * NANOSECONDS
        lines.append(f"timestamp>={quote(format_timestamp(since))}")
        lines.append(f"timestamp<={quote(format_timestamp(until))}")
    return "\n".join([*lines, *(["(", asked.strip(), ")"] if asked else [])])
