"""Decide whether a side has enough data to count by.

Missing data is never counted as zero.
"""

from collections.abc import Iterator

from triage.measures import MIN_RATE_MINUTES
from triage.release.comparison.side import Side


def find_insufficiencies(side: Side, service: str) -> Iterator[str]:
    """Yield why the counts of a service are insufficient; nothing if they suffice."""
    if service not in side.services:
        yield "no entry names it"
        return
    minutes = side.hours * 60
    if minutes < MIN_RATE_MINUTES:
        yield f"{minutes:.1f} minutes of logs give no rate, it takes {MIN_RATE_MINUTES}"
    if not side.instances(service):
        yield "no line names an instance"
    # Without any of them the service may have been idle, so errors that work causes could not occur.
    worked = {run.service for run in side.runs}
    worked |= {traffic.service for traffic in side.traffic} | {found.service for found in side.requests}
    if service not in worked:
        yield "no boot, no validation and no request"
