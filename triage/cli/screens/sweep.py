"""Screen of ``triage sweep``: one table, and what was done."""

import re
from collections import Counter
from collections.abc import Iterator

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from triage.cli.screens.console import VERDICTS, print_screen, text_width
from triage.cli.settings import print_note
from triage.models import Sweep, SweptIncident, SweptService
from triage.text import clean, pluralize, shorten_names
from triage.window import format_utc_and_local

_NUMBER = re.compile(r"/(?:issues|work_items)/(\d+)$", re.ASCII)
_NOT_READ = ("NOT READ", "dim")
#: Columns from which on the terminal is wide, between the cells, and of an incident at least.
_WIDE, _GAP, _LEAST_WIDTH = 110, 2, 16
#: The place of the incident in a row.
_INCIDENT = 2


def print_sweep(done: Sweep, *, has_state: bool, is_applied: bool, quiet: bool) -> None:
    """Print the table on stdout; what was not read or written goes to stderr."""
    print_screen(*_render(done, quiet=quiet))
    unread = [service for service in done.services if service.unread_since is not None]
    if done.stopped:
        print_note(clean(f"the round ended early: {done.stopped}"))
    if done.refused:
        print_note(clean(f"refused: {done.refused}"))
    if unread:
        names = ", ".join(service.service for service in unread)
        then = (
            "the next round resumes there"
            if has_state
            else "with --state and --apply, the next round resumes there"
        )
        print_note(clean(f"not read or written to the end: {names}; {then}"))
    if not is_applied and any(one.action for service in done.services for one in service.incidents):
        print_note("nothing was written: --apply --repo OWNER/NAME opens and updates issues")


def _render(done: Sweep, *, quiet: bool) -> Iterator[RenderableType]:
    if done.services:
        yield _table(done)
    if quiet:
        return
    if done.services:
        yield Text()
    counts = _count_verdicts(done) if done.services else _describe_nothing(done)
    yield Text(f"{counts}; {pluralize(done.calls, 'call')} to Cloud Logging.")


def _describe_nothing(done: Sweep) -> str:
    """Return why there is no service."""
    if done.window.start >= done.window.end:
        return "Nothing was read: the last round has just ended"
    return "No service has entries in the window (jobs and worker pools are not read)"


def _table(done: Sweep) -> Table:
    """Return the table: all columns but the incident are as wide as they must be."""
    wide = text_width() >= _WIDE
    rows = [row for service in done.services for row in _rows(service, done, wide=wide)]
    headers = ("service", "verdict", "incident", "since (UTC)" if wide else "since", "issue")
    most = (30 if wide else 20, 12, 0, 11, 24 if wide else 13)
    widths = [
        min(limit, max(len(header), *(len(row[column]) for row in rows)))
        for column, (header, limit) in enumerate(zip(headers, most, strict=True))
    ]
    widths[_INCIDENT] = max(_LEAST_WIDTH, text_width() - sum(widths) - _GAP * (len(headers) - 1))
    table = Table(box=None, pad_edge=False, padding=(0, _GAP, 0, 0), header_style="dim")
    for header, width in zip(headers, widths, strict=True):
        table.add_column(header, overflow="fold", width=width)
    for row in rows:
        row[_INCIDENT].plain = shorten_names(
            row[_INCIDENT].plain, (2 if wide else 3) * widths[_INCIDENT] - _GAP
        )
        table.add_row(*row)
    return table


def _rows(service: SweptService, done: Sweep, *, wide: bool) -> Iterator[tuple[Text, ...]]:
    verdict = Text(*(VERDICTS[service.verdict] if service.verdict else _NOT_READ))
    name = Text(clean(service.service))
    for incident in service.incidents:
        title = f"{incident.severity}{' (over)' if incident.recovered else ''} {clean(incident.title)}"
        yield name, verdict, Text(title), Text(_since(incident, done)), Text(_issue(incident, wide=wide))
        name = verdict = Text()
    if service.omitted:
        yield name, verdict, Text(f"and {service.omitted:,} more"), Text(), Text()
    elif not service.incidents:
        yield name, verdict, Text("-", style="dim"), Text(), Text()


def _since(incident: SweptIncident, done: Sweep) -> str:
    """Return the time of an incident, with its day if that is not the day of the round."""
    day = format_utc_and_local(done.window.end)[:10]
    return incident.since[11:16] if incident.since[:10] == day else incident.since[5:16].replace("T", " ")


def _issue(incident: SweptIncident, *, wide: bool) -> str:
    """Return what is done with an issue, such as "updated #12"."""
    number = _NUMBER.search(incident.url)
    of = f" #{number[1]}" if number else f" {incident.url}" if incident.url else ""
    note = f" ({incident.note})" if incident.note and wide else ""
    return clean(f"{incident.action}{of}{note}")


def _count_verdicts(done: Sweep) -> str:
    counts = Counter(service.verdict for service in done.services)
    words = [f"{count} {(verdict or 'not read').replace('_', ' ')}" for verdict, count in counts.items()]
    return pluralize(len(done.services), "service") + (f": {', '.join(words)}" if words else "")
