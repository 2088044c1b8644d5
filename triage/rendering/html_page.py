"""What pages of HTML have in common: the templates of ``reports/`` with all text escaped.

A page runs only the scripts of ``reports/``, so a browser runs no text from a log. Control characters are
written out.
"""

import re
from collections.abc import Callable
from datetime import tzinfo
from functools import cache, partial
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from triage.rendering import formatting
from triage.rendering.change_view import describe_items
from triage.rendering.escape import QUOTED, SafeMarkdown
from triage.rendering.playbooks import find_unfilled
from triage.rendering.report_view import WORDS
from triage.rendering.swimlane import WIDTH
from triage.resources import root
from triage.text import clean, format_seconds, pluralize, round_number, summary_line

if TYPE_CHECKING:
    from jinja2 import Environment

_EXPLORER = "https://console.cloud.google.com/logs/query"
_INLINE = re.compile(r"`([^`]+)`|\*\*(.+?)\*\*", re.DOTALL)
_PARAGRAPHS = re.compile(r"\n\s*\n")


@cache
def html_environment() -> "Environment":
    """Return the environment in which templates of HTML are rendered."""
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    environment = Environment(
        loader=FunctionLoader(read_asset),
        undefined=StrictUndefined,
        autoescape=True,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    filters: dict[str, Callable[..., Any]] = {
        "utc": formatting.format_utc,
        "summary_line": summary_line,
        "quoted": _quote_code,
        "basename": lambda path: PurePath(path).name,
        "lines": _join_commands,
        "explorer": _explorer_url,
        "sentence": _to_sentence,
        "short": _short_instance,
    }
    environment.filters |= filters
    environment.globals |= {
        "words": WORDS,
        "width": WIDTH,
        "plural": pluralize,
        "describe_items": describe_items,
        "seconds": format_seconds,
        "rounded": round_number,
        "unfilled": lambda commands: find_unfilled(_join_commands(commands)),
    }
    return environment


def read_asset(*names: str) -> str:
    """Return files of ``reports/``, one after the other."""
    return "".join((root("reports") / name).read_text(encoding="utf-8") for name in names)


def time_context(zone: tzinfo | None = None, today: str = "") -> dict[str, Any]:
    """Return what templates need for times.

    ``zone`` adds local times. ``today`` is a date, "2025-09-14", which times of that day leave out.
    """
    return {"zone": zone, "local": partial(_format_local, zone), "today": today}


def _finalize(value: Any) -> Any:
    """Return what ``{{ value }}`` prints: trusted markup unchanged, text escaped."""
    if isinstance(value, SafeMarkdown):
        return _playbook_html(value)
    return value if isinstance(value, Markup) or not isinstance(value, str) else clean(value)


def _playbook_html(text: str) -> Markup:
    """Return playbook Markdown as HTML: code, bold and paragraphs only."""
    paragraphs = [_inline_html(part) for part in _PARAGRAPHS.split(str(text).strip())]
    return paragraphs[0] if len(paragraphs) == 1 else Markup("<br><br>").join(paragraphs)


def _quote_code(text: str) -> Markup:
    """Return a sentence that may quote log text; what stands in backticks is code."""
    shown = [Markup("{}"), Markup("<code>{}</code>")]
    parts = enumerate(map(clean, QUOTED.split(text)))
    return Markup().join(shown[index % 2].format(part) for index, part in parts)


def _inline_html(text: str) -> Markup:
    markup, at = Markup(), 0
    for found in _INLINE.finditer(text):
        markup += text[at : found.start()]
        markup += (
            Markup("<code>{}</code>").format(found[1]) if found[1] else Markup("<b>{}</b>").format(found[2])
        )
        at = found.end()
    return markup + escape(text[at:])


def _join_commands(commands: list[str]) -> str:
    """Return the commands of a playbook, one per line."""
    return "\n".join(map(str, commands))


def _explorer_url(url: str) -> str:
    """Return the address if it is of Logs Explorer, else ""."""
    return url if url.startswith((_EXPLORER + ";", _EXPLORER + "?")) else ""


def _to_sentence(text: str) -> str:
    """Return a reason as a sentence; a name at its beginning stays as it is."""
    first = text.split(maxsplit=1)[0] if text.split() else ""
    is_word = first.rstrip(":").isalpha()
    return f"{text[:1].upper() if is_word else text[:1]}{text[1:].rstrip('.')}." if text else ""


def _short_instance(instance: str) -> str:
    """Return the end of an instance id; ids share their beginning."""
    return f"…{instance[-8:]}" if len(instance) > 8 else instance


def _format_local(zone: tzinfo | None, timestamp: str) -> str:
    return formatting.format_local(timestamp, zone) if zone else ""
