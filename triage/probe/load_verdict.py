"""Decide whether a service holds a load, with the reasons as sentences."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from triage.models import EarlyEnd, LoadConnections, LoadHealth, LoadPhase, LoadPlan, ServiceVerdict
from triage.text import format_seconds, pluralize

#: Close code of a policy violation (RFC 6455), such as a missing token.
_POLICY = 1008
#: Responses that may be the fault of the client or the network, by their first words.
_CLIENT_FAULTS = ("DNS failure", "network failure")
_CREDENTIALS = ("401", "403")


class LoadFindings(NamedTuple):
    """What a load test found, before it is judged.

    Attributes:
        plan: what was to be sent.
        connections: what became of the connections.
        health: health checks by phase.
        target: ratio of connections that must open.
        token: whether a token was sent.
        ended_early: what ended it before the plan was done.
        breaks_at: number of open connections when handshakes began to fail.
        opens_slower: whether the last connections took longer to open than the first; None if unknown.
        health_slower: whether health checks took longer under load than before; None if unknown.

    """

    plan: LoadPlan
    connections: LoadConnections
    health: Mapping[LoadPhase, LoadHealth]
    target: float
    token: bool
    ended_early: EarlyEnd | None
    breaks_at: int | None
    opens_slower: bool | None
    health_slower: bool | None

    @property
    def loaded(self) -> list[LoadHealth]:
        """Return the health checks that were sent while connections were open."""
        return [self.health[phase] for phase in ("opening", "held") if phase in self.health]

    @property
    def health_fails(self) -> bool:
        """Return whether health checks failed under load that did not fail before."""
        before = self.health.get("before")
        healthy = before is not None and before.good == before.requests
        return healthy and any(found.good < found.requests for found in self.loaded)

    @property
    def degrades(self) -> bool | None:
        """Return whether readiness got worse with the load, None if that was not measured."""
        if self.breaks_at is not None or self.health_fails or self.opens_slower or self.health_slower:
            return True
        measured = self.opens_slower is not None or self.health_slower is not None
        return bool(self.connections.lost) or (False if measured else None)


def decide_verdict(found: LoadFindings) -> tuple[ServiceVerdict, list[str]]:
    """Return the verdict and its reasons as sentences, the decisive one first."""
    verdict, because = _decide(found)
    return verdict, [reason[0].upper() + reason[1:] for reason in because]


def _decide(found: LoadFindings) -> tuple[ServiceVerdict, list[str]]:
    if not found.connections.tried:
        return _nothing_tried(found)
    bad, worse, good = list(_failures(found)), list(_degradations(found)), list(_good_signs(found))
    if found.ended_early in ("interrupted", "terminated"):
        stopped = (
            f"the test was stopped: {found.connections.tried:,} of "
            f"{pluralize(found.connections.planned, 'connection')} were tried"
        )
        return ("not_ready", [*bad, stopped, *worse]) if bad else ("inconclusive", [stopped, *worse, *good])
    if bad and (doubt := _doubt(found)):
        return "inconclusive", [doubt, *bad, *worse]
    if bad:
        return "not_ready", [*bad, *worse, *good]
    return ("degraded", [*worse, *good]) if worse else ("ready", good)


def _nothing_tried(found: LoadFindings) -> tuple[ServiceVerdict, list[str]]:
    before = found.health.get("before")
    if before is None or found.ended_early:
        return "inconclusive", ["the test was stopped before the first connection was tried"]
    outcome = next(iter(before.outcomes), "no response")
    why = f"no health check had a response ({outcome}), so no connection was tried"
    unsure = outcome.startswith(_CLIENT_FAULTS)
    return ("inconclusive" if unsure else "not_ready"), [why]


def _failures(found: LoadFindings) -> Iterator[str]:
    """Yield the reasons for which a service does not hold the load."""
    connections = found.connections
    if connections.opened < found.target * connections.tried:
        yield f"{_describe_opened(found)}; {_describe_break(found)}"
        yield _describe_failures(found)
    if connections.lost > (1 - found.target) * connections.opened:
        yield _describe_lost(found)
    held = found.health.get("held")
    if found.health_fails and held and held.good * 2 < held.requests:
        yield (
            f"{held.requests - held.good:,} of {pluralize(held.requests, 'health check')} failed while the "
            "connections were held, and none before"
        )


def _degradations(found: LoadFindings) -> Iterator[str]:
    """Yield the reasons for which a service holds the load less well than no load."""
    connections = found.connections
    if found.target * connections.tried <= connections.opened < connections.tried:
        yield f"{_describe_opened(found)}; {_describe_break(found)}"
        yield _describe_failures(found)
    if 0 < connections.lost <= (1 - found.target) * connections.opened:
        yield _describe_lost(found)
    if found.opens_slower:
        first, last = connections.levels[0], connections.levels[-1]
        yield (
            f"connections took {_took(first.times.median)} to open at first and {_took(last.times.median)} "
            f"with {last.open_at_end:,} open (medians)"
        )
    if found.health_slower:
        idle, loaded = (found.health[phase].times.median for phase in ("before", "held"))
        yield f"health checks took {_took(idle)} before and {_took(loaded)} under load (medians)"
    held = found.health.get("held")
    if found.health_fails and not (held and held.good * 2 < held.requests):
        bad = sum(checks.requests - checks.good for checks in found.loaded)
        total = sum(checks.requests for checks in found.loaded)
        yield f"{bad:,} of {pluralize(total, 'health check')} failed under load, and none before"


def _good_signs(found: LoadFindings) -> Iterator[str]:
    """Yield what went well."""
    connections = found.connections
    if connections.opened == connections.tried:
        whole = "" if found.ended_early else f" in {found.plan.seconds:g} s"
        kept = "" if connections.lost else f"; none closed by the service{whole}"
        yield f"{_describe_opened(found)}{kept}"
    before = found.health.get("before")
    if before and not before.good:
        yield f"the health check {found.plan.probe.health} was not answered 2xx before the load either"
    if found.health_slower is False and not found.health_fails:
        yield "health checks are as fast under load as before"
    after = found.health.get("after")
    if after and found.degrades and after.good == after.requests:
        yield f"health checks were answered 2xx after the load, in {_took(after.times.median)} (median)"


def _doubt(found: LoadFindings) -> str:
    """Return why failures may be the client's or the network's, "" if they are the service's."""
    failed = found.connections.tried - found.connections.opened
    by_words = {failure.says: failure.count for failure in found.connections.failures}
    refused = sum(count for says, count in by_words.items() if says.startswith(_CREDENTIALS))
    policy = sum(close.count for close in found.connections.closes if close.code == _POLICY)
    if not found.token and 2 * (refused + policy) > failed + found.connections.lost:
        return "the service refuses a client without a token: give one with --token-env"
    network = sum(count for says, count in by_words.items() if says.startswith(_CLIENT_FAULTS))
    redirected = sum(count for says, count in by_words.items() if says.startswith("3"))
    if 2 * network > failed + found.connections.lost:
        return "most failures are DNS or network failures, which may be on this side"
    if 2 * redirected > failed + found.connections.lost:
        return "most handshakes were redirected, and redirects are not followed: give the address they name"
    return ""


def _describe_opened(found: LoadFindings) -> str:
    connections = found.connections
    return f"{connections.opened:,} of {pluralize(connections.tried, 'WebSocket connection')} opened"


def _describe_break(found: LoadFindings) -> str:
    """Return how many connections were open when handshakes began to fail."""
    first = min(failure.open_at_first for failure in found.connections.failures)
    return f"failures began with {first if found.breaks_at is None else found.breaks_at:,} open"


def _describe_failures(found: LoadFindings) -> str:
    """Return the most frequent reason for which connections were not opened."""
    first, *others = found.connections.failures
    more = f" (and {pluralize(len(others), 'other reason')})" if others else ""
    return f"{pluralize(first.count, 'handshake')} ended in: {first.says}{more}"


def _describe_lost(found: LoadFindings) -> str:
    connections, first = found.connections, found.connections.closes[0]
    return (
        f"the service closed {connections.lost:,} of {pluralize(connections.opened, 'connection')}, "
        f"from {first.after:.1f} s on, most with code {first.code}"
    )


def _took(median: float | None) -> str:
    return format_seconds(median or 0.0)
