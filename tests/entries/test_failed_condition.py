"""Where the status of an audit entry gives no reason, a condition of what is stored does."""

from typing import Any

import pytest

from tests.reading.logs import decode_entry, log

READY = {"type": "Ready", "status": "False", "message": "Image 'shop:9' not found."}
TERMINAL = {"type": "Ready", "state": "CONDITION_FAILED", "message": "Image 'shop:9' not found."}


def status_of(response: Any, status: dict[str, Any] | None, severity: str = "ERROR") -> str:
    """Return what is read of the end of a call."""
    payload = {
        "@type": "type.googleapis.com/google.cloud.audit.AuditLog",
        "methodName": "/Services.ReplaceService",
        "resourceName": "namespaces/shop-demo/services/shop-api",
        "response": response,
        **({} if status is None else {"status": status}),
    }
    entry = decode_entry(log(1, jsonPayload=None, protoPayload=payload, severity=severity))
    assert entry.audit is not None
    return entry.audit.status


@pytest.mark.parametrize(
    "response",
    [
        {"status": {"conditions": [{"type": "Active", "status": "Unknown"}, READY]}},
        {"status": {"conditions": [READY | {"type": "Completed"}]}},
        {"terminalCondition": TERMINAL},
    ],
)
@pytest.mark.parametrize("status", [{"code": 5}, {}, None])
def test_reason_is_the_condition_that_failed(response: Any, status: dict[str, Any] | None) -> None:
    assert status_of(response, status) == "Image 'shop:9' not found."


def test_status_goes_before_a_condition() -> None:
    assert status_of({"terminalCondition": TERMINAL}, {"code": 5, "message": "refused"}) == "refused"


def test_stored_state_of_a_call_that_worked_is_no_reason() -> None:
    assert status_of({"status": {"conditions": [READY]}}, {}, "NOTICE") == ""


@pytest.mark.parametrize(
    "response",
    [
        {"status": {"conditions": [READY | {"status": "True"}]}},
        {"status": "DONE"},
        {"status": {"conditions": ["Ready"]}},
        {"terminalCondition": TERMINAL | {"state": "CONDITION_SUCCEEDED"}},
        {"terminalCondition": TERMINAL | {"message": 7}},
        "not an object",
        [],
    ],
)
def test_other_responses_give_no_reason(response: Any) -> None:
    assert status_of(response, {"code": 5}) == "code 5"
