"""Compare a load test with an earlier one."""

from collections.abc import Iterator

from triage.measures import compare_times
from triage.models import Change, LoadComparison, LoadTest, Reason, TimeStats
from triage.release.comparison.significance import ratios_differ
from triage.text import format_seconds

#: Handshakes fail earlier or later if the numbers of open connections differ by this factor.
_BREAK_FACTOR = 1.25


def compare_loads(earlier: LoadTest, later: LoadTest, file: str) -> LoadComparison:
    """Return what is better or worse than in an earlier load test, read from ``file``."""
    because = list(_reasons(earlier, later))
    changes = {reason.change for reason in because}
    change: Change = "mixed" if len(changes) > 1 else changes.pop() if changes else "same"
    if not earlier.connections.tried or not later.connections.tried:
        change = "unclear"
    return LoadComparison(
        file=file,
        started=earlier.started,
        change=change,
        because=because,
        limits=list(_limits(earlier, later)),
    )


def _reasons(earlier: LoadTest, later: LoadTest) -> Iterator[Reason]:
    first, second = earlier.connections, later.connections
    yield from _ratio_change(
        (first.opened, first.tried), (second.opened, second.tried), "connections were opened"
    )
    yield from _ratio_change(
        (first.opened - first.lost, first.opened),
        (second.opened - second.lost, second.opened),
        "opened connections were not closed by the service",
    )
    yield from _ratio_change(
        _loaded_health(earlier), _loaded_health(later), "health checks under load were answered 2xx"
    )
    yield from _break_change(earlier.breaks_at, later.breaks_at)
    lag = max(earlier.client.lag.p95 or 0.0, later.client.lag.p95 or 0.0)
    yield from _speed_change(first.times, second.times, lag, "connections took {} to open (median), not {}")
    yield from _speed_change(
        _health_times(earlier),
        _health_times(later),
        lag,
        "health checks under load took {} (median), not {}",
    )


def _ratio_change(before: tuple[int, int], after: tuple[int, int], what: str) -> Iterator[Reason]:
    (first, first_total), (second, second_total) = before, after
    if not ratios_differ(first, first_total, second, second_total):
        return
    better = second / second_total > first / first_total
    yield Reason(
        f"{second:,} of {second_total:,} {what}, not {first:,} of {first_total:,}",
        "better" if better else "worse",
    )


def _break_change(before: int | None, after: int | None) -> Iterator[Reason]:
    if before is None and after is not None:
        yield Reason(f"handshakes fail from {after:,} open connections on, which they did not", "worse")
    elif before is not None and after is None:
        yield Reason(f"handshakes no longer fail from {before:,} open connections on", "better")
    elif before is not None and after is not None and before != after:
        fewer, more = sorted((before, after))
        if more > _BREAK_FACTOR * fewer:
            yield Reason(
                f"handshakes fail from {after:,} open connections on, not {before:,}",
                "better" if after > before else "worse",
            )


def _speed_change(before: TimeStats, after: TimeStats, lag: float, says: str) -> Iterator[Reason]:
    change = compare_times(before, after, lag)
    if change not in ("slower", "faster"):
        return
    text = says.format(*(format_seconds(times.median or 0.0) for times in (after, before)))
    yield Reason(text, "worse" if change == "slower" else "better")


def _loaded_health(test: LoadTest) -> tuple[int, int]:
    loaded = [found for found in test.health if found.phase in ("opening", "held")]
    return sum(found.good for found in loaded), sum(found.requests for found in loaded)


def _health_times(test: LoadTest) -> TimeStats:
    return next((found.times for found in test.health if found.phase == "held"), TimeStats(count=0))


def _limits(earlier: LoadTest, later: LoadTest) -> Iterator[str]:
    """Yield what makes two tests hard to compare."""
    for what, first, second in (
        ("service", earlier.service, later.service),
        ("host", earlier.host, later.host),
        ("WebSocket", earlier.socket, later.socket),
        ("number of connections", earlier.connections.planned, later.connections.planned),
        ("rate", f"{earlier.rate:g} a second", f"{later.rate:g} a second"),
        ("time to hold them", f"{earlier.seconds:g} s", f"{later.seconds:g} s"),
        ("events", ", ".join(earlier.events) or "none", ", ".join(later.events) or "none"),
    ):
        if first != second:
            yield f"The {what} differs: {first} before, {second} now."
    for name, test in (("earlier", earlier), ("present", later)):
        if test.ended_early:
            yield f"The {name} test ended early."
