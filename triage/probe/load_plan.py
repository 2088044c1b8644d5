"""Check the plan of a load test, and say what it would send."""

import math

from triage.errors import UsageError
from triage.models import LoadPlan
from triage.probe.address import Address, parse_address
from triage.probe.limits import CLOSING
from triage.probe.prober import describe_message, validate_plan

#: The most that a load test sends: connections, connections per second, and seconds to hold them.
MAX_CONNECTIONS, MAX_RATE, MAX_SECONDS = 2000, 200.0, 900.0
#: Up to this many connections are opened on any host; more of them only on loopback, or with consent.
MAX_UNASKED = 50
#: Health checks before and after the connections.
HEALTH_CHECKS = 5
#: So many failed handshakes in a row end the opening of connections.
GIVE_UP_AFTER = 20
#: Files that the process needs beside its connections: the interpreter, the log, the health checks.
_SPARE_FILES = 64
#: Cloud Run ends a WebSocket after the request timeout of the service, which is 300 seconds unless set.
#: Source: https://cloud.google.com/run/docs/triggering/websockets
_REQUEST_TIMEOUT = 300


def plan_load(plan: LoadPlan, token: str, *, allowed_files: int | None) -> list[str]:
    """Return sentences about what a load test would send, and at most how much.

    Nothing is sent. ``allowed_files`` is how many files the process may open, None if unknown.

    Raises:
        UsageError: the plan is invalid or asks for too much, or too few files are allowed.

    """
    address = validate_load(plan, token, allowed_files=allowed_files)
    probe = plan.probe
    opening = plan.connections / plan.rate
    total = opening + plan.seconds + CLOSING + (2 * HEALTH_CHECKS + 2) * probe.timeout
    conversation = "opened and held; only pings are sent"
    if probe.events:
        conversation = (
            f"opened and held; on each of them {describe_message(probe)} is sent, which may start real work, "
            f"and {', '.join(probe.events)} are waited for"
        )
    files = "unknown" if allowed_files is None else f"{allowed_files:,} allowed"
    first = (
        f"asking {address.authority} for {plan.connections:,} WebSockets: {plan.rate:g} a second for "
        f"{opening:.3g} s, held for {plan.seconds:g} s; at most {total:.0f} s in all, "
    )
    health = f"{HEALTH_CHECKS} times before and after, and every {plan.health_every:g} s meanwhile"
    sentences = [
        first + ("with a bearer token" if token else "without a token"),
        f"  WebSocket {address.socket(probe.socket)}, {conversation}",
        f"  a ping on each every {plan.ping_every:.3g} s",
        f"  GET {address.http(probe.health)}, {health}",
        f"  files that this process opens: {needed_files(plan):,} needed, {files}",
        f"  it ends early after {GIVE_UP_AFTER} failed connections in a row, or with Ctrl-C",
    ]
    if opening + plan.seconds > _REQUEST_TIMEOUT:
        sentences.append(
            f"  Cloud Run ends a WebSocket after the request timeout of the service, {_REQUEST_TIMEOUT} s "
            "unless it is set"
        )
    return sentences


def needs_consent(plan: LoadPlan) -> bool:
    """Return whether a load test is too large to start without consent."""
    return plan.connections > MAX_UNASKED and not parse_address(plan.probe.url).loopback


def needed_files(plan: LoadPlan) -> int:
    """Return how many files the process may have to open."""
    return plan.connections + _SPARE_FILES


def validate_load(plan: LoadPlan, token: str, *, allowed_files: int | None) -> Address:
    """Return the address of a valid plan.

    Raises:
        UsageError: the plan is invalid or asks for too much, or too few files are allowed.

    """
    address = validate_plan(plan.probe, token)
    if not plan.probe.socket:
        raise UsageError("--connections opens WebSockets, and no path is named", "give --socket PATH as well")
    for option, value, most, unit in (
        ("--connections", plan.connections, MAX_CONNECTIONS, ""),
        ("--rate", plan.rate, MAX_RATE, " a second"),
        ("--for", plan.seconds, MAX_SECONDS, " s"),
    ):
        if not (math.isfinite(value) and 0 < value <= most):
            raise UsageError(
                f"{option}: {value:,.12g}{unit} is outside of what a load test may ask for",
                f"give more than 0 and at most {most:,g}{unit}",
            )
    if plan.connections / plan.rate > MAX_SECONDS:
        raise UsageError(
            f"--rate {plan.rate:g}: {plan.connections:,} connections would take more than {MAX_SECONDS:g} s",
            f"give at least {math.ceil(plan.connections / MAX_SECONDS)}",
        )
    if allowed_files is not None and allowed_files < needed_files(plan):
        raise UsageError(
            f"this process may open {allowed_files:,} files, and {plan.connections:,} connections need "
            f"{needed_files(plan):,}",
            f"run ulimit -n {needed_files(plan)} first, or open fewer",
        )
    return address
