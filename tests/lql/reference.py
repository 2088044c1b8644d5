"""A minimal reference evaluator of a few fields."""

import re
from collections.abc import Mapping
from typing import Any

from triage.lql.tree import And, Anywhere, Comparison, FieldPresence, Literal, Node, Not, Or

SEVERITIES = ["DEFAULT", "DEBUG", "INFO", "NOTICE", "WARNING", "ERROR", "CRITICAL", "ALERT", "EMERGENCY"]
ORDERS = ["<", "<=", ">", ">=", "=", "!="]


def reference_matches(node: Node | None, entry: Mapping[str, Any]) -> bool:
    """Return whether an entry matches the tree.

    It supports severity, textPayload, httpRequest.status, labels.k and jsonPayload.a only.
    """
    match node:
        case None:
            return True
        case And() | Or():
            parts = [reference_matches(part, entry) for part in node.parts]
            return all(parts) if isinstance(node, And) else any(parts)
        case Not():
            return not reference_matches(node.part, entry)
        case Anywhere():
            return _matches_anywhere(node.value.text, entry)
        case FieldPresence():
            return _is_present(".".join(node.left.parts), entry)  # type: ignore[union-attr]
        case Comparison():
            return _compare_element(".".join(node.left.parts), node.operator, node.value, entry)  # type: ignore[union-attr]
    raise AssertionError(node)


def _compare_element(field: str, operator: str, value: Any, entry: Mapping[str, Any]) -> bool:
    match value:
        case And():
            return all(_compare_element(field, operator, part, entry) for part in value.parts)
        case Or():
            return any(_compare_element(field, operator, part, entry) for part in value.parts)
        case Not():
            return not _compare_element(field, operator, value.part, entry)
    return _compare(field, operator, value, entry)


def _compare(field: str, operator: str, literal: Literal, entry: Mapping[str, Any]) -> bool:
    if field == "severity":
        return _severities(entry.get("severity", "DEFAULT"), operator, literal.text)
    if field == "httpRequest.status":
        status = entry.get("httpRequest", {}).get("status", 0)
        return re.fullmatch(r"-?\d+", literal.text) is not None and _compare_ordered(
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
        return text.lower() in ("true", "false") and _compare_ordered(value, operator, text.lower() == "true")
    if isinstance(value, str):
        return _strings(value, operator, text)
    number = re.fullmatch(r"-?\d+(\.\d+)?", text) is not None
    return number and _compare_ordered(value, operator, float(text))


def _severities(given: str, operator: str, text: str) -> bool:
    numbers = {name: number * 100 for number, name in enumerate(SEVERITIES)}
    if re.fullmatch(r"-?\d+", text):
        return _compare_ordered(numbers[given], operator, int(text))
    return text.upper() in numbers and _compare_ordered(numbers[given], operator, numbers[text.upper()])


def _strings(given: str, operator: str, text: str) -> bool:
    if operator == ":":
        return text.lower() in given.lower()
    return _compare_ordered(given.lower(), operator, text.lower())


def _compare_ordered(left: Any, operator: str, right: Any) -> bool:
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


def _is_present(field: str, entry: Mapping[str, Any]) -> bool:
    if field == "severity":
        return bool(entry.get("severity", "DEFAULT") != "DEFAULT")
    if field == "httpRequest.status":
        return bool(entry.get("httpRequest", {}).get("status", 0))
    first, _, key = field.partition(".")
    if not key:
        return first in entry
    there = key in entry.get(first, {})
    return bool(there and entry[first][key] != [])


def _matches_anywhere(text: str, entry: Mapping[str, Any]) -> bool:
    return any(
        _compare_element(field, ":", Literal(text), entry) for field in ("severity",) if "severity" in entry
    ) or any(
        _compare(field, ":", Literal(text), entry)
        for field in ("httpRequest.status", "textPayload", "labels.k", "jsonPayload.a")
        if field.partition(".")[0] in entry
        and (field != "httpRequest.status" or "status" in entry["httpRequest"])
    )
