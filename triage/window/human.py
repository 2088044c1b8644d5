"""Times as people write them; an ambiguous time is refused with both readings."""

import re
from datetime import UTC, datetime, time, timedelta, timezone, tzinfo
from typing import NoReturn

from triage.errors import UsageError
from triage.text import lazy_pattern
from triage.window.timestamp import NANOSECONDS, since_epoch

_FORMS = "write 90m, 2h, 2025-09-13, 2025-09-13 17:43 PDT or 2025-09-13T17:43:00Z"
_TIME = lazy_pattern(
    r"""(?P<date>\d{4}-\d\d-\d\d)
        (?:[Tt\ ]\s*(?P<hour>\d\d?):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,](?P<fraction>\d{1,9}))?)?
           (?:\s*(?P<half>[AaPp][Mm]))?)?
        \s*(?P<zone>[A-Za-z][A-Za-z0-9_/+:-]*|[+-]\d\d?(?::?\d\d)?)?""",
    re.VERBOSE | re.ASCII,
)
_OFFSET = lazy_pattern(r"(?:UTC|GMT)?([+-])(\d\d?)(?::?(\d\d))?", re.ASCII | re.IGNORECASE)
_AMOUNT = re.compile(r"(\d+(?:\.\d+)?)\s*([A-Za-z]*)", re.ASCII)
_DURATION = lazy_pattern(r"\d+(?:\.\d+)?(?:\s*[A-Za-z]+\s*\d+(?:\.\d+)?)*\s*[A-Za-z]*", re.ASCII)
_SECONDS = {
    **dict.fromkeys(["s", "sec", "secs", "second", "seconds"], 1),
    **dict.fromkeys(["m", "min", "mins", "minute", "minutes"], 60),
    **dict.fromkeys(["h", "hr", "hrs", "hour", "hours"], 3600),
    **dict.fromkeys(["d", "day", "days"], 86_400),
    **dict.fromkeys(["w", "week", "weeks"], 604_800),
}
# Zone names with a fixed offset in hours, and a zone that uses the name for a part of the year.
_ZONE_OFFSETS = {
    "PST": (-8, "America/Los_Angeles"),
    "PDT": (-7, "America/Los_Angeles"),
    "MST": (-7, "America/Denver"),
    "MDT": (-6, "America/Denver"),
    "CDT": (-5, "America/Chicago"),
    "EST": (-5, "America/New_York"),
    "EDT": (-4, "America/New_York"),
    "WET": (0, "Europe/Lisbon"),
    "WEST": (1, "Europe/Lisbon"),
    "CET": (1, "Europe/Berlin"),
    "CEST": (2, "Europe/Berlin"),
    "EET": (2, "Europe/Athens"),
    "EEST": (3, "Europe/Athens"),
    "JST": (9, "Asia/Tokyo"),
    "AEST": (10, "Australia/Sydney"),
    "AEDT": (11, "Australia/Sydney"),
}
_ZONE_ALIASES = {
    "PT": "America/Los_Angeles",
    "MT": "America/Denver",
    "CT": "America/Chicago",
    "ET": "America/New_York",
}
# Names with different offsets in different regions.
_AMBIGUOUS_ZONES = {"CST": ("-06:00", "+08:00"), "IST": ("+05:30", "+02:00"), "BST": ("+01:00", "+06:00")}


def parse_duration(text: str) -> int:
    """Return the nanoseconds of a duration: ``90m``, ``2h``, ``1h30m``, ``1.5 hours``.

    Raises:
        UsageError: the text is not a duration, or is ambiguous.

    """
    if _DURATION.fullmatch(text.strip()) is None:
        raise UsageError(f"{text!r} is no duration", "write 90m, 2h, 1h30m or 3d")
    seconds = 0.0
    for amount, unit in _AMOUNT.findall(text):
        if unit == "":
            _refuse_ambiguous(text, f"{amount}m", f"{amount}s")
        if unit == "M":
            _refuse_ambiguous(text, f"{amount}m (minutes)", f"{float(amount) * 30:g}d (months)")
        if unit.lower() not in _SECONDS:
            raise UsageError(f"{text!r}: there is no unit {unit!r}", "units are s, m, h, d and w")
        seconds += float(amount) * _SECONDS[unit.lower()]
    return round(seconds * NANOSECONDS)


def parse_time(text: str, *, now: datetime, zone: tzinfo | None = None) -> int:
    """Return the nanoseconds since 1970 in UTC of a time as people write it.

    A duration means that long before ``now``. A date alone means midnight in UTC, as in the Logging query
    language. ``zone`` is the local zone, the system's if None; a clock time without a zone is accepted only
    where local time is UTC.

    Raises:
        UsageError: the text is not a time, or is ambiguous; the message then has both readings.

    """
    text = text.strip()
    if text.lower() == "now":
        return since_epoch(now)
    duration = re.sub(r"\s*\bago$", "", text)
    if _DURATION.fullmatch(duration):
        return since_epoch(now) - parse_duration(duration)
    found = _TIME.fullmatch(text)
    if found is None:
        _refuse_unreadable(text, now, zone)
    try:
        naive = datetime.combine(datetime.fromisoformat(found["date"]), _clock(found))
    except ValueError as error:
        raise UsageError(f"{text!r} is not a valid time: {error}", _FORMS) from error
    nanoseconds = int((found["fraction"] or "").ljust(9, "0"))
    name = found["zone"]
    if name is None and found["hour"] is None:
        name = "UTC"
    if not 1970 < naive.year < 2262:
        raise UsageError(f"{text!r} is out of reach", _FORMS)
    return since_epoch(_in_zone(text, naive, name, zone)) + nanoseconds


def _clock(found: re.Match[str]) -> time:
    """Return the time of day; ``12:30 am`` is half an hour after midnight."""
    hour = int(found["hour"] or 0)
    if half := (found["half"] or "").lower():
        if not 1 <= hour <= 12:
            raise ValueError(f"{hour} {half}")
        hour = hour % 12 + 12 * (half == "pm")
    return time(hour, int(found["minute"] or 0), int(found["second"] or 0))


def _in_zone(text: str, naive: datetime, name: str | None, local: tzinfo | None) -> datetime:
    """Return the time of ``naive`` in the named zone."""
    if name is None:
        return _without_zone(text, naive, local)
    if name.upper() in {"Z", "UTC", "GMT"}:
        return naive.replace(tzinfo=UTC)
    if offset := _OFFSET.fullmatch(name):
        distance = timedelta(hours=int(offset[2]), minutes=int(offset[3] or 0))
        if distance >= timedelta(days=1):
            raise UsageError(f"{text!r}: no clock is {name} off UTC", _FORMS)
        return naive.replace(tzinfo=timezone(distance if offset[1] == "+" else -distance))
    if name.upper() in _AMBIGUOUS_ZONES:
        _refuse_ambiguous(
            text, *(f"{naive.isoformat()}{offset}" for offset in _AMBIGUOUS_ZONES[name.upper()])
        )
    if name.upper() in _ZONE_OFFSETS:
        return _with_named_offset(text, naive, name.upper())
    if name.lower() == "local":
        return _at_local_time(text, naive, local)
    try:
        return _at_local_time(text, naive, _zone(_ZONE_ALIASES.get(name.upper(), name)))
    except (KeyError, ValueError, OSError) as error:
        raise UsageError(f"{text!r}: unknown time zone {name!r}", _FORMS) from error


def _zone(name: str) -> tzinfo:
    """Return the time zone of a name; a KeyError (ZoneInfoNotFoundError) says that there is none."""
    from zoneinfo import ZoneInfo  # few runs name a zone

    return ZoneInfo(name)


def _without_zone(text: str, naive: datetime, local: tzinfo | None) -> datetime:
    """Return the time in UTC where local time is UTC; elsewhere it is ambiguous."""
    local_time = _at_local_time(text, naive, local)
    if local_time.utcoffset():
        _refuse_ambiguous(text, f"{naive.isoformat()}Z", f"{local_time.isoformat()} (local time)")
    return naive.replace(tzinfo=UTC)


def _with_named_offset(text: str, naive: datetime, name: str) -> datetime:
    """Return the time if the zone uses that name on that date; 17:43 PST in July may mean PDT."""
    hours, zone_name = _ZONE_OFFSETS[name]
    moment = naive.replace(tzinfo=timezone(timedelta(hours=hours)))
    if moment.astimezone(_zone(zone_name)).tzname() != name:
        _refuse_ambiguous(
            text,
            moment.isoformat(),
            f"{_at_local_time(text, naive, _zone(zone_name)).isoformat()} ({zone_name})",
        )
    return moment


def _at_local_time(text: str, naive: datetime, zone: tzinfo | None) -> datetime:
    """Return the time of ``naive`` in a zone; a clock change may leave none or two."""
    first, second = (_aware(naive.replace(fold=fold), zone) for fold in (0, 1))
    if first.utcoffset() == second.utcoffset():
        return first
    if first.replace(tzinfo=None) == naive:
        _refuse_ambiguous(text, first.isoformat(), second.isoformat())
    raise UsageError(
        f"{text!r} does not exist: clocks were put forward over it",
        f"write {min(first, second).isoformat()} or {max(first, second).isoformat()}",
    )


def _aware(naive: datetime, zone: tzinfo | None) -> datetime:
    """Return the time with the offset that is valid at it."""
    moment = naive.astimezone(UTC) if zone is None else naive.replace(tzinfo=zone).astimezone(UTC)
    return moment.astimezone(zone)


def _refuse_unreadable(text: str, now: datetime, zone: tzinfo | None) -> NoReturn:
    """Refuse an unknown format, with its readings where it is a common one."""
    if slashed := re.fullmatch(r"(\d\d?)[/.](\d\d?)[/.](\d{4})(.*)", text, re.ASCII):
        first, second = int(slashed[1]), int(slashed[2])
        readings = {(first, second), (second, first)}
        days = [
            f"{slashed[3]}-{month:02}-{day:02}{slashed[4]}" for month, day in sorted(readings) if month <= 12
        ]
        if len(days) == 2:
            _refuse_ambiguous(text, *days)
        raise UsageError(f"{text!r} is not a valid time", f"write {days[0]}" if days else _FORMS)
    if re.fullmatch(r"\d\d?:\d\d(:\d\d)?(\s*[AaPp][Mm])?", text, re.ASCII):
        local = now.astimezone(zone)
        if not local.utcoffset():
            raise UsageError(f"{text!r} has no day", f"write {now.astimezone(UTC):%Y-%m-%d} {text} UTC")
        _refuse_ambiguous(
            text, f"{now.astimezone(UTC):%Y-%m-%d} {text} UTC", f"{local:%Y-%m-%d} {text} local"
        )
    raise UsageError(f"{text!r} is not a valid time", _FORMS)


def _refuse_ambiguous(text: str, *readings: str) -> NoReturn:
    raise UsageError(
        f"{text!r} could mean two things: {' or '.join(readings)}", "write the one that you mean"
    )
