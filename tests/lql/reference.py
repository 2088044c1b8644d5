"""The plainest evaluator there could be of a few fields, to hold the quick one against."""

import re
from collections.abc import Mapping
from typing import Any

from triage.lql.tree import And, Anywhere, Comparison, Literal, Node, Not, Or, Presence

SEVERITIES = ["DEFAULT", "DEBUG", "INFO", "NOTICE", "WARNING", "ERROR", "CRITICAL", "ALERT", "EMERGENCY"]
ORDERS = ["<", "<=", ">", ">=", "=", "!="]


def holds(node: Node | None, entry: Mapping[str, Any]) -> bool:
    """Return whether the tree holds: severity, textPayload, httpRequest.status, labels.k, jsonPayload.a only."""
    match node:
        case None:
            return True
        case And() | Or():
            parts = [holds(part, entry) for part in node.parts]
            return all(parts) if isinstance(node, And) else any(parts)
        case Not():
            return not holds(node.part, entry)
        case Anywhere():
            return _anywhere(node.value.text, entry)
        case Presence():
            return _present(".".join(node.left.parts), entry)  # type: ignore[union-attr]
        case Comparison():
            return _element(".".join(node.left.parts), node.operator, node.value, entry)  # type: ignore[union-attr]
    raise AssertionError(node)


def _element(field: str, operator: str, value: Any, entry: Mapping[str, Any]) -> bool:
    match value:
        case And():
            return all(_element(field, operator, part, entry) for part in value.parts)
        case Or():
            return any(_element(field, operator, part, entry) for part in value.parts)
        case Not():
            return not _element(field, operator, value.part, entry)
    return _compared(field, operator, value, entry)


def _compared(field: str, operator: str, literal: Literal, entry: Mapping[str, Any]) -> bool:
    if field == "severity":
        return _severities(entry.get("severity", "DEFAULT"), operator, literal.text)
    if field == "httpRequest.status":
        status = entry.get("httpRequest", {}).get("status", 0)
        return re.fullmatch(r"-?\d+", literal.text) is not None and _ordered(
            status, operator, int(literal.text)
        )
    if field == "textPayload":
        return _strings(entry.get("textPayload", ""), operator, literal.text)
    if field == "labels.k":
        labels = entry.get("labels", {})
        return "k" in labels and _strings(labels["k"], operator, literal.text)
    payload = entry.get("jsonPayload", {})
    if "a" not in payload:
        return False
    members = payload["a"] if isinstance(payload["a"], list) else [payload["a"]]
    return any(_json(member, operator, literal.text) for member in members)


def _json(value: Any, operator: str, text: str) -> bool:
    if value is None:
        return False
    if isinstance(value, bool):
        return text.lower() in ("true", "false") and _ordered(value, operator, text.lower() == "true")
    if isinstance(value, str):
        return _strings(value, operator, text)
    number = re.fullmatch(r"-?\d+(\.\d+)?", text) is not None
    return number and _ordered(value, operator, float(text))


def _severities(given: str, operator: str, text: str) -> bool:
    numbers = {name: number * 100 for number, name in enumerate(SEVERITIES)}
    if re.fullmatch(r"-?\d+", text):
        return _ordered(numbers[given], operator, int(text))
    return text.upper() in numbers and _ordered(numbers[given], operator, numbers[text.upper()])


def _strings(given: str, operator: str, text: str) -> bool:
    if operator == ":":
        return text.lower() in given.lower()
    return _ordered(given.lower(), operator, text.lower())


def _ordered(left: Any, operator: str, right: Any) -> bool:
    answers: dict[str, bool] = {
        "=": left == right,
        ":": left == right,
        "!=": left != right,
        "<": left < right,
        "<=": left <= right,
        ">": left > right,
        ">=": left >= right,
    }
    return answers[operator]


def _present(field: str, entry: Mapping[str, Any]) -> bool:
    if field == "severity":
        return bool(entry.get("severity", "DEFAULT") != "DEFAULT")
    if field == "httpRequest.status":
        return bool(entry.get("httpRequest", {}).get("status", 0))
    first, _, key = field.partition(".")
    if not key:
        return first in entry
    there = key in entry.get(first, {})
    return bool(there and entry[first][key] != [])


def _anywhere(text: str, entry: Mapping[str, Any]) -> bool:
    return any(
        _element(field, ":", Literal(text), entry) for field in ("severity",) if "severity" in entry
    ) or any(
        _compared(field, ":", Literal(text), entry)
        for field in ("httpRequest.status", "textPayload", "labels.k", "jsonPayload.a")
        if field.partition(".")[0] in entry
        and (field != "httpRequest.status" or "status" in entry["httpRequest"])
    )
