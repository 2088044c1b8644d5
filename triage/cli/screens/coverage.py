"""Coverage of an answer in a few lines: counts, window and gaps."""

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from triage.cli.screens.console import make_grid
from triage.cli.screens.times import format_span
from triage.models import Coverage, Gap
from triage.text import pluralize

_MAX_GAPS = 6
#: Counts that are shown if they are not zero.
_OPTIONAL_COUNTS = {
    "duplicate": "duplicate",
    "outside": "left out by the options",
    "skipped": "skipped (no match)",
    "joined": "joined to another",
    "broken": "broken",
    "without_payload": "without payload",
    "without_severity": "without severity",
}


def render_coverage(covered: Coverage) -> Group:
    """Return the counts, the window in UTC and local time, and a line per gap."""
    files = f" from {pluralize(len(covered.files), 'file')}" if covered.files else ""
    forms = f" ({', '.join(covered.forms)})" if covered.forms else ""
    entries = pluralize(covered.entries, "entry", "entries")
    counts = [entries, f"{covered.matched:,} recognized"]
    counts += [
        f"{count:,} {word}" for name, word in _OPTIONAL_COUNTS.items() if (count := getattr(covered, name))
    ]
    records = pluralize(covered.records, "record")
    lines: list[RenderableType] = [Text(f"{records}{files}{forms}: {', '.join(counts)}")]
    if covered.first and covered.last:
        lines.append(Text(format_span(covered.first, covered.last)))
    if covered.gaps:
        lines.append(_gaps_table(covered.gaps, several=len(covered.files) > 1))
    return Group(*lines)


def _gaps_table(gaps: list[Gap], *, several: bool) -> Table:
    """Return a line per gap; the file is named if there are several."""
    table = make_grid()
    for gap in gaps[:_MAX_GAPS]:
        location = gap.path if several else ""
        location += (
            f":{gap.position}" if several and gap.position else f"at {gap.position}" if gap.position else ""
        )
        times = f" ({gap.count} times)" if gap.count > 1 and str(gap.count) not in gap.detail else ""
        what = f"{gap.kind.replace('_', ' ')}: {gap.detail}{times}"
        table.add_row(Text("gap", style="yellow"), Text.assemble(what, (f"  {location}", "dim")))
    if (more := len(gaps) - _MAX_GAPS) > 0:
        table.add_row(Text("gap", style="yellow"), f"and {more} more; --format json lists them all")
    return table
