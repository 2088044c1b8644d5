"""Answers are logged in fixed words, whatever the service sends."""

import errno
import socket
import ssl

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.exceptions import InvalidMessage

from triage.models import PROBE_PACK, Entry, ResponseKeys, Source
from triage.pipeline import load_packs
from triage.probe.answers import Answer, answer_from_error, answer_from_response
from triage.rules import Matcher

MATCHER = Matcher([pack for pack in load_packs() if pack.id == PROBE_PACK])
KEYS = ResponseKeys(no_state="unknown", failed="failed_services")


def rule(text: str) -> str:
    """Return the rule that matches a line of a probe."""
    entry = Entry(
        timestamp=0,
        message=f"client probe 5e1f0a9c {text}",
        log_name="triage.verify",
        source=Source("probe", 1),
    )
    event = MATCHER.match(entry)
    return event.rule if event else ""


def test_the_names_in_a_503_body_are_read() -> None:
    body = b'{"error": "service_not_ready", "details": {"state": "failed", "failed_services": ["redis", "database"]}}'
    answer = answer_from_response(503, body, KEYS)
    assert str(answer) == "503, error service_not_ready, state failed, failed services [redis, database]"
    assert answer.states_verdict


def test_a_header_check_refusal_names_no_check() -> None:
    body = b'{"error": "service_not_ready", "details": {"state": "unknown", "failed_services": []}}'
    assert answer_from_response(503, body, KEYS).names_no_check
    assert not answer_from_response(503, b"", KEYS).names_no_check
    assert not answer_from_response(200, body, KEYS).names_no_check


def test_the_keys_of_a_body_are_those_of_the_pack() -> None:
    keys = ResponseKeys(details="desk", error="problem", state="is", no_state="dark", failed="broken")
    dark = b'{"problem": "closed", "desk": {"is": "dark", "broken": []}}'
    assert (
        str(answer_from_response(503, dark, keys)) == "503, error closed, state unknown, failed services []"
    )
    assert answer_from_response(503, dark, keys).names_no_check
    shut = answer_from_response(503, b'{"desk": {"is": "shut", "broken": ["scales"]}}', keys)
    assert (str(shut), shut.states_verdict) == ("503, state shut, failed services [scales]", True)
    assert str(answer_from_response(503, dark, ResponseKeys())) == "503"


def test_top_level_names_in_a_body_are_read() -> None:
    assert str(answer_from_response(503, b'{"state": "failed", "failed_services": ["redis"]}', KEYS)) == (
        "503, state failed, failed services [redis]"
    )


@pytest.mark.parametrize(
    "body",
    [
        b"<html>Service Unavailable</html>",
        b"\xff\xfe\x00",
        b"[" * 100_000,
        b'{"error": {"a": 1}, "details": [], "failed_services": "all"}',
        b'{"error": "two words", "details": {"state": "\\u001b[31mred", "failed_services": ["a, b] in 1.000s", 7]}}',
    ],
)
def test_other_bodies_add_no_name_to_the_line(body: bytes) -> None:
    answer = answer_from_response(503, body, KEYS)
    assert str(answer) in ("503", "503, failed services []")


@given(st.integers(100, 599), st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_every_answer_gives_one_line_that_a_rule_matches(status: int, body: bytes) -> None:
    said = str(answer_from_response(status, body, KEYS))
    assert said.isprintable()
    assert rule(f"plain GET /ws/health: {said} in 0.003s")
    assert rule(f"upgraded GET /ws/health: {said} in 0.003s")
    assert rule(f"socket /ws: {said} in 0.003s")


@given(
    st.dictionaries(
        st.sampled_from(["error", "state", "failed_services", "details"]),
        st.recursive(
            st.text(max_size=70) | st.integers() | st.none(),
            lambda inner: (
                st.lists(inner, max_size=15)
                | st.dictionaries(st.sampled_from(["state", "failed_services"]), inner)
            ),
            max_leaves=20,
        ),
    )
)
def test_any_names_in_a_body_give_a_line_that_a_rule_matches(body: dict[str, object]) -> None:
    import json

    said = str(answer_from_response(503, json.dumps(body).encode(), KEYS))
    assert said.isprintable()
    assert rule(f"plain GET /ws/health: {said} in 0.003s")
    assert rule(f"socket /ws: {said} in 0.003s")


def _because(outer: Exception, inner: BaseException) -> Exception:
    outer.__cause__ = inner
    return outer


EXPIRED = ssl.SSLCertVerificationError(1, "certificate verify failed: certificate has expired")
EXPIRED.verify_message = "certificate has expired"


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (_because(httpx.ConnectError(""), EXPIRED), "TLS failure, certificate has expired"),
        (ssl.SSLError(1, "[SSL] wrong version number"), "TLS failure, no reason given"),
        (_because(httpx.ConnectError(""), socket.gaierror(-2, "Name or service not known")), "DNS failure"),
        (ConnectionRefusedError(errno.ECONNREFUSED, "refused"), "connection refused"),
        (
            OSError("Multiple exceptions: [Errno 111] Connect call failed, [Errno 111] Connect call failed"),
            "connection refused",
        ),
        (
            OSError("Multiple exceptions: [Errno 111] Connect call failed, [Errno 101] unreachable"),
            "network failure",
        ),
        (OSError(errno.ENETUNREACH, "Network is unreachable"), "network failure"),
        (TimeoutError(), "timed out"),
        (httpx.RemoteProtocolError("illegal status line: bytearray(b'\x1b[31m')"), "protocol error"),
        (InvalidMessage("did not receive a valid HTTP response"), "protocol error"),
        (_because(InvalidMessage("no answer"), EOFError()), "protocol error"),
    ],
)
def test_the_innermost_error_decides_the_kind_of_failure(error: Exception, said: str) -> None:
    answer = answer_from_error(error)
    assert str(answer) == said
    assert answer.is_broken
    assert rule(f"plain GET /health: {answer} in 0.003s") == "plain-unanswered"
    assert rule(f"socket /ws: {answer} in 0.003s") in ("socket-tls", "socket-unreachable", "socket-protocol")


def test_exception_groups_are_searched() -> None:
    group = ExceptionGroup("all", [ConnectionRefusedError(errno.ECONNREFUSED, "a"), socket.gaierror(-2, "b")])
    assert str(answer_from_error(_because(OSError("All connection attempts failed"), group))) == "DNS failure"


@pytest.mark.parametrize(
    ("status", "broken"), [(200, False), (404, False), (426, False), (408, True), (500, True)]
)
def test_server_errors_and_timeouts_are_broken_and_client_errors_are_not(
    status: int,
    broken: bool,  # noqa: FBT001 (a parameter)
) -> None:
    assert Answer(status=status).is_broken == broken
