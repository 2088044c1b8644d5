"""The console that screens are printed on, and documents made fit for it."""

import sys
from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

import msgspec
from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from triage.models import Comparison, Diagnosis, Gate, Timeline
from triage.text import clean, escape_ci_commands

_MAX_MESSAGE = 400

Document = TypeVar("Document", Comparison, Diagnosis, Gate, Timeline)

#: The words of the documents as they are shown, and their colours; each is told apart without colour too.
VERDICTS = {
    "ready": ("READY", "bold green"),
    "degraded": ("DEGRADED", "bold yellow"),
    "not_ready": ("NOT READY", "bold red"),
    "inconclusive": ("INCONCLUSIVE", "bold magenta"),
    "no_data": ("NO DATA", "bold magenta"),
    "unknown": ("UNKNOWN", "bold magenta"),
}


def print_screen(*parts: RenderableType) -> None:
    """Print to stdout, as ``drawn``; NO_COLOR is heeded."""
    sys.stdout.write(render_text(*parts))


def render_text(*parts: RenderableType) -> str:
    """Return what is printed to stdout, as wide as the terminal or COLUMNS say, else 80.

    Nothing in a text is read as markup, as an emoji's name or as something to colour. A Text with ``no_wrap`` is
    printed whole: the terminal may wrap it, ``head -1`` or a copy of it has all of it. Rich fills lines with blanks;
    they are not printed. A line that a build system would obey is told from a command of ours by a backslash.
    """
    console = Console(file=sys.stdout, markup=False, emoji=False, highlight=False)
    with console.capture() as screen:
        for part in parts:
            console.print(part, soft_wrap=isinstance(part, Text) and bool(part.no_wrap))
    return "\n".join(escape_ci_commands(line.rstrip(" ")) for line in screen.get().split("\n"))


def make_grid(columns: int = 2, gap: int = 2) -> Table:
    """Return a table without lines; a cell is broken between words, or inside one rather than cut."""
    table = Table.grid(padding=(0, gap, 0, 0))
    for _ in range(columns):
        table.add_column(overflow="fold")
    return table


def make_bullets(lines: Sequence[str]) -> Table:
    """Return a list."""
    table = make_grid(gap=1)
    for line in lines:
        table.add_row("-", Text(line))
    return table


def render_section(title: str, *parts: RenderableType) -> Iterator[RenderableType]:
    """Yield an empty line, a title and what stands under it."""
    yield Text()
    yield Text(title, style="bold underline")
    for part in parts:
        yield Padding(part, (0, 0, 0, 2))


def render_copyable(text: str) -> Iterator[Text]:
    """Yield the lines of a command or a filter, each whole, so that it can be copied."""
    for line in text.splitlines():
        yield Text(f"  {line}", style="cyan", no_wrap=True)


def shorten_message(message: str) -> str:
    """Return the line of a message that tells: of a traceback its last one, else the first."""
    lines = [" ".join(line.split()) for line in message.splitlines() if line.strip()] or [""]
    told = f"Traceback ... {lines[-1]}" if lines[0].startswith("Traceback (most recent") else lines[0]
    return told if len(told) <= _MAX_MESSAGE else told[:_MAX_MESSAGE] + " ..."


def sanitize(document: Document) -> Document:
    """Return the document with secrets masked, and every text that a terminal could obey written out."""
    return msgspec.convert(_sanitize_value(document.to_dict()), type(document))


def _sanitize_value(value: Any) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list):
        return [_sanitize_value(item) for item in value]
    if isinstance(value, dict):
        return {clean(key): _sanitize_value(item) for key, item in value.items()}
    return value
