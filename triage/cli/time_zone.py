"""Time zone of local times: the one given, else that of this machine."""

import time
from datetime import UTC, datetime, timedelta, tzinfo

import click


class MachineZone(tzinfo):
    """Time zone of this machine, with daylight saving time as it applied then."""

    def fromutc(self, moment: datetime) -> datetime:
        """Return the time in this machine's zone."""
        return moment.replace(tzinfo=UTC).astimezone()

    def utcoffset(self, moment: datetime | None) -> timedelta | None:
        """Return the offset from UTC at that time."""
        return _machine_time(moment).utcoffset()

    def tzname(self, moment: datetime | None) -> str | None:
        """Return the name of the zone at that time."""
        return _machine_time(moment).tzname()

    def dst(self, moment: datetime | None) -> timedelta | None:  # noqa: ARG002 (the standard library's)
        """Return None: the daylight saving part of the offset is unknown."""
        return None


def _machine_time(moment: datetime | None) -> datetime:
    return (moment.replace(tzinfo=None) if moment else datetime.now(UTC)).astimezone()


def parse_zone(_context: click.Context, _option: click.Parameter, name: str | None) -> tzinfo | None:
    """Return the zone of local times, or None if this machine runs in UTC.

    Raises:
        click.BadParameter: the name is not in the IANA list.

    """
    if name is None:
        return MachineZone() if time.timezone or time.altzone else None
    from zoneinfo import ZoneInfo

    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise click.BadParameter(f"{name!r} is no zone of the IANA list, such as Europe/Berlin") from None
