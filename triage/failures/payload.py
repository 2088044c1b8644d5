"""What a structured payload gives as the reason beside its message."""

import re
from typing import Any

import msgspec
from ahocorasick_rs import BytesAhoCorasick, Implementation

from triage.failures.decisive import complains
from triage.models import Entry
from triage.models.layouts import unwrap_value
from triage.text import lazy_pattern

#: Fields in which loggers keep the reason, the first that is filled wins.
_REASONS = (
    "err", "error", "exception", "Exception", "exc_info", "exc", "@x", "stack_trace", "stacktrace",
    "stackTrace", "stack", "errorVerbose",
    "error.stack_trace", "exception.stacktrace", "error.message", "exception.message",
    "error_message", "errorMessage", "thrown", "cause", "reason", "details", "detail",
)  # fmt: skip
#: The field of an error of axios in which it keeps the call.
_CALL = "config"
_QUOTED_REASONS = BytesAhoCorasick(
    [f'"{name}"'.encode() for name in (*_REASONS, _CALL)], implementation=Implementation.DFA
)
#: Fields in which loggers keep the fields of a record.
_NESTED = (
    "fields",
    "context",
    "data",
    "metadata",
    "meta",
    "extra",
    "attributes",
    "Attributes",
    "Properties",
    "attr",
)
#: Fields that describe anything, not only failures.
_VAGUE = frozenset({"cause", "reason", "details", "detail"})
#: Those of them in which a sentence of several words says why.
_SAYS_WHY, _WORDS = frozenset({"cause", "reason"}), 4
_TEXTS = ("stack", "stack_trace", "stackTrace", "traceback", "extendedStackTrace", "backtrace")
_NAMES = ("type", "exc_type", "name", "class", "kind", "code")
_MESSAGES = (
    "message", "msg", "exc_value", "value", "description", "details", "detail", "reason",
    "error_description", "sqlMessage", "response", "error", "statusText",
)  # fmt: skip
_LEVELS = (
    "level_name",
    "severity_text",
    "severityText",
    "SeverityText",
    "level",
    "severity",
    "lvl",
    "levelname",
    "@l",
    "log.level",
    "Level",
    "LogLevel",
)
#: Where the JSON console of .NET joins the lines of an exception: before its frames and what it wraps.
_JOINED = lazy_pattern(r" {2,}(?=at [\w.<>`\[\],|+]+\(|--- End of )| (?=---> )")
#: The name of a class, as Rails lists it before the message of an exception.
_CLASS_NAME = re.compile(r"[A-Z]\w*(?:(?:::|\.)\w+)*$")
_DEPTH = 4
#: How deep the errors of an API stand in one another: those of its rows, and those of a row.
_REFUSED = 2
_LONGEST = 16 << 10


def read_payload(entry: Entry) -> dict[str, Any]:
    """Return the JSON object of an entry: its payload or its one line of text, {} if none."""
    if entry.message[:1] == "{" and entry.message[-1:] == "}":
        return _object(entry.message.encode(errors="replace"))
    record = _object(entry.raw)
    payload = record.get("jsonPayload") or record.get("json_payload") or record.get("jsonpayload")
    if isinstance(payload, str):
        payload = _object(payload.encode(errors="replace"))
    return payload if isinstance(payload, dict) else {}


def may_give_reason(raw: bytes) -> bool:
    """Return whether a record may have a payload that gives the reason of a failure."""
    return b"json" in raw and bool(_QUOTED_REASONS.find_matches_as_indexes(raw))


def find_reason(payload: dict[str, Any]) -> str:
    """Return the reason that a payload gives for a failure, with its stack, "" if it gives none."""
    for name in _REASONS:
        reason = _unfold(_text(payload.get(name), 0))
        if reason and (name not in _VAGUE or complains(reason) or _is_sentence(name, reason)):
            return _with_cause(reason, _refusal(payload))[:_LONGEST]
    nested = next((fields for name in _NESTED if (fields := _fields(payload.get(name)))), None)
    return find_reason(nested) if nested else ""


def find_address(payload: dict[str, Any]) -> str:
    """Return the line of an error of axios that names the address it called, as its dump does, "" if none."""
    call = payload.get(_CALL)
    if not isinstance(call, dict) or not isinstance(path := call.get("url"), str):
        return ""
    base = call.get("baseURL")
    url = (
        path
        if path.startswith("http") or not isinstance(base, str)
        else f"{base.rstrip('/')}/{path.lstrip('/')}"
    )
    return f"{_CALL}: {{ url: '{url}' }}" if url.startswith("http") else ""


def _fields(value: Any) -> dict[str, Any] | None:
    """Return the fields of a record, None if there are none; OpenTelemetry lists them.

    Source: https://opentelemetry.io/docs/specs/otel/protocol/file-exporter/
    """
    if isinstance(value, list):
        listed = [{name.lower(): item[name] for name in item} for item in value if isinstance(item, dict)]
        return {
            field["key"]: unwrap_value(field.get("value"))
            for field in listed
            if isinstance(field.get("key"), str)
        }
    return value if isinstance(value, dict) else None


def _is_sentence(name: str, reason: str) -> bool:
    return name in _SAYS_WHY and reason.count(" ") + 1 >= _WORDS


def find_message(payload: dict[str, Any]) -> str:
    """Return the message of a payload that an application printed as a line of JSON, "" if it has none."""
    for name in (
        "message",
        "msg",
        "@m",
        "@mt",
        "text",
        "event",
        "Message",
        "RenderedMessage",
        "MessageTemplate",
        "short_message",
        "body",
        "Body",
    ):
        if isinstance(said := unwrap_value(payload.get(name)), str) and said:
            return said
    fields = payload.get("fields")  # of tracing, the logger of Rust
    return find_message(fields) if isinstance(fields, dict) else ""


def find_level(payload: dict[str, Any]) -> Any:
    """Return the level that a payload names, None if it names none."""
    return next((payload[name] for name in _LEVELS if name in payload), None)


def _unfold(reason: str) -> str:
    """Return the lines of an exception that a logger joined to one."""
    return reason if "\n" in reason or "   at " not in reason else _JOINED.sub("\n   ", reason)


def _text(value: Any, depth: int) -> str:
    """Return an error as text: its stack, else its type and message, with its cause behind it."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, list) and len(value) > 1 and all(isinstance(part, str) for part in value[:2]):
        return f"{value[0]}: {value[1]}" if _CLASS_NAME.match(value[0]) else value[0].strip()
    if isinstance(value, list) and value:
        return _text(value[0], depth + 1) if depth < _DEPTH else ""
    if not isinstance(value, dict) or depth > _DEPTH:
        return ""
    stack = next((value[name] for name in _TEXTS if isinstance(value.get(name), str) and value[name]), "")
    name = next((str(value[key]) for key in _NAMES if isinstance(value.get(key), str) and value[key]), "")
    message = next(
        (str(value[key]) for key in _MESSAGES if isinstance(value.get(key), str) and value[key]), ""
    )
    said = stack or ": ".join(filter(None, (name, message)))
    address = find_address(value) if said else ""
    said = f"{said}\n{address}" if address else said
    return _with_cause(said, _text(value.get("cause"), depth + 1) or _refusal(value))


def _with_cause(said: str, cause: str) -> str:
    return f"{said}\nCaused by: {cause}" if said and cause and cause not in said else said or cause


def _refusal(value: Any) -> str:
    """Return why an API of Google refused what an error is about, or the first of its rows, "" if unknown.

    Source: https://cloud.google.com/bigquery/docs/reference/rest/v2/ErrorProto
    """
    for _ in range(_REFUSED):
        errors = value.get("errors") if isinstance(value, dict) else None
        value = errors[0] if isinstance(errors, list) and errors else None
        if isinstance(value, dict) and isinstance(value.get("reason"), str):
            message, place = value.get("message"), value.get("location")
            is_placed = isinstance(place, str) and isinstance(message, str) and place not in message
            return "" if not isinstance(message, str) else f"{place}: {message}" if is_placed else message
    return ""


def _object(data: bytes) -> dict[str, Any]:
    try:
        value = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
