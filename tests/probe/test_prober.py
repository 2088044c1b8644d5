"""Probes of a real server in each state: lines, verdict, and limits."""

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
from triage.errors import UsageError
from triage.models import ProbePlan, ProbeResult, Run
from triage.probe import plan_probe, run_probe, service_name, with_revision
from triage.probe.prober import count_requests

SERVICE = "netra-backend-staging"
PACKS = pipeline.load_packs()
TABLE, _ = pipeline.find_probe_table(PACKS, "https://shop.invalid", SERVICE)
#: The verdict and the causes that a probe finds in each state.
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
    "full": ("ready", []),
    "collapsing": ("ready", []),
    "slowing-down": ("ready", []),
    "broken-http": ("not_ready", ["client-protocol"]),
    "endless-headers": ("not_ready", ["client-protocol"]),
    "hang-up": ("not_ready", ["client-protocol"]),
}
#: States in which a probe waits until its time limit.
WAITED = {"slow": 0.3, "slow-body": 0.5, "events-missing": 0.5, "events-slow": 0.5, "chatty": 0.5}


def plan(url: str, state: str = "", **fields: Any) -> ProbePlan:
    seconds = WAITED.get(state, 20.0)
    made = ProbePlan(
        url=url,
        service=SERVICE,
        paths=tuple(TABLE.paths),
        health=TABLE.health,
        socket=TABLE.socket,
        message=TABLE.message,
        events=tuple(TABLE.events),
        response=TABLE.response,
        timeout=seconds,
        patience=seconds,
    )
    return msgspec.structs.replace(made, **fields)


def probe_service(service: Service, state: str = "", token: str = "", **fields: Any) -> ProbeResult:
    return run_probe(plan(service.url, state, **fields), token, agent="triage-verify/test")


def probe_state(state: str | State, token: str = "", **fields: Any) -> ProbeResult:
    with Service(state) as service:
        return probe_service(service, state if isinstance(state, str) else "", token, **fields)


def entries(result: ProbeResult) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.lines]


def masked_lines(result: ProbeResult) -> list[str]:
    """Return the lines without the probe's id and the latencies."""
    messages = (entry["jsonPayload"]["message"] for entry in entries(result))
    return [
        message.split(" ", 3)[3].rpartition(" in ")[0] or message.split(" ", 3)[3] for message in messages
    ]


def run_of(result: ProbeResult) -> Run:
    (run,) = pipeline.analyze_probe(result, PACKS).timeline.runs
    return run


def test_every_service_state_has_a_case() -> None:
    assert SHOWN.keys() == STATES.keys()


@pytest.mark.parametrize("state", STATES)
def test_each_service_state_gives_its_verdict(state: str) -> None:
    verdict, causes = SHOWN[state]
    analysis = pipeline.analyze_probe(probe_state(state), PACKS)
    (run,) = analysis.timeline.runs
    assert (run.kind, run.verdict, run.complete, run.service) == ("probe", verdict, True, SERVICE)
    assert analysis.diagnosis.verdict == {"unknown": "inconclusive"}.get(verdict, verdict)
    assert [incident.cause for incident in analysis.diagnosis.incidents] == causes
    assert analysis.diagnosis.coverage.unmatched == 0
    assert [step.step for step in run.steps][-1] == "verdict"


def test_a_probe_of_a_healthy_service_logs_each_request() -> None:
    pairs = [
        line
        for path in ("/ws/health", "/ws/config", "/ws/beacon")
        for line in (f"plain GET {path}: 200", f"upgraded GET {path}: 403")
    ]
    assert masked_lines(probe_state("healthy")) == [
        "started: at most 8 requests, socket /ws, 5 events, without a token",
        *pairs,
        "plain GET /health: 200",
        "socket /ws: 101",
        *(f"event {event}: came" for event in EVENTS),
        "ended: ready",
    ]


def test_the_header_check_is_detected_by_comparing_plain_and_upgraded_requests() -> None:
    lines = masked_lines(probe_state("header-check"))
    assert "plain GET /ws/health: 503, error service_not_ready, state unknown, failed services []" in lines
    assert (
        "headers decide on /ws/health: plain GET 503 with state unknown and no failed service, upgraded GET "
        "403"
    ) in lines
    assert lines[-1] == "ended: ready"


@pytest.mark.parametrize(
    "state",
    [
        # One of the refusals states a verdict, so the others may be that verdict from the cache.
        State(plain=STATES["header-check"].plain, handshake=STATES["not-ready"].handshake),
        # The same refusal with and without headers.
        State(plain=STATES["header-check"].plain, handshake=Reply(503, b"")),
    ],
)
def test_the_header_check_is_not_the_cause_when_the_websocket_fails_too(state: State) -> None:
    result = probe_state(state)
    assert not [line for line in masked_lines(result) if line.startswith("headers decide")]
    assert [incident.cause for incident in pipeline.analyze_probe(result, PACKS).diagnosis.incidents] == [
        "client-unavailable"
    ]


def test_the_probe_sends_no_more_than_the_plan_states() -> None:
    with Service("healthy") as service:
        probe_service(service)
    kinds = [(kind, path) for kind, path, _ in service.application.requests]
    assert len(kinds) == count_requests(plan("https://shop.invalid"))
    assert kinds == [
        *((kind, f"/ws/{name}") for name in ("health", "config", "beacon") for kind in ("http", "websocket")),
        ("http", "/health"),
        ("websocket", "/ws"),
    ]


def test_the_plan_states_the_requests_and_their_limits() -> None:
    assert plan_probe(plan("https://shop.example.com", timeout=10.0, patience=30.0, message="hello"), "") == [
        (
            "asking shop.example.com as a client: at most 8 requests, 112 s, without a token; redirects are not "
            "followed"
        ),
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
        in plan_probe(plan("https://a.invalid", message="x" * 300), "")[-1]
    )
    assert "then a\\x1b[31m is sent" in plan_probe(plan("https://a.invalid", message="a\x1b[31m"), "")[-1]
    assert plan_probe(plan("https://shop.example.com", events=()), "t")[0].endswith(
        "with a bearer token; redirects are not followed"
    )


def test_the_message_path_and_events_are_those_of_the_plan() -> None:
    with Service(State(events=("done",))) as service:
        result = probe_service(service, message="go", events=("done",))
    assert service.application.messages == ["go"]
    assert run_of(result).verdict == "ready"
    with Service("healthy") as service:
        assert "socket /chat: 403" in masked_lines(probe_service(service, socket="/chat"))


def test_an_event_may_be_named_in_the_data_of_a_message() -> None:
    message = {"type": "system_message", "data": {"event": "connection_established"}}
    from triage.probe.websocket_client import event_names

    assert event_names(json.dumps(message)) == ["system_message", "connection_established"]
    assert event_names(b"\xff") == event_names("[1]") == event_names('{"type": 7}') == []


def test_without_events_an_open_socket_is_enough() -> None:
    with Service("healthy") as service:
        result = probe_service(service, events=())
    assert service.application.messages == []
    assert masked_lines(result)[-2:] == ["socket /ws: 101", "ended: ready"]


def test_a_socket_closed_at_once_is_not_ready_even_without_events() -> None:
    result = probe_state("closes-at-once", events=())
    assert masked_lines(result)[-2:] == [
        "socket /ws: closed with code 1011 after 0 of 0 events",
        "ended: not ready",
    ]


def test_a_token_is_sent_and_never_logged() -> None:
    result = probe_state("token", "let-me-in")
    assert run_of(result).verdict == "ready"
    assert b"let-me-in" not in b"".join(result.lines)


def test_a_token_echoed_by_the_service_is_masked() -> None:
    result = probe_state("echo", "let-me-in")
    text = b"".join(result.lines)
    assert b"Bearer <token>" in text
    assert b"200, error <token> in" in text
    assert b"let-me-in" not in text


def test_a_token_that_is_refused_with_403_fails_a_client_that_has_one() -> None:
    assert run_of(probe_state("403", "not-this-one")).verdict == "not_ready"
    assert run_of(probe_state("401", "not-this-one")).verdict == "unknown"
    assert run_of(probe_state("closes-1008", "not-this-one")).verdict == "not_ready"


def test_redirects_are_not_followed() -> None:
    with Service("healthy") as elsewhere:
        away = Reply(307, b"", (("location", f"{elsewhere.url}/ws"),))
        with Service(State(plain=away, health=away, handshake=away)) as service:
            result = probe_service(service, token="let-me-in")
    assert elsewhere.application.requests == []
    assert "socket /ws: 307" in masked_lines(result)
    kept = [entry["jsonPayload"].get("probe", {}).get("location") for entry in entries(result)]
    assert f"{elsewhere.url}/ws" in kept


def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert run_of(probe_state("healthy")).verdict == "ready"


def test_an_endless_body_is_truncated() -> None:
    result = probe_state("endless")
    plain = [entry["jsonPayload"]["probe"] for entry in entries(result) if "plain GET /ws" in str(entry)]
    assert all(kept["body_cut"] and len(kept["body"]) <= 2000 for kept in plain)


def test_text_of_the_service_is_kept_and_never_matched() -> None:
    hostile = "CRITICAL FAIL: database: Not ready\nContainer called exit(3).\n\x1b[2J@all <script>"
    body = json.dumps(
        {"error": hostile, "details": {"state": hostile, "failed_services": [hostile]}}
    ).encode()
    result = probe_state(State(health=Reply(503, body)))
    assert "plain GET /health: 503, failed services []" in masked_lines(result)
    assert any("Container called exit" in str(entry["jsonPayload"].get("probe")) for entry in entries(result))
    causes = [incident.cause for incident in pipeline.analyze_probe(result, PACKS).diagnosis.incidents]
    assert causes == ["client-endpoint-failing"]


def test_a_certificate_that_this_machine_trusts_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    with Service("self-signed") as service:
        monkeypatch.setenv("SSL_CERT_FILE", str(service.certificate))
        assert run_of(probe_service(service, token="over-tls")).verdict == "ready"


def test_a_dns_failure_gives_no_verdict() -> None:
    result = run_probe(plan("https://shop.invalid"), "", agent="triage-verify/test")
    assert masked_lines(result)[-2:] == ["socket /ws: DNS failure", "ended: unknown"]
    assert pipeline.analyze_probe(result, PACKS).diagnosis.verdict == "inconclusive"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_closed_port_refuses_the_connection(host: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    result = run_probe(plan(f"http://{host}:{port}"), "", agent="triage-verify/test")
    assert masked_lines(result)[-2:] == ["socket /ws: connection refused", "ended: not ready"]


def test_probe_lines_are_log_entries_in_their_own_log() -> None:
    with Service("healthy") as service:
        result = probe_service(service, project="demo")
    made = entries(result)
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


def test_each_request_carries_the_trace_of_its_line() -> None:
    with Service("healthy") as service:
        result = probe_service(service)
    sent = [headers["traceparent"].split("-")[1] for _, _, headers in service.application.requests]
    assert sorted(set(sent)) == sorted(sent) == sorted(result.traces)
    assert set(sent) == {entry["trace"] for entry in entries(result) if "trace" in entry}


def test_lines_have_distinct_times_with_a_stopped_clock() -> None:
    with Service("healthy") as service:
        result = run_probe(
            plan(service.url), "", agent="triage-verify/test", clock=lambda: 1_700_000_000_000_000_000
        )
    assert len({entry["timestamp"] for entry in entries(result)}) == len(result.lines)
    assert result.ended > result.began


def test_a_line_gets_the_revision_and_project_of_the_service_log() -> None:
    line = next(line for line in probe_state("healthy").lines if b"socket /ws: 101" in line)
    moved = json.loads(with_revision(line, "shop-00042-abc", "demo"))
    assert moved["resource"]["labels"]["revision_name"] == "shop-00042-abc"
    assert moved["logName"] == "projects/demo/logs/triage.verify"
    assert moved["trace"] == f"projects/demo/traces/{json.loads(line)['trace']}"
    assert with_revision(msgspec.json.encode(moved), "", "other") == msgspec.json.encode(moved)


@pytest.mark.parametrize(
    ("fields", "token", "said"),
    [
        ({"socket": "/ws?key=1"}, "", "no plain path"),
        ({"events": ("agent started",)}, "", "is not a valid event name"),
        ({"events": ("a", "a")}, "", "named twice"),
        ({"message": "x" * 70_000}, "", "longer than 64 KiB"),
        ({}, "two words", "no header takes"),
        ({}, "line\r\nX-Evil: 1", "no header takes"),
        ({"url": "http://shop.example.com"}, "hunter2", "not sent without TLS"),
        ({"url": "https://me:hunter2@shop.example.com"}, "", "holds credentials"),
    ],
)
def test_an_invalid_plan_is_rejected_before_anything_is_sent(
    fields: dict[str, Any], token: str, said: str
) -> None:
    made = plan(**({"url": "https://shop.invalid"} | fields))
    for ask in (lambda: plan_probe(made, token), lambda: run_probe(made, token, agent="a")):
        with pytest.raises(UsageError) as refused:
            ask()
        assert said in str(refused.value)
        assert "hunter2" not in str(refused.value)


def test_a_given_service_name_overrides_the_host() -> None:
    assert service_name(ProbePlan(url="https://shop-a1b2c3d4e5-uc.a.run.app")) == "shop"
    assert service_name(ProbePlan(url="https://shop-a1b2c3d4e5-uc.a.run.app", service="till")) == "till"


def test_concurrent_probes_have_distinct_ids() -> None:
    result: list[ProbeResult] = []

    def ask(state: str) -> None:
        result.append(probe_state(state))

    both: Sequence[threading.Thread] = [
        threading.Thread(target=ask, args=[state]) for state in ("healthy", "404")
    ]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    together = msgspec.structs.replace(result[0], lines=[line for one in result for line in one.lines])
    verdicts = {run.verdict for run in pipeline.analyze_probe(together, PACKS).timeline.runs}
    assert verdicts == {"ready", "not_ready"}
