"""Console output."""

import re
import sys
from collections.abc import Iterator, Sequence
from itertools import groupby

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from triage.models import Evidence
from triage.text import escape_ci_commands

#: Columns of the line that says what broke.
TITLE_WIDTH = 80
_MAX_MESSAGE = 400
#: What the name of a service or a revision has, and a word has not.
_NAME_MARK = re.compile(r"[-_/\d]")

#: Words and colors of the verdicts; the words alone distinguish them.
VERDICTS = {
    "ready": ("READY", "bold green"),
    "degraded": ("DEGRADED", "bold yellow"),
    "not_ready": ("NOT READY", "bold red"),
    "inconclusive": ("INCONCLUSIVE", "bold magenta"),
    "no_data": ("NO DATA", "bold magenta"),
    "unknown": ("UNKNOWN", "bold magenta"),
}


class LaidOut(str):
    """Parts of a screen as lines, ready to be printed."""

    __slots__ = ()


def print_screen(*parts: RenderableType) -> None:
    """Print to stdout as ``render_text`` lays it out. NO_COLOR is honoured."""
    sys.stdout.write(render_text(*parts))


def render_text(*parts: RenderableType) -> str:
    """Return the text for stdout, at the width of the terminal or COLUMNS, else 80.

    Trailing blanks are removed. A backslash precedes each line that a build system would execute as a
    command.
    """
    runs = groupby(parts, key=lambda part: isinstance(part, LaidOut))
    text = "".join("".join(map(str, run)) if is_laid_out else lay_out(*run) for is_laid_out, run in runs)
    return "\n".join(escape_ci_commands(line.rstrip(" ")) for line in text.split("\n"))


def lay_out(*parts: RenderableType) -> LaidOut:
    """Return parts as lines of the screen, which can be counted before they are printed.

    Markup, emoji names and highlighting are off. A Text with ``no_wrap`` is printed whole: the terminal may
    wrap it, and ``head -1`` or a copy still has all of it.
    """
    console = Console(file=sys.stdout, markup=False, emoji=False, highlight=False)
    with console.capture() as screen:
        for part in parts:
            console.print(part, soft_wrap=isinstance(part, Text) and bool(part.no_wrap))
    return LaidOut(screen.get())


def text_width() -> int:
    """Return the width of the terminal or COLUMNS, else 80."""
    return Console(file=sys.stdout).width


def make_grid(columns: int = 2, gap: int = 2) -> Table:
    """Return a table without borders; long cells fold instead of being cut."""
    table = Table.grid(padding=(0, gap, 0, 0))
    for _ in range(columns):
        table.add_column(overflow="fold")
    return table


def make_bullets(lines: Sequence[str]) -> Table:
    """Return a bulleted list."""
    table = make_grid(gap=1)
    for line in lines:
        table.add_row("-", Text(line))
    return table


def render_section(title: str, *parts: RenderableType) -> Iterator[RenderableType]:
    """Yield an empty line, a title and the indented parts."""
    yield Text()
    yield Text(title, style="bold underline")
    for part in parts:
        yield Padding(part, (0, 0, 0, 2))


def render_copyable(text: str) -> Iterator[Text]:
    """Yield the lines of a command or a filter unwrapped, ready to copy."""
    for line in text.splitlines():
        yield Text(f"  {line}", style="cyan", no_wrap=True)


def shorten_message(message: str) -> str:
    """Return the first line of a message, or the last line of a traceback."""
    lines = [" ".join(line.split()) for line in message.splitlines() if line.strip()] or [""]
    line = f"Traceback ... {lines[-1]}" if lines[0].startswith("Traceback (most recent") else lines[0]
    return line if len(line) <= _MAX_MESSAGE else line[:_MAX_MESSAGE] + " ..."


def first_of(texts: Sequence[str], most: int) -> list[str]:
    """Return the first texts, and how many more there are."""
    more = len(texts) - most
    return [*texts[:most], *([f"and {more} more"] if more > 0 else [])]


def format_sentence(text: str) -> str:
    """Return a text with a capital and a full stop; a name at its beginning keeps its letters."""
    first = text.partition(" ")[0]
    shown = text if _NAME_MARK.search(first) else text[:1].upper() + text[1:]
    return shown if not shown or shown.endswith((".", "?", "…", ")")) else f"{shown}."


def evidence_text(line: Evidence) -> Text:
    """Return a log line with its severity and how often it occurred."""
    times = f" ({line.count:,} times)" if line.count > 1 else ""
    severity = f"{line.severity}  " if line.severity != "DEFAULT" else ""
    return Text.assemble((severity, "dim"), shorten_message(line.message), (times, "dim"))
