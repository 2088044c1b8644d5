"""Convert values to the type of a field.

Source: the table "Values and conversions" of the page "Logging query language". Each function returns None if
the conversion fails; the comparison is then false for every operator.
"""

import re
from datetime import datetime
from fractions import Fraction

from triage.models import SEVERITIES
from triage.window import NANOSECONDS, parse_timestamp

_INTEGER = re.compile(r"[+-]?\d+", re.ASCII)
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|nan|[+-]?infinity", re.ASCII | re.IGNORECASE)
_DURATION = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+))(ns|us|ms|s|m|h)", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_PLAIN = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z", re.ASCII)
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 (the difference of two naive times, both UTC)
_MINUTES = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d)(Z|[+-]\d\d:?\d\d)?", re.ASCII | re.IGNORECASE)
_UNITS = {
    "ns": 1,
    "us": 1_000,
    "ms": 1_000_000,
    "s": NANOSECONDS,
    "m": 60 * NANOSECONDS,
    "h": 3600 * NANOSECONDS,
}
_MAX_NUMBER_LENGTH = 400


def to_int(value: object) -> int | None:
    """Return a signed 64-bit integer, from a number or text."""
    match value:
        case bool():
            return None
        case int():
            number = value
        case float():
            if not value.is_integer():
                return None
            number = int(value)
        case str() if len(value) < _MAX_NUMBER_LENGTH and _INTEGER.fullmatch(value):
            number = int(value)
        case _:
            return None
    return number if -(2**63) <= number < 2**63 else None


def to_int32(value: object) -> int | None:
    """Return a signed 32-bit integer, from a number or text."""
    number = to_int(value)
    return number if number is not None and -(2**31) <= number < 2**31 else None


def to_double(value: object) -> float | None:
    """Return a double, from a number or text ("NaN" and "Infinity" in any case).

    A number too large for a double is infinite.
    """
    match value:
        case bool():
            return None
        case int() | float():
            return _float(value)
        case str() if len(value) < _MAX_NUMBER_LENGTH and _NUMBER.fullmatch(value):
            return float(value)
        case _:
            return None


def _float(value: float) -> float:
    try:
        return float(value)
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")


def to_bool(value: object) -> bool | None:
    """Return a Boolean, from true or false in any case."""
    match value:
        case bool():
            return value
        case str():
            return {"true": True, "false": False}.get(value.lower())
        case _:
            return None


def to_severity(value: object) -> int | None:
    """Return the number of a severity, from its name in any case or the number."""
    if isinstance(value, str) and value.upper() in SEVERITIES:
        return SEVERITIES[value.upper()]
    return to_int(value)


def to_timestamp(value: object) -> int | None:
    """Return nanoseconds since 1970 of an RFC 3339 time or an ISO 8601 date (UTC)."""
    if not isinstance(value, str):
        return None
    if (nanoseconds := _parse_plain_timestamp(value)) is not None:
        return nanoseconds
    if _DATE.fullmatch(value):
        value = f"{value}T00:00:00Z"
    elif minutes := _MINUTES.fullmatch(value):
        value = f"{minutes[1]}:00{minutes[2] or 'Z'}"
    try:
        return parse_timestamp(value)
    except (ValueError, OverflowError):
        return None


def _parse_plain_timestamp(text: str) -> int | None:
    """Parse the form that Cloud Logging writes, fast; None for other forms."""
    match = _PLAIN.fullmatch(text)
    if match is None:
        return None
    try:
        delta = datetime.fromisoformat(match[1]) - _EPOCH
    except ValueError:
        return None
    return (delta.days * 86_400 + delta.seconds) * NANOSECONDS + int((match[2] or "0").ljust(9, "0"))


def to_duration(value: object) -> int | None:
    """Return nanoseconds of a decimal number with a unit: ns, us, ms, s, m or h."""
    if not isinstance(value, str) or len(value) > _MAX_NUMBER_LENGTH:
        return None
    match = _DURATION.fullmatch(value)
    return int(Fraction(match[1]) * _UNITS[match[2]]) if match else None
