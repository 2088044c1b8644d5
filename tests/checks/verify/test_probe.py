"""A probe of a real server in each state that it can be in: what is told, what it decides, and what it never does."""

import json
import socket
import threading
from collections.abc import Sequence
from typing import Any

import msgspec
import pytest

from tests.fakes.service import STATES, Service
from tests.fakes.service.states import EVENTS, Reply, State
from triage import pipeline
from triage.checks.verify import foresee, placed, probe, service_of
from triage.checks.verify.probe import REQUESTS
from triage.errors import UsageError
from triage.models import Probed, ProbePlan, Run

SERVICE = "netra-backend-staging"
PACKS = pipeline.load_packs()
#: What each state decides as a client sees it, and the causes that it shows.
SHOWN: dict[str, tuple[str, list[str]]] = {
    "healthy": ("ready", []),
    "header-check": ("ready", ["client-header-check"]),
    "cached-refusal": ("degraded", ["client-endpoint-failing"]),
    "not-ready": ("not_ready", ["client-unavailable"]),
    "401": ("unknown", ["client-credentials"]),
    "403": ("unknown", ["client-credentials"]),
    "token": ("unknown", ["client-credentials"]),
    "404": ("not_ready", ["client-socket-not-found"]),
    "408": ("not_ready", ["client-unavailable"]),
    "426": ("not_ready", ["client-not-upgraded"]),
    "redirect": ("unknown", ["client-not-upgraded"]),
    "plain-200": ("not_ready", ["client-not-upgraded"]),
    "slow": ("not_ready", ["client-unreachable"]),
    "slow-body": ("degraded", ["client-endpoint-failing"]),
    "upgrade-fails": ("degraded", ["client-endpoint-failing"]),
    "unhealthy": ("degraded", ["client-endpoint-failing"]),
    "endless": ("ready", []),
    "closes-1011": ("not_ready", ["client-socket-closed"]),
    "closes-at-once": ("not_ready", ["client-socket-closed"]),
    "closes-1008": ("unknown", ["client-credentials"]),
    "breaks-off": ("not_ready", ["client-socket-closed"]),
    "events-missing": ("not_ready", ["client-events-missing"]),
    "events-out-of-order": ("degraded", ["client-events-out-of-order"]),
    "events-slow": ("not_ready", ["client-events-missing"]),
    "chatty": ("not_ready", ["client-events-missing"]),
    "huge-message": ("not_ready", ["client-socket-closed"]),
    "echo": ("ready", []),
    "self-signed": ("not_ready", ["client-tls"]),
    "broken-http": ("not_ready", ["client-protocol"]),
    "endless-headers": ("not_ready", ["client-protocol"]),
    "hang-up": ("not_ready", ["client-protocol"]),
}
#: States in which something is waited for until the time is up: as long as it takes to see it.
WAITED = {"slow": 0.3, "slow-body": 0.5, "events-missing": 0.5, "events-slow": 0.5, "chatty": 0.5}


def plan(url: str, state: str = "", **fields: Any) -> ProbePlan:
    seconds = WAITED.get(state, 20.0)
    made = ProbePlan(url=url, service=SERVICE, timeout=seconds, patience=seconds)
    return msgspec.structs.replace(made, **fields)


def asked(service: Service, state: str = "", token: str = "", **fields: Any) -> Probed:
    return probe(plan(service.url, state, **fields), token, agent="triage-verify/test")


def probed(state: str | State, token: str = "", **fields: Any) -> Probed:
    with Service(state) as service:
        return asked(service, state if isinstance(state, str) else "", token, **fields)


def entries(seen: Probed) -> list[dict[str, Any]]:
    return [json.loads(line) for line in seen.lines]


def told(seen: Probed) -> list[str]:
    """Return the lines without the probe's name and the time that each took."""
    messages = (entry["jsonPayload"]["message"] for entry in entries(seen))
    return [
        message.split(" ", 3)[3].rpartition(" in ")[0] or message.split(" ", 3)[3] for message in messages
    ]


def run_of(seen: Probed) -> Run:
    (run,) = pipeline.judge_probe(seen, PACKS).timeline.runs
    return run


def test_every_state_is_tried() -> None:
    assert SHOWN.keys() == STATES.keys()


@pytest.mark.parametrize("state", STATES)
def test_each_state_is_seen_as_what_it_is(state: str) -> None:
    verdict, causes = SHOWN[state]
    analysis = pipeline.judge_probe(probed(state), PACKS)
    (run,) = analysis.timeline.runs
    assert (run.kind, run.verdict, run.complete, run.service) == ("probe", verdict, True, SERVICE)
    assert analysis.diagnosis.verdict == {"unknown": "inconclusive"}.get(verdict, verdict)
    assert [incident.cause for incident in analysis.diagnosis.incidents] == causes
    assert analysis.diagnosis.coverage.unmatched == 0
    assert [step.step for step in run.steps][-1] == "verdict"


def test_what_a_healthy_service_is_asked_is_told_line_by_line() -> None:
    pairs = [
        line
        for path in ("/ws/health", "/ws/config", "/ws/beacon")
        for line in (f"plain GET {path}: 200", f"upgraded GET {path}: 403")
    ]
    assert told(probed("healthy")) == [
        "started: at most 8 requests, socket /ws, 5 events, without a token",
        *pairs,
        "plain GET /health: 200",
        "socket /ws: 101",
        *(f"event {event}: came" for event in EVENTS),
        "ended: ready",
    ]


def test_the_header_check_is_named_by_the_difference_that_headers_make() -> None:
    lines = told(probed("header-check"))
    assert "plain GET /ws/health: 503, error service_not_ready, state unknown, failed services []" in lines
    assert (
        "headers decide on /ws/health: plain GET 503 with state unknown and no failed service, upgraded GET 403"
    ) in lines
    assert lines[-1] == "ended: ready"


@pytest.mark.parametrize(
    "state",
    [
        # A verdict stands behind one of the refusals, so the others may be that verdict from the cache.
        State(plain=STATES["header-check"].plain, handshake=STATES["not-ready"].handshake),
        # The same refusal with and without headers.
        State(plain=STATES["header-check"].plain, handshake=Reply(503, b"")),
    ],
)
def test_the_header_check_is_not_blamed_where_a_websocket_is_refused_as_well(state: State) -> None:
    seen = probed(state)
    assert not [line for line in told(seen) if line.startswith("headers decide")]
    assert [incident.cause for incident in pipeline.judge_probe(seen, PACKS).diagnosis.incidents] == [
        "client-unavailable"
    ]


def test_no_more_is_asked_than_was_said_before() -> None:
    with Service("healthy") as service:
        asked(service)
    kinds = [(kind, path) for kind, path, _ in service.application.asked]
    assert len(kinds) == REQUESTS
    assert kinds == [
        *((kind, f"/ws/{name}") for name in ("health", "config", "beacon") for kind in ("http", "websocket")),
        ("http", "/health"),
        ("websocket", "/ws"),
    ]


def test_what_will_be_sent_is_said_with_its_bounds() -> None:
    assert foresee(plan("https://shop.example.com", timeout=10.0, patience=30.0, message="hello"), "") == [
        "asking shop.example.com as a client: at most 8 requests, 112 s, without a token; redirects are not followed",
        "  GET https://shop.example.com/ws/health, plainly and with upgrade headers",
        "  GET https://shop.example.com/ws/config, plainly and with upgrade headers",
        "  GET https://shop.example.com/ws/beacon, plainly and with upgrade headers",
        "  GET https://shop.example.com/health",
        (
            "  WebSocket wss://shop.example.com/ws, then hello is sent and agent_started, agent_thinking, "
            "tool_executing, tool_completed, agent_completed are waited for, 30 s"
        ),
    ]
    assert (
        "then a message of 300 characters is sent"
        in foresee(plan("https://a.invalid", message="x" * 300), "")[-1]
    )
    assert "then a\\x1b[31m is sent" in foresee(plan("https://a.invalid", message="a\x1b[31m"), "")[-1]
    assert foresee(plan("https://shop.example.com", events=()), "t")[0].endswith(
        "with a bearer token; redirects are not followed"
    )


def test_the_message_path_and_events_are_those_of_the_plan() -> None:
    with Service(State(events=("done",))) as service:
        seen = asked(service, message="go", events=("done",))
    assert service.application.heard == ["go"]
    assert run_of(seen).verdict == "ready"
    with Service("healthy") as service:
        assert "socket /chat: 403" in told(asked(service, socket="/chat"))


def test_an_event_may_be_named_in_the_data_of_a_message() -> None:
    message = {"type": "system_message", "data": {"event": "connection_established"}}
    from triage.checks.verify.talking import _named

    assert _named(json.dumps(message)) == ["system_message", "connection_established"]
    assert _named(b"\xff") == _named("[1]") == _named('{"type": 7}') == []


def test_without_events_nothing_is_sent_and_an_open_socket_is_enough() -> None:
    with Service("healthy") as service:
        seen = asked(service, events=())
    assert service.application.heard == []
    assert told(seen)[-2:] == ["socket /ws: 101", "ended: ready"]


def test_a_socket_that_is_closed_at_once_is_not_open_although_nothing_is_waited_for() -> None:
    seen = probed("closes-at-once", events=())
    assert told(seen)[-2:] == ["socket /ws: closed with code 1011 after 0 of 0 events", "ended: not ready"]


def test_a_token_opens_what_asks_for_one_and_stands_in_no_line() -> None:
    seen = probed("token", "let-me-in")
    assert run_of(seen).verdict == "ready"
    assert b"let-me-in" not in b"".join(seen.lines)


def test_a_token_that_the_service_repeats_is_taken_out() -> None:
    seen = probed("echo", "let-me-in")
    text = b"".join(seen.lines)
    assert b"Bearer <token>" in text
    assert b"200, error <token> in" in text
    assert b"let-me-in" not in text


def test_a_token_that_is_refused_with_403_fails_a_client_that_has_one() -> None:
    assert run_of(probed("403", "not-this-one")).verdict == "not_ready"
    assert run_of(probed("401", "not-this-one")).verdict == "unknown"
    assert run_of(probed("closes-1008", "not-this-one")).verdict == "not_ready"


def test_no_redirect_is_followed_with_a_token_or_without() -> None:
    with Service("healthy") as elsewhere:
        away = Reply(307, b"", (("location", f"{elsewhere.url}/ws"),))
        with Service(State(plain=away, health=away, handshake=away)) as service:
            seen = asked(service, token="let-me-in")
    assert elsewhere.application.asked == []
    assert "socket /ws: 307" in told(seen)
    kept = [entry["jsonPayload"].get("probe", {}).get("location") for entry in entries(seen)]
    assert f"{elsewhere.url}/ws" in kept


def test_no_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert run_of(probed("healthy")).verdict == "ready"


def test_a_body_without_an_end_is_read_to_a_bound() -> None:
    seen = probed("endless")
    plain = [entry["jsonPayload"]["probe"] for entry in entries(seen) if "plain GET /ws" in str(entry)]
    assert all(kept["body_cut"] and len(kept["body"]) <= 2000 for kept in plain)


def test_text_of_the_service_is_kept_and_never_matched() -> None:
    hostile = "CRITICAL FAIL: database: Not ready\nContainer called exit(3).\n\x1b[2J@all <script>"
    body = json.dumps(
        {"error": hostile, "details": {"state": hostile, "failed_services": [hostile]}}
    ).encode()
    seen = probed(State(health=Reply(503, body)))
    assert "plain GET /health: 503, failed services []" in told(seen)
    assert any("Container called exit" in str(entry["jsonPayload"].get("probe")) for entry in entries(seen))
    causes = [incident.cause for incident in pipeline.judge_probe(seen, PACKS).diagnosis.incidents]
    assert causes == ["client-endpoint-failing"]


def test_a_certificate_that_this_machine_trusts_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    with Service("self-signed") as service:
        monkeypatch.setenv("SSL_CERT_FILE", str(service.certificate))
        assert run_of(asked(service, token="over-tls")).verdict == "ready"


def test_a_name_that_does_not_resolve_decides_nothing() -> None:
    seen = probe(plan("https://shop.invalid"), "", agent="triage-verify/test")
    assert told(seen)[-2:] == ["socket /ws: DNS failure", "ended: unknown"]
    assert pipeline.judge_probe(seen, PACKS).diagnosis.verdict == "inconclusive"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_port_where_nobody_listens_refuses(host: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    seen = probe(plan(f"http://{host}:{port}"), "", agent="triage-verify/test")
    assert told(seen)[-2:] == ["socket /ws: connection refused", "ended: not ready"]


def test_the_lines_are_log_entries_of_the_service_in_a_log_of_their_own() -> None:
    with Service("healthy") as service:
        seen = asked(service, project="demo")
    made = entries(seen)
    assert {entry["logName"] for entry in made} == {"projects/demo/logs/triage.verify"}
    assert {entry["resource"]["labels"]["service_name"] for entry in made} == {SERVICE}
    assert {entry["resource"]["type"] for entry in made} == {"cloud_run_revision"}
    assert len({entry["insertId"] for entry in made}) == len(made)
    times = [entry["timestamp"] for entry in made]
    assert times == sorted(set(times))
    request = next(entry["httpRequest"] for entry in made if "plain GET /health" in str(entry))
    assert request | {"latency": ""} == {
        "requestMethod": "GET",
        "requestUrl": f"{service.url}/health",
        "status": 200,
        "latency": "",
        "userAgent": "triage-verify/test",
    }


def test_the_service_is_told_the_trace_that_each_line_names() -> None:
    with Service("healthy") as service:
        seen = asked(service)
    sent = [headers["traceparent"].split("-")[1] for _, _, headers in service.application.asked]
    assert sorted(set(sent)) == sorted(sent) == sorted(seen.traces)
    assert set(sent) == {entry["trace"] for entry in entries(seen) if "trace" in entry}


def test_a_clock_that_stands_still_gives_each_line_its_own_time() -> None:
    with Service("healthy") as service:
        seen = probe(
            plan(service.url), "", agent="triage-verify/test", clock=lambda: 1_700_000_000_000_000_000
        )
    assert len({entry["timestamp"] for entry in entries(seen)}) == len(seen.lines)
    assert seen.ended > seen.began


def test_a_line_is_placed_where_the_log_of_the_service_says() -> None:
    line = next(line for line in probed("healthy").lines if b"socket /ws: 101" in line)
    moved = json.loads(placed(line, "shop-00042-abc", "demo"))
    assert moved["resource"]["labels"]["revision_name"] == "shop-00042-abc"
    assert moved["logName"] == "projects/demo/logs/triage.verify"
    assert moved["trace"] == f"projects/demo/traces/{json.loads(line)['trace']}"
    assert placed(msgspec.json.encode(moved), "", "other") == msgspec.json.encode(moved)


@pytest.mark.parametrize(
    ("fields", "token", "said"),
    [
        ({"socket": "/ws?key=1"}, "", "no plain path"),
        ({"events": ("agent started",)}, "", "no name of an event"),
        ({"events": ("a", "a")}, "", "named twice"),
        ({"message": "x" * 70_000}, "", "longer than 64 KiB"),
        ({}, "two words", "no header takes"),
        ({}, "line\r\nX-Evil: 1", "no header takes"),
        ({"url": "http://shop.example.com"}, "hunter2", "not sent without TLS"),
        ({"url": "https://me:hunter2@shop.example.com"}, "", "holds credentials"),
    ],
)
def test_what_cannot_be_asked_is_refused_before_anything_is_sent(
    fields: dict[str, Any], token: str, said: str
) -> None:
    made = plan(**({"url": "https://shop.invalid"} | fields))
    for ask in (lambda: foresee(made, token), lambda: probe(made, token, agent="a")):
        with pytest.raises(UsageError) as refused:
            ask()
        assert said in str(refused.value)
        assert "hunter2" not in str(refused.value)


def test_the_name_that_was_given_goes_before_that_of_the_host() -> None:
    assert service_of(ProbePlan(url="https://shop-a1b2c3d4e5-uc.a.run.app")) == "shop"
    assert service_of(ProbePlan(url="https://shop-a1b2c3d4e5-uc.a.run.app", service="till")) == "till"


def test_probes_beside_each_other_are_told_apart() -> None:
    seen: list[Probed] = []

    def ask(state: str) -> None:
        seen.append(probed(state))

    both: Sequence[threading.Thread] = [
        threading.Thread(target=ask, args=[state]) for state in ("healthy", "404")
    ]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    together = msgspec.structs.replace(seen[0], lines=[line for one in seen for line in one.lines])
    verdicts = {run.verdict for run in pipeline.judge_probe(together, PACKS).timeline.runs}
    assert verdicts == {"ready", "not_ready"}
