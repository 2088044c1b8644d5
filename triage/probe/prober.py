"""Run a probe: plain and upgraded requests, a WebSocket and its events, as a pack says.

Each step is logged as a line; the last line is the verdict.
"""

import asyncio
import re
import ssl
import time
from collections.abc import Callable, Iterator

import msgspec

from triage.errors import UsageError
from triage.models import ProbePlan, ProbeResult, Verdict
from triage.probe.address import Address, parse_address, validate_path
from triage.probe.answers import Answer
from triage.probe.limits import CLOSING, HELD
from triage.probe.log_lines import ProbeLog, Trace
from triage.text import clean

#: The close code of a policy violation (RFC 6455).
_POLICY = 1008
_EVENT = re.compile(r"[A-Za-z][\w.:-]{0,63}", re.ASCII)
_TOKEN = re.compile(r"[\x21-\x7e]{1,8192}", re.ASCII)
#: Longest message in bytes, and the number of its characters that the plan shows.
_MAX_MESSAGE, _MAX_SHOWN = 64 << 10, 200

Clock = Callable[[], int]


def plan_probe(plan: ProbePlan, token: str) -> list[str]:
    """Return sentences about what a probe would send, and at most how much.

    Nothing is sent.

    Raises:
        UsageError: the plan is invalid.

    """
    address = validate_plan(plan, token)
    seconds = count_requests(plan) * plan.timeout + _socket_seconds(plan)
    first = (
        f"asking {address.authority} as a client: at most {count_requests(plan)} requests, {seconds:g} s, "
    )
    first += "with a bearer token" if token else "without a token"
    return [
        f"{first}; redirects are not followed",
        *(f"  GET {address.http(path)}, plainly and with upgrade headers" for path in plan.paths),
        f"  GET {address.http(plan.health)}",
        *(
            [f"  WebSocket {address.socket(plan.socket)}, {_describe_conversation(plan)}"]
            if plan.socket
            else []
        ),
    ]


def run_probe(plan: ProbePlan, token: str, *, agent: str, clock: Clock = time.time_ns) -> ProbeResult:
    """Probe a service as a client would, and return the log lines.

    Raises:
        UsageError: the plan is invalid; nothing was sent.

    """
    address = validate_plan(plan, token)
    lines = ProbeLog(
        service=service_name(plan),
        project=plan.project,
        region=address.region,
        agent=agent,
        token=token,
        clock=clock,
    )
    asyncio.run(_Prober(plan, address, token, agent, lines).run())
    return ProbeResult(
        service=service_name(plan),
        project=plan.project,
        lines=[msgspec.json.encode(entry) for entry in lines.entries],
        began=lines.began,
        ended=lines.ended,
        traces=frozenset(lines.traces),
    )


def count_requests(plan: ProbePlan) -> int:
    """Return how many requests a probe sends at most."""
    return 2 * len(plan.paths) + 1 + bool(plan.socket)


def service_name(plan: ProbePlan) -> str:
    """Return the name of the service: as given, else by the host, else the host."""
    return plan.service or parse_address(plan.url).service


def request_headers(trace: Trace, token: str) -> dict[str, str]:
    """Return the headers of a request: its trace, and the token if there is one."""
    allowed = {"Authorization": f"Bearer {token}"} if token else {}
    return {"traceparent": trace.header, **allowed}


def _socket_seconds(plan: ProbePlan) -> float:
    return (plan.patience if plan.events else HELD) + CLOSING if plan.socket else 0.0


def validate_plan(plan: ProbePlan, token: str) -> Address:
    """Return the address of a valid plan.

    Raises:
        UsageError: the plan is invalid.

    """
    address = parse_address(plan.url)
    for path in filter(None, (*plan.paths, plan.health, plan.socket)):
        validate_path(path)
    if plan.events and not plan.socket:
        raise UsageError("events come on a WebSocket, and none is named", "give --socket PATH as well")
    for event in plan.events:
        if _EVENT.fullmatch(event) is None:
            raise UsageError(f"{event!r} is not a valid event name", "use a name such as message_received")
    if len(set(plan.events)) < len(plan.events):
        raise UsageError("an event is named twice", "name each once, in the order in which they come")
    if len(plan.message.encode()) > _MAX_MESSAGE:
        raise UsageError("the message is longer than 64 KiB", "send a shorter one")
    if token and _TOKEN.fullmatch(token) is None:
        raise UsageError("the token holds spaces or other characters that no header takes", "look at its end")
    if token and not (address.secure or address.loopback):
        raise UsageError("a token is not sent without TLS", "give an https address")
    return address


def _describe_conversation(plan: ProbePlan) -> str:
    if not plan.events:
        return "opened and closed; nothing is sent"
    events = ", ".join(plan.events)
    return f"then {describe_message(plan)} is sent and {events} are waited for, {plan.patience:g} s"


def describe_message(plan: ProbePlan) -> str:
    """Return the message of a plan, or its length where it is long."""
    if len(plan.message) > _MAX_SHOWN:
        return f"a message of {len(plan.message):,} characters"
    return clean(plan.message)


class _Prober:
    """A probe in progress."""

    def __init__(self, plan: ProbePlan, address: Address, token: str, agent: str, lines: ProbeLog) -> None:
        self._plan = plan
        self._address = address
        self._token = token
        self._agent = agent
        self._log = lines
        self._context = ssl.create_default_context()

    async def run(self) -> None:
        """Send all requests in sequence, then log the verdict."""
        plan = self._plan
        self._log.add_line(
            f"started: at most {count_requests(plan)} requests, "
            f"{f'socket {plan.socket}' if plan.socket else 'no socket'}, {len(plan.events)} events, "
            f"{'with' if self._token else 'without'} a token"
        )
        pairs = [(path, await self._get(path), await self._get(path, upgraded=True)) for path in plan.paths]
        health = await self._get(plan.health)
        opening, verdict = await self._socket() if plan.socket else (health, _http_verdict(health))
        by_headers = list(_header_refusals(pairs, opening))
        for path, plain, upgraded in by_headers:
            self._log.add_line(
                f"headers decide on {path}: plain GET {plain.status} with state unknown and no failed "
                "service, "
                f"upgraded GET {upgraded.status}",
                "WARNING",
            )
        excused = {path for path, *_ in by_headers}
        others = [answer for path, *both in pairs if path not in excused for answer in both]
        broken = any(answer.is_broken for answer in (*others, health))
        if verdict == "ready" and broken:
            verdict = "degraded"
        self._log.add_line(
            f"ended: {verdict.replace('_', ' ')}", "ERROR" if verdict == "not_ready" else "INFO"
        )

    async def _get(self, path: str, *, upgraded: bool = False) -> Answer:
        from triage.probe.http_client import send_get, upgrade_headers

        trace, url, began = Trace.new(), self._address.http(path), time.monotonic()
        headers = {
            **request_headers(trace, self._token),
            "User-Agent": self._agent,
            **(upgrade_headers() if upgraded else {}),
        }
        answer = await send_get(
            url, headers, self._plan.response, context=self._context, seconds=self._plan.timeout
        )
        what = f"{'upgraded' if upgraded else 'plain'} GET {path}"
        severity = "WARNING" if answer.is_broken else "INFO"
        self._log.add_answer(what, url, answer, took=time.monotonic() - began, severity=severity, trace=trace)
        return answer

    async def _socket(self) -> tuple[Answer, Verdict]:
        """Open the WebSocket and wait for the events; return answer and verdict."""
        from triage.probe.websocket_client import HandshakeRefused, listen, open_socket

        path, headers = self._plan.socket, request_headers(trace := Trace.new(), self._token)
        url, began = self._address.socket(path), time.monotonic()
        received: list[str] = []

        def took() -> float:
            return time.monotonic() - began

        def notify(event: str) -> None:
            received.append(event)
            self._log.add_line(f"event {event}: came in {took():.3f}s", trace=trace)

        try:
            async with open_socket(
                url,
                headers,
                self._agent,
                keys=self._plan.response,
                context=self._context,
                seconds=self._plan.timeout,
            ) as connection:
                answer = Answer(status=101)
                self._log.add_answer(f"socket {path}", url, answer, took=took(), severity="INFO", trace=trace)
                closed = await listen(connection, self._plan, notify)
        except HandshakeRefused as refused:
            self._log.add_answer(
                f"socket {path}", url, refused.answer, took=took(), severity="ERROR", trace=trace
            )
            return refused.answer, self._refusal_verdict(refused.answer)
        if closed is not None:
            came = f"{len(received)} of {len(self._plan.events)} events"
            text = f"socket {path}: closed with code {closed.code} after {came}"
            self._log.add_line(f"{text} in {took():.3f}s", "ERROR", trace=trace, reason=closed.reason)
            return answer, "unknown" if closed.code == _POLICY and not self._token else "not_ready"
        return answer, self._event_verdict(received, took(), trace)

    def _refusal_verdict(self, answer: Answer) -> Verdict:
        """Return the verdict of a failed handshake.

        It is unknown where the client or the network may be the cause.
        """
        wants_credentials = answer.status == 401 or (answer.status == 403 and not self._token)
        redirects = answer.status is not None and 300 <= answer.status < 400
        return (
            "unknown" if wants_credentials or redirects or answer.kind in ("dns", "network") else "not_ready"
        )

    def _event_verdict(self, received: list[str], took: float, trace: Trace) -> Verdict:
        """Return the verdict by the events received on an open connection."""
        missing = [event for event in self._plan.events if event not in received]
        for event in missing:
            self._log.add_line(f"event {event}: missing in {took:.3f}s", "ERROR", trace=trace)
        if missing:
            return "not_ready"
        if received != list(self._plan.events):
            self._log.add_line(f"events: out of order: {', '.join(received)}", "WARNING", trace=trace)
            return "degraded"
        return "ready"


def _http_verdict(health: Answer) -> Verdict:
    """Return the verdict of a service without a WebSocket, by its health check."""
    if health.kind in ("dns", "network") or (
        health.status and 300 <= health.status < 500 and not health.is_broken
    ):
        return "unknown"
    return "not_ready" if health.is_broken else "ready"


def _header_refusals(
    pairs: list[tuple[str, Answer, Answer]], opening: Answer
) -> Iterator[tuple[str, Answer, Answer]]:
    """Yield the paths whose plain GET was refused only for its headers.

    A cached verdict has the same words. So no refusal is attributed to headers if a plain GET stated a
    verdict, or if a real WebSocket failed too.
    """
    if opening.is_broken or any(plain.states_verdict for _, plain, _ in pairs):
        return
    for path, plain, upgraded in pairs:
        if plain.names_no_check and not upgraded.is_broken:
            yield path, plain, upgraded
