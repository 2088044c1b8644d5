"""Timestamps of exports as nanoseconds in UTC."""

from decimal import Decimal, InvalidOperation
from functools import lru_cache

from triage.window import NANOSECONDS, format_timestamp, parse_timestamp

_SECONDS = {f"{second:02d}.": second * NANOSECONDS for second in range(60)}
_SCALE = [int(10 ** (9 - digits)) for digits in range(10)]


@lru_cache(maxsize=4096)
def _minute(text: str) -> int:
    return parse_timestamp(f"{text}00Z")


def nanoseconds(text: str) -> int:
    """Return the nanoseconds since 1970 in UTC of a time as any exporter writes it.

    Nearly all times are the API's "2025-09-16T00:42:59.910682Z": their minute is looked up, which is ten times as
    fast as to read them whole.

    Raises:
        ValueError: the text is no such time.

    """
    seconds, fraction = _SECONDS.get(text[17:20]), text[20:-1]
    if (
        seconds is not None
        and text[-1:] == "Z"
        and len(fraction) < 10
        and fraction.isdecimal()
        and text.isascii()
    ):
        return _minute(text[:17]) + seconds + int(fraction) * _SCALE[len(fraction)]
    text = text.strip()
    if ":" in text and text[-3:-2] in ("+", "-") and text[-2:].isdecimal():
        text += ":00"  # DuckDB and PostgreSQL write an offset of whole hours as "+00"
    try:
        return parse_timestamp(text)
    except OverflowError as error:
        raise ValueError(f"not a time between the years 1 and 9999: {text!r}") from error


def rfc3339(value: object) -> str | None:
    """Return the time that a value of any JSON type means as RFC 3339 text, None when it says no time.

    Numbers are seconds, milliseconds, microseconds or nanoseconds since 1970, told apart by their size (the BigQuery
    API gives seconds as "1.757983379910682E9", pandas milliseconds); an object is a protobuf Timestamp. Text that is
    no number is returned as it is.
    """
    if isinstance(value, dict):
        value = f"{value.get('seconds', '')}.{value.get('nanos') or 0:09d}"
    if value is None or value == "" or isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return str(value)
    if not number.is_finite():
        return None
    for bound, unit in ((10**11, 10**9), (10**14, 10**6), (10**17, 10**3)):
        if abs(number) < bound:
            return format_timestamp(int(number * unit))
    return format_timestamp(int(number)) if abs(number) < 10**20 else None
