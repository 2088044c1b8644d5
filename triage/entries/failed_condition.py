"""The reason of a failed deployment where the audit entry's status holds none: a condition of what is stored.

The conditions are those of ``google.cloud.run.v1`` (``status.conditions``) and ``google.cloud.run.v2``
(``terminalCondition``), as in the API references of Cloud Run.
"""

from typing import Any

import msgspec

from triage.models.layouts import find_audit_log, fold_keys, parse_json_object

_DECIDING = frozenset({"Ready", "Completed"})


def failed_condition(data: bytes) -> str:
    """Return the message of the deciding condition that is False in a record, "" where there is none."""
    try:
        record = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return ""
    log = find_audit_log(fold_keys(record)) if isinstance(record, dict) else None
    response = parse_json_object(_member(log, "response"))
    conditions = _member(_member(response, "status"), "conditions")
    found = [one for one in conditions if isinstance(one, dict)] if isinstance(conditions, list) else []
    for condition in found:
        if condition.get("type") in _DECIDING and condition.get("status") == "False":
            return _text(condition)
    terminal = _member(response, "terminalCondition")
    return _text(terminal) if _member(terminal, "state") == "CONDITION_FAILED" else ""


def _member(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, dict) else None


def _text(condition: dict[str, Any]) -> str:
    message = condition.get("message")
    return message if isinstance(message, str) else ""
