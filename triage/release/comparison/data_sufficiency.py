"""When a side is too thin to count by. What it does not show is then not taken for zero."""

from collections.abc import Iterator

from triage.release.comparison.side import Side

#: Shorter logs give no rate: errors come in bursts some minutes apart, and one boot alone may take as long
#: (``boot_silence`` of the packs is 300 s).
MIN_MINUTES = 5


def find_insufficiencies(side: Side, service: str) -> Iterator[str]:
    """Yield why counts of a service on a side say little, a sentence each; nothing where they are good to count by."""
    if service not in side.services:
        yield "it is not in these logs"
        return
    minutes = side.hours * 60
    if minutes < MIN_MINUTES:
        yield f"{minutes:.1f} minutes of logs give no rate, it takes {MIN_MINUTES}"
    if not side.instances(service):
        yield "no line names an instance"
    # Without any of them the service may have done nothing, and an error that work would bring could not come.
    worked = {run.service for run in side.runs} | {asked.service for asked in side.requests}
    if service not in worked:
        yield "no boot, no validation and no request that the packs count"
