"""Table of ``triage entries``: a line per entry, grouped by service and day."""

from collections.abc import Iterable, Iterator

from triage.cli.screens.times import format_clock
from triage.models import Entry
from triage.text import clean
from triage.window import format_timestamp


def render_entries(entries: Iterable[Entry], *, width: int | None) -> Iterator[bytes]:
    """Yield the lines as UTF-8.

    A message takes one line, cut at ``width`` columns unless ``width`` is None.
    """
    group = None
    for entry in entries:
        time = format_timestamp(entry.timestamp)
        if group != (entry.service, time[:10]):
            group = (entry.service, time[:10])
            yield f"==> {clean(entry.service) or 'no service named'}, {time[:10]} UTC\n".encode()
        revision = entry.revision.removeprefix(f"{entry.service}-") or "-"
        message = clean(entry.message).replace("\n", "\\n").replace("\t", " ").strip()
        line = f"{format_clock(time)}  {entry.severity:9}  {clean(revision):9}  {message}"
        yield f"{_fit_width(line, width) if width else line}\n".encode()


def _fit_width(line: str, width: int) -> str:
    from rich.cells import cell_len, set_cell_size

    return line if cell_len(line) <= width else set_cell_size(line, width - 3).rstrip() + "..."
