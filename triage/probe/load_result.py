"""Make the document of a load test from what was observed."""

from collections import Counter
from collections.abc import Iterator, Sequence

from triage.measures import compare_times, percentiles
from triage.models import (
    LoadClient,
    LoadClose,
    LoadConnections,
    LoadFailure,
    LoadHealth,
    LoadLevel,
    LoadMessages,
    LoadMetric,
    LoadPhase,
    LoadPlan,
    LoadTest,
    Metric,
    TimeStats,
)
from triage.probe.address import Address
from triage.probe.load_plan import GIVE_UP_AFTER
from triage.probe.load_recorder import Attempt, HealthCheck, LoadRecorder
from triage.probe.load_verdict import LoadFindings, decide_verdict
from triage.text import pluralize

#: The connections are counted in so many parts, of at least so many connections.
_LEVELS, _MIN_LEVEL = 10, 5
#: The times may be those of this machine if it was late by this share of what it measured.
_DISTORTS = 0.2
_PHASES: tuple[LoadPhase, ...] = ("before", "opening", "held", "after")
_LIMITS = (
    "All connections came from one client on one machine; Cloud Run may send them to few instances.",
    "The time to open includes what DNS, TLS and the network take.",
)


def build_load_test(
    plan: LoadPlan,
    address: Address,
    recorder: LoadRecorder,
    metrics: Sequence[Metric],
    *,
    service: str,
    token: bool,
    started: str,
    ended: str,
    files: int | None,
) -> LoadTest:
    """Return the document of a load test.

    ``metrics`` are the success metrics of connections and of health checks; the ratio that connections must
    reach decides the verdict.
    """
    target = next((found.at_least for found in metrics if found.measure == "connections_opened"), 1.0)
    levels = _levels(recorder.attempts, plan.connections)
    connections = _connections(plan, recorder, levels)
    health = [found for phase in _PHASES if (found := _health(phase, recorder.health))]
    client = _client(recorder, connections, health, files)
    findings = LoadFindings(
        plan=plan,
        connections=connections,
        health={found.phase: found for found in health},
        target=target,
        token=token,
        ended_early=recorder.ended_early,
        breaks_at=_break(recorder.attempts, levels, target),
        opens_slower=_opens_slower(levels, client.lag),
        health_slower=_health_slower(health, client.lag),
    )
    verdict, because = decide_verdict(findings)
    return LoadTest(
        verdict=verdict,
        why=because[0],
        because=because,
        service=service,
        host=address.authority,
        socket=plan.probe.socket,
        health_path=plan.probe.health,
        token=token,
        started=started,
        ended=ended,
        rate=plan.rate,
        seconds=plan.seconds,
        events=list(plan.probe.events),
        ended_early=recorder.ended_early,
        breaks_at=findings.breaks_at,
        degrades=findings.degrades,
        connections=connections,
        messages=LoadMessages(
            sent=recorder.sent,
            received=recorder.received,
            bytes=recorder.received_bytes,
            complete=recorder.complete if plan.probe.events else None,
            pings=recorder.pings,
            pongs=_times(recorder.pongs),
        ),
        health=health,
        metrics=list(_measure(metrics, connections, health)),
        client=client,
        limits=list(_limits(client, recorder, plan)),
    )


def _times(seconds: Sequence[float]) -> TimeStats:
    ordered = sorted(seconds)
    median, p95 = percentiles(ordered)
    return TimeStats(count=len(ordered), median=median, p95=p95, max=ordered[-1] if ordered else None)


def _connections(plan: LoadPlan, recorder: LoadRecorder, levels: list[LoadLevel]) -> LoadConnections:
    attempts = recorder.attempts
    failed = [attempt for attempt in attempts if not attempt.opened]
    says = Counter(str(attempt.answer) for attempt in failed)
    codes = Counter(close.code for close in recorder.closes)
    return LoadConnections(
        planned=plan.connections,
        tried=len(attempts),
        opened=len(attempts) - len(failed),
        most=recorder.most,
        held=recorder.held,
        times=_times([attempt.took for attempt in attempts if attempt.opened]),
        failures=[
            LoadFailure(
                says=text,
                count=count,
                open_at_first=next(found.open_then for found in failed if str(found.answer) == text),
            )
            for text, count in says.most_common()
        ],
        closes=[
            LoadClose(code=code, count=count, open_at_first=first.open_then, after=round(first.after, 3))
            for code, count in codes.most_common()
            for first in [next(found for found in recorder.closes if found.code == code)]
        ],
        levels=levels,
    )


def _levels(attempts: Sequence[Attempt], planned: int) -> list[LoadLevel]:
    """Return the connections in the order in which they were tried, in parts of the same size."""
    size = max(_MIN_LEVEL, -(-planned // _LEVELS))
    ordered = sorted(attempts)
    parts = [ordered[start : start + size] for start in range(0, len(ordered), size)]
    # A short rest belongs to the part before it: few times say little.
    if len(parts) > 1 and len(parts[-1]) < _MIN_LEVEL:
        parts[-2:] = [[*parts[-2], *parts[-1]]]
    return [
        LoadLevel(
            first=part[0].number,
            last=part[-1].number,
            tried=len(part),
            opened=sum(attempt.opened for attempt in part),
            open_at_end=part[-1].open_then + part[-1].opened,
            times=_times([attempt.took for attempt in part if attempt.opened]),
        )
        for part in parts
    ]


def _break(attempts: Sequence[Attempt], levels: Sequence[LoadLevel], target: float) -> int | None:
    """Return how many connections were open when handshakes began to fail.

    That is at the first failure of the first part in which fewer connections were opened than the target.
    """
    for level in levels:
        if level.opened < target * level.tried:
            return next(
                attempt.open_then
                for attempt in sorted(attempts)
                if attempt.number >= level.first and not attempt.opened
            )
    return None


def _health(phase: LoadPhase, checks: Sequence[HealthCheck]) -> LoadHealth | None:
    own = [check for check in checks if check.phase == phase]
    if not own:
        return None
    bad = Counter(str(check.answer) for check in own if not _is_good(check))
    return LoadHealth(
        phase=phase,
        requests=len(own),
        good=len(own) - bad.total(),
        outcomes=dict(bad.most_common()),
        times=_times([check.took for check in own if check.answer.kind == "status"]),
    )


def _is_good(check: HealthCheck) -> bool:
    return check.answer.status is not None and 200 <= check.answer.status < 300


def _health_slower(health: Sequence[LoadHealth], lag: TimeStats) -> bool | None:
    """Return whether health checks were slower while all connections were held than before.

    None if that is unknown.
    """
    by_phase = {found.phase: found.times for found in health}
    if "before" not in by_phase or "held" not in by_phase:
        return None
    change = compare_times(by_phase["before"], by_phase["held"], lag.p95 or 0.0)
    return None if change is None else change == "slower"


def _opens_slower(levels: Sequence[LoadLevel], lag: TimeStats) -> bool | None:
    """Return whether the last connections took longer to open than the first, None if unknown."""
    if len(levels) < 2:
        return None
    change = compare_times(levels[0].times, levels[-1].times, lag.p95 or 0.0)
    return None if change is None else change == "slower"


def _client(
    recorder: LoadRecorder, connections: LoadConnections, health: Sequence[LoadHealth], files: int | None
) -> LoadClient:
    lag = _times(recorder.lags)
    shortest = min(
        (times.median for times in (connections.times, *(found.times for found in health)) if times.median),
        default=None,
    )
    took = (recorder.opening_ended or 0.0) - (recorder.began or 0.0)
    return LoadClient(
        rate=(len(recorder.attempts) - 1) / took if took > 0 and len(recorder.attempts) > 1 else None,
        lag=lag,
        distorts=lag.p95 is not None and shortest is not None and lag.p95 > _DISTORTS * shortest,
        files=files,
    )


def _measure(
    metrics: Sequence[Metric], connections: LoadConnections, health: Sequence[LoadHealth]
) -> Iterator[LoadMetric]:
    """Yield the success metrics with what was measured."""
    measured: dict[str, tuple[int, int]] = {
        "connections_opened": (connections.opened, connections.tried),
        "health_answered": (
            sum(found.good for found in health),
            sum(found.requests for found in health),
        ),
    }
    for metric in metrics:
        if metric.measure in measured:
            good, total = measured[metric.measure]
            yield LoadMetric(
                says=metric.says, measure=metric.measure, good=good, total=total, at_least=metric.at_least
            )


def _limits(client: LoadClient, recorder: LoadRecorder, plan: LoadPlan) -> Iterator[str]:
    yield from _LIMITS
    lag = client.lag
    if client.distorts and lag.p95 is not None and lag.max is not None:
        yield (
            f"This machine ran what was due up to {lag.max * 1000:.0f} ms late (95th percentile "
            f"{lag.p95 * 1000:.0f} ms): short times above may be its own."
        )
    if client.rate is not None and client.rate < 0.8 * plan.rate:
        yield f"This machine tried {client.rate:.3g} connections a second, not {plan.rate:g}."
    untried = plan.connections - len(recorder.attempts)
    if untried and recorder.attempts:
        why = (
            f"After {GIVE_UP_AFTER} failures in a row,"
            if recorder.ended_early == "failures"
            else "When the test was stopped,"
        )
        yield f"{why} {untried:,} of {pluralize(plan.connections, 'connection')} were not tried."
