"""Parse timestamps of exports to nanoseconds in UTC."""

from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from triage.window import FIRST_TIME, LAST_TIME, NANOSECONDS, format_timestamp, parse_timestamp

_SCALE = [int(10 ** (9 - digits)) for digits in range(10)]
#: The nanoseconds of hours, minutes and seconds, as they are written.
_HOURS, _MINUTES, _SECONDS = (
    {f"{number:02d}": number * unit * NANOSECONDS for number in range(count)}
    for count, unit in ((24, 3600), (60, 60), (60, 1))
)


@lru_cache(maxsize=1024)
def _parse_day(text: str) -> int:
    return parse_timestamp(f"{text}00:00:00Z")


@lru_cache(maxsize=8192)
def _parse_second(text: str) -> int:
    if text[13] == text[16] == ":":
        try:
            return _parse_day(text[:11]) + _HOURS[text[11:13]] + _MINUTES[text[14:16]] + _SECONDS[text[17:19]]
        except (KeyError, ValueError):
            pass  # no time, or a leap second
    return parse_timestamp(f"{text}0Z")


def parse_nanoseconds(text: str) -> int:
    """Return the nanoseconds since 1970 in UTC of a time as any exporter writes it.

    Nearly all times look like "2025-09-16T00:42:59.910682Z". Their second is cached, which is ten times as
    fast.

    Raises:
        ValueError: the text is not a time.

    """
    fraction = text[20:-1]
    if (
        text[17:18] < "6"
        and text[19:20] == "."
        and text[-1:] == "Z"
        and fraction.isdecimal()
        and len(fraction) < 10
    ):
        return _parse_second(text[:20]) + int(fraction) * _SCALE[len(fraction)]
    text = text.strip()
    if ":" in text and text[-3:-2] in ("+", "-") and text[-2:].isdecimal():
        text += ":00"  # DuckDB and PostgreSQL write an offset of whole hours as "+00"
    return parse_timestamp(text)


def to_rfc3339(value: object) -> str | None:
    """Return a value of any JSON type as an RFC 3339 time, None if it is not a time.

    A number is in seconds, milliseconds, microseconds or nanoseconds since 1970, depending on its size (the
    BigQuery API writes seconds as "1.757983379910682E9", pandas milliseconds). An object is a protobuf
    Timestamp. Other text is returned unchanged.
    """
    if isinstance(value, dict):
        value = protobuf_seconds(value)
    if value is None or value == "" or isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return str(value)
    if not number.is_finite():
        return None
    bounds = ((10**11, 10**9), (10**14, 10**6), (10**17, 10**3), (10**20, 1))
    unit = next((unit for bound, unit in bounds if abs(number) < bound), None)
    if unit is None or not is_possible(nanoseconds := int(number * unit)):
        return None
    return format_timestamp(nanoseconds)


def is_possible(nanoseconds: int) -> bool:
    """Return whether an entry can have this time; Go's zero time, in the year 1, is none."""
    return FIRST_TIME <= nanoseconds <= LAST_TIME


def protobuf_seconds(value: dict[str, Any]) -> str:
    """Return a protobuf Timestamp or Duration as decimal seconds, "" if invalid."""
    try:
        return (
            f"{int(str(value.get('seconds') or 0))}.{int(str(value.get('nanos') or 0)):09d}" if value else ""
        )
    except ValueError:
        return ""
