"""Detect by its keys whether a JSON object is a LogEntry."""

from collections.abc import Iterable
from typing import Any

import msgspec

from triage.reading.json_buffer import find_keys

_ENTRY_KEYS = {
    "httprequest",
    "insertid",
    "jsonpayload",
    "logid",
    "logname",
    "protopayload",
    "protopayloadauditlog",
    "rawpayload",
    "receivetimestamp",
    "textpayload",
}
_ENTRY_KEY_SETS = ({"timestamp", "severity", "message"}, {"timestamp", "resource"})
_objects = msgspec.json.Decoder(dict[str, msgspec.Raw])


def has_entry_keys(keys: Iterable[str]) -> bool:
    """Return whether keys or columns, in any style, are those of a LogEntry."""
    found = {key.partition(".")[0].replace("_", "").strip().lower() for key in keys}
    return not found.isdisjoint(_ENTRY_KEYS) or any(signs <= found for signs in _ENTRY_KEY_SETS)


def is_entry(data: bytes) -> bool:
    """Return whether a JSON text is an object with the keys of a LogEntry."""
    try:
        return has_entry_keys(_objects.decode(data))
    except RecursionError:
        return has_entry_keys(key.decode("utf-8", "replace") for key in find_keys(data))
    except (msgspec.DecodeError, UnicodeDecodeError):
        found = load_lenient(data)
        return isinstance(found, dict) and has_entry_keys(found)


def load_lenient(data: bytes) -> Any:
    """Return what the standard library's decoder reads, None if it reads nothing."""
    import json

    try:
        return json.loads(data.decode("utf-8", "surrogateescape"), strict=False)
    except (ValueError, RecursionError):
        return None
