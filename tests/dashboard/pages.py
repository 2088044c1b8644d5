"""Invented pages of a dashboard."""

from triage.models import DashboardPage, PageSection, RegionStatus, Stream, StreamStatus
from triage.models.watch import StreamMode
from triage.window import NANOSECONDS

NOW = 1_772_352_000 * NANOSECONDS


def page(number: int, *, run: str = "run", news: list[str] | None = None, **sections: str) -> DashboardPage:
    """Return a page with these sections."""
    return DashboardPage(
        version=f"{run}-{number}",
        title=f"READY: page {number}",
        html=f"<main>{''.join(sections.values())}</main>",
        sections=[PageSection(name, html) for name, html in sections.items()],
        news=news or [],
        verdicts=[
            RegionStatus(
                service="shop", name="europe-west4", verdict="ready", why="it is", ready=2, instances=3
            )
        ],
        incidents={"shop": {"P0": 1, "P1": 0}},
    )


def status(arriving: StreamMode = "tailing", *, now: int = NOW) -> StreamStatus:
    """Return a status with 12 lines."""
    return StreamStatus(now=now, read_until=now, stream=Stream(arriving=arriving, lines=12))
