"""The zone of local times: one that is named, else that of this machine."""

import time
from datetime import UTC, datetime, timedelta, tzinfo

import click


class MachineZone(tzinfo):
    """The zone of this machine, summer time as the moment had it."""

    def fromutc(self, moment: datetime) -> datetime:
        """Return the moment on the wall here."""
        return moment.replace(tzinfo=UTC).astimezone()

    def utcoffset(self, moment: datetime | None) -> timedelta | None:
        """Return how far the wall here is ahead of UTC."""
        return _machine_time(moment).utcoffset()

    def tzname(self, moment: datetime | None) -> str | None:
        """Return what the zone is called then."""
        return _machine_time(moment).tzname()

    def dst(self, moment: datetime | None) -> timedelta | None:  # noqa: ARG002 (the standard library's)
        """Return None: how much of the offset is summer time is not known."""
        return None


def _machine_time(moment: datetime | None) -> datetime:
    return (moment.replace(tzinfo=None) if moment else datetime.now(UTC)).astimezone()


def parse_zone(_context: click.Context, _option: click.Parameter, name: str | None) -> tzinfo | None:
    """Return the zone of local times; None on a machine that lives in UTC, where they would be the same again."""
    if name is None:
        return MachineZone() if time.timezone or time.altzone else None
    from zoneinfo import ZoneInfo

    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise click.BadParameter(f"{name!r} is no zone of the IANA list, such as Europe/Berlin") from None
