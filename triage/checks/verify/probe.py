"""The probe: plain and upgraded requests, a WebSocket and its events, each told in a line, and a verdict."""

import asyncio
import re
import ssl
import time
from collections.abc import Callable, Iterator

import msgspec

from triage.checks.verify.address import Address, address, checked_path
from triage.checks.verify.answers import Answer
from triage.checks.verify.bounds import CLOSING, HELD
from triage.checks.verify.lines import Lines, Trace
from triage.errors import UsageError
from triage.models import Probed, ProbePlan, Verdict
from triage.text import clean

#: Asked plainly and with the headers of an upgrade; a readiness check that looks at headers answers them differently.
TWICE = ("/ws/health", "/ws/config", "/ws/beacon")
HEALTH = "/health"
REQUESTS = 2 * len(TWICE) + 2
#: The close code of RFC 6455 that refuses a client by a policy.
_POLICY = 1008
_EVENT = re.compile(r"[A-Za-z][\w.:-]{0,63}", re.ASCII)
_TOKEN = re.compile(r"[\x21-\x7e]{1,8192}", re.ASCII)
#: The longest message that is sent, in bytes, and that is shown before, in characters.
_LONGEST_MESSAGE, _SHOWN = 64 << 10, 200

Clock = Callable[[], int]


def foresee(plan: ProbePlan, token: str) -> list[str]:
    """Return what a probe would send and where, and how much of it at most, a sentence each. Nothing is sent.

    Raises:
        UsageError: something cannot be asked as it was given.

    """
    where = _checked(plan, token)
    seconds = REQUESTS * plan.timeout + (plan.patience if plan.events else HELD) + CLOSING
    first = f"asking {where.authority} as a client: at most {REQUESTS} requests, {seconds:g} s, "
    first += "with a bearer token" if token else "without a token"
    return [
        f"{first}; redirects are not followed",
        *(f"  GET {where.http(path)}, plainly and with upgrade headers" for path in TWICE),
        f"  GET {where.http(HEALTH)}",
        f"  WebSocket {where.socket(plan.socket)}, {_talk(plan)}",
    ]


def probe(plan: ProbePlan, token: str, *, agent: str, clock: Clock = time.time_ns) -> Probed:
    """Ask a service as a client would, and return the lines that say how it answered.

    Raises:
        UsageError: something cannot be asked as it was given; nothing was sent.

    """
    where = _checked(plan, token)
    lines = Lines(
        service=service_of(plan),
        project=plan.project,
        region=where.region,
        agent=agent,
        token=token,
        clock=clock,
    )
    asyncio.run(_Probe(plan, where, token, agent, lines).run())
    return Probed(
        service=service_of(plan),
        project=plan.project,
        lines=[msgspec.json.encode(entry) for entry in lines.entries],
        began=lines.began,
        ended=lines.ended,
        traces=frozenset(lines.traces),
    )


def service_of(plan: ProbePlan) -> str:
    """Return the service's name: the one that was given, else what the host tells, else the host."""
    return plan.service or address(plan.url).service


def _checked(plan: ProbePlan, token: str) -> Address:
    where = address(plan.url)
    checked_path(plan.socket)
    for event in plan.events:
        if _EVENT.fullmatch(event) is None:
            raise UsageError(f"{event!r} is no name of an event", "give one such as agent_started")
    if len(set(plan.events)) < len(plan.events):
        raise UsageError("an event is named twice", "name each once, in the order in which they come")
    if len(plan.message.encode()) > _LONGEST_MESSAGE:
        raise UsageError("the message is longer than 64 KiB", "send a shorter one")
    if token and _TOKEN.fullmatch(token) is None:
        raise UsageError("the token holds spaces or other characters that no header takes", "look at its end")
    if token and not (where.secure or where.loopback):
        raise UsageError("a token is not sent without TLS", "give an https address")
    return where


def _talk(plan: ProbePlan) -> str:
    if not plan.events:
        return "opened and closed; nothing is sent"
    message = (
        plan.message if len(plan.message) <= _SHOWN else f"a message of {len(plan.message):,} characters"
    )
    return f"then {clean(message)} is sent and {', '.join(plan.events)} are waited for, {plan.patience:g} s"


class _Probe:
    """One probe under way."""

    def __init__(self, plan: ProbePlan, where: Address, token: str, agent: str, lines: Lines) -> None:
        self._plan = plan
        self._where = where
        self._token = token
        self._agent = agent
        self._lines = lines
        self._context = ssl.create_default_context()

    async def run(self) -> None:
        """Ask for everything, one after the other, then say the verdict."""
        plan = self._plan
        self._lines.say(
            f"started: at most {REQUESTS} requests, socket {plan.socket}, {len(plan.events)} events, "
            f"{'with' if self._token else 'without'} a token"
        )
        pairs = [(path, await self._ask(path), await self._ask(path, upgraded=True)) for path in TWICE]
        health = await self._ask(HEALTH)
        opening, verdict = await self._socket()
        by_headers = list(_by_headers(pairs, opening))
        for path, plain, upgraded in by_headers:
            self._lines.say(
                f"headers decide on {path}: plain GET {plain.status} with state unknown and no failed service, "
                f"upgraded GET {upgraded.status}",
                "WARNING",
            )
        excused = {path for path, *_ in by_headers}
        others = [answer for path, *both in pairs if path not in excused for answer in both]
        broken = any(answer.is_broken for answer in (*others, health))
        if verdict == "ready" and broken:
            verdict = "degraded"
        self._lines.say(f"ended: {verdict.replace('_', ' ')}", "ERROR" if verdict == "not_ready" else "INFO")

    async def _ask(self, path: str, *, upgraded: bool = False) -> Answer:
        from triage.checks.verify.asking import ask, upgrade

        trace, url, began = Trace.new(), self._where.http(path), time.monotonic()
        headers = {**self._headers(trace), "User-Agent": self._agent, **(upgrade() if upgraded else {})}
        answer = await ask(url, headers, context=self._context, seconds=self._plan.timeout)
        what = f"{'upgraded' if upgraded else 'plain'} GET {path}"
        severity = "WARNING" if answer.is_broken else "INFO"
        self._lines.answer(what, url, answer, took=time.monotonic() - began, severity=severity, trace=trace)
        return answer

    def _headers(self, trace: Trace) -> dict[str, str]:
        allowed = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        return {"traceparent": trace.header, **allowed}

    async def _socket(self) -> tuple[Answer, Verdict]:
        """Open the WebSocket and wait for the events; return how the handshake was answered, and the verdict."""
        from triage.checks.verify.talking import Refused, listen, opened

        path, headers = self._plan.socket, self._headers(trace := Trace.new())
        url, began = self._where.socket(path), time.monotonic()
        came: list[str] = []

        def took() -> float:
            return time.monotonic() - began

        def tell(event: str) -> None:
            came.append(event)
            self._lines.say(f"event {event}: came in {took():.3f}s", trace=trace)

        try:
            async with opened(
                url, headers, self._agent, context=self._context, seconds=self._plan.timeout
            ) as connection:
                answer = Answer(status=101)
                self._lines.answer(f"socket {path}", url, answer, took=took(), severity="INFO", trace=trace)
                closed = await listen(connection, self._plan, tell)
        except Refused as refused:
            self._lines.answer(
                f"socket {path}", url, refused.answer, took=took(), severity="ERROR", trace=trace
            )
            return refused.answer, self._refused(refused.answer)
        if closed is not None:
            said = f"socket {path}: closed with code {closed.code} after {len(came)} of {len(self._plan.events)} events"
            self._lines.say(f"{said} in {took():.3f}s", "ERROR", trace=trace, reason=closed.reason)
            return answer, "unknown" if closed.code == _POLICY and not self._token else "not_ready"
        return answer, self._heard(came, took(), trace)

    def _refused(self, answer: Answer) -> Verdict:
        """Return what a failed handshake says: nothing, where the fault may be the client's or on its way."""
        wants_credentials = answer.status == 401 or (answer.status == 403 and not self._token)
        redirects = answer.status is not None and 300 <= answer.status < 400
        return (
            "unknown" if wants_credentials or redirects or answer.kind in ("dns", "network") else "not_ready"
        )

    def _heard(self, came: list[str], took: float, trace: Trace) -> Verdict:
        """Return what the events say that came while the connection stood."""
        missing = [event for event in self._plan.events if event not in came]
        for event in missing:
            self._lines.say(f"event {event}: missing in {took:.3f}s", "ERROR", trace=trace)
        if missing:
            return "not_ready"
        if came != list(self._plan.events):
            self._lines.say(f"events: out of order: {', '.join(came)}", "WARNING", trace=trace)
            return "degraded"
        return "ready"


def _by_headers(
    pairs: list[tuple[str, Answer, Answer]], opening: Answer
) -> Iterator[tuple[str, Answer, Answer]]:
    """Yield the paths whose plain GET was refused for its headers alone.

    A cached verdict is told in the same words, so none is believed to be of the headers where a plain GET gave a
    verdict, or where a real WebSocket failed too.
    """
    if opening.is_broken or any(plain.says_a_verdict for _, plain, _ in pairs):
        return
    for path, plain, upgraded in pairs:
        if plain.says_nothing and not upgraded.is_broken:
            yield path, plain, upgraded
