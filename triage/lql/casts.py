"""The ``cast`` function: convert a value from one kind to another.

Google's page names the types and shows
``cast(timestamp, STRING, TIMEZONE("America/New_York")) =~ "^2023-01-02.*"``. It prints no timestamp that was
cast to a string. Here the string has the form of protocol buffers in JSON, with the offset of the zone.
Numbers are cast as BigQuery casts them.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from triage.lql.fields import Kind
from triage.lql.values import to_bool, to_double, to_duration, to_int, to_severity, to_timestamp
from triage.models import SEVERITIES
from triage.window import NANOSECONDS

CAST_KINDS = {
    "STRING": Kind.STRING,
    "INT64": Kind.INT,
    "FLOAT64": Kind.DOUBLE,
    "BOOL": Kind.BOOL,
    "TIMESTAMP": Kind.TIMESTAMP,
    "DURATION": Kind.DURATION,
}
Cast = Callable[[object], object]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ZONE = re.compile(r"(?:Z|[+-]\d\d:?\d\d)$", re.ASCII | re.IGNORECASE)
_NAMES = {number: name for name, number in SEVERITIES.items()}
_EXACT = 2**53


def make_cast(source: Kind | None, wanted: Kind, zone: ZoneInfo | None) -> Cast:
    """Return the function that converts values from ``source`` to ``wanted``.

    The function returns None for a value that it cannot convert.
    """
    match wanted:
        case Kind.STRING:
            return lambda value: _string(value, source, zone)
        case Kind.INT:
            return lambda value: to_severity(value) if source is Kind.SEVERITY else _int(value)
        case Kind.DOUBLE:
            return to_double
        case Kind.BOOL:
            return lambda value: to_bool(value) if to_int(value) is None else to_int(value) != 0
        case Kind.TIMESTAMP:
            return lambda value: _timestamp(value, zone)
        case _:
            return lambda value: value if to_duration(value) is not None else None


def _int(value: object) -> int | None:
    if isinstance(value, bool):
        return int(value)
    number = to_int(value)
    if number is None and isinstance(value, float) and abs(value) < _EXACT:
        return int(abs(value) + 0.5) * (1 if value > 0 else -1)
    return number


def _string(value: object, source: Kind | None, zone: ZoneInfo | None) -> str | None:
    if source is Kind.TIMESTAMP:
        nanoseconds = to_timestamp(value)
        return None if nanoseconds is None else _write_timestamp(nanoseconds, zone)
    if source is Kind.SEVERITY:
        number = to_severity(value)
        return None if number is None else _NAMES.get(number, str(number))
    match value:
        case bool():
            return "true" if value else "false"
        case float() if value.is_integer() and abs(value) < _EXACT:
            return str(int(value))
        case str() | int() | float():
            return str(value)
        case _:
            return None


def _write_timestamp(nanoseconds: int, zone: ZoneInfo | None) -> str | None:
    """Return a time with 0, 3, 6 or 9 fraction digits and the offset of its zone."""
    seconds, rest = divmod(nanoseconds, NANOSECONDS)
    try:
        local = (_EPOCH + timedelta(seconds=seconds)).astimezone(zone or UTC)
    except OverflowError:
        return None
    digits = f"{rest:09d}"
    while digits.endswith("000"):
        digits = digits[:-3]
    offset = local.strftime("%z")
    shown = "Z" if zone is None else f"{offset[:3]}:{offset[3:5]}"
    return f"{local:%Y-%m-%dT%H:%M:%S}{'.' if digits else ''}{digits}{shown}"


def _timestamp(value: object, zone: ZoneInfo | None) -> str | None:
    """Return the time; a time without an offset is in the zone."""
    nanoseconds = to_timestamp(value)
    if nanoseconds is None or not isinstance(value, str) or zone is None or _ZONE.search(value):
        return value if nanoseconds is not None and isinstance(value, str) else None
    try:
        naive = _EPOCH + timedelta(microseconds=nanoseconds // 1000)
        offset = naive.replace(tzinfo=zone).utcoffset() or timedelta()
    except OverflowError:
        return None
    return _write_timestamp(nanoseconds - offset // timedelta(microseconds=1) * 1000, None)
