"""What templates print: our own Markdown as it is, everything else inside code."""

import re
import textwrap
from collections.abc import Iterable
from typing import Any

from markupsafe import Markup

from triage.rendering.formatting import format_utc
from triage.text import cell, clean, code, fence, prose

_EXPLORER = "https://console.cloud.google.com/logs/query"
_TIME = re.compile(r"[0-9:.TZ-]{1,40}")
_UNSAFE_IN_URL = re.compile(r"[^A-Za-z0-9%=;?&._~:/-]")


class SafeMarkdown(Markup):
    """Markdown of ours. Jinja prints it as it is, because it is a Markup; nothing from a log becomes one unescaped."""

    __slots__ = ()


def finalize(value: Any) -> Any:
    """Return what ``{{ value }}`` prints in a Markdown template: a number, Markdown of ours, or a code span."""
    if isinstance(value, Markup | int | float) and not isinstance(value, bool):
        return value
    return SafeMarkdown(code(str(value)))


def finalize_plain(value: Any) -> Any:
    """Return what ``{{ value }}`` prints in a template of plain text: one line without control characters."""
    return value if isinstance(value, SafeMarkdown) else clean(str(value)).replace("\n", "\\n")


def markdown_prose(text: str) -> SafeMarkdown:
    """Return a sentence that may hold words from a log."""
    return SafeMarkdown(prose(text))


def markdown_sentence(text: str) -> SafeMarkdown:
    """Return a sentence as ``markdown_prose`` does, its first letter a capital."""
    return markdown_prose(text[:1].upper() + text[1:])


def markdown_cell(text: str) -> SafeMarkdown:
    """Return a text for a table cell, empty if it is."""
    return SafeMarkdown(cell(text) if text else "")


def markdown_prose_cell(text: str) -> SafeMarkdown:
    """Return a sentence for a table cell."""
    return SafeMarkdown(prose(text).replace("|", "\\|"))


def markdown_fence(text: str, language: str = "", *, exact: bool = False) -> SafeMarkdown:
    """Return a fenced block. ``exact`` is for commands and filters of ours, to be copied as they are."""
    return SafeMarkdown(fence(str(text), language if language.isalpha() else "", exact=exact))


def indent(text: Markup, width: int = 3) -> SafeMarkdown:
    """Return Markdown of ours indented under a list item; a plain text is put in a code span first."""
    return SafeMarkdown(str(finalize(text)).replace("\n", "\n" + " " * width))


def truncate(text: str, width: int) -> str:
    """Return the beginning of a text, with an ellipsis where something was cut off."""
    return text if len(text) <= width else f"{text[:width]} ..."


def summary_line(message: str) -> str:
    """Return a message as it is, and of a traceback its first and its last line: the last one names the error."""
    if not message.startswith("Traceback"):
        return message
    first, *rest = [line for line in message.split("\n") if line.strip()]
    return f"{first} ... {rest[-1].strip()}" if rest else first


def wrap(text: str, indent: int = 0) -> SafeMarkdown:
    """Return plain text in lines of at most 79 characters, those after the first indented."""
    lines = textwrap.wrap(finalize_plain(text), 79, subsequent_indent=" " * indent, break_on_hyphens=False)
    return SafeMarkdown("\n".join(lines))


def join_values(values: Iterable[Any], separator: str = ", ") -> SafeMarkdown:
    """Return the values one after the other, each printed as it would be alone."""
    return SafeMarkdown(str(finalize(SafeMarkdown(separator))).join(str(finalize(value)) for value in values))


def markdown_time(timestamp: str) -> SafeMarkdown:
    """Return an RFC 3339 time as a report prints it, in UTC."""
    return SafeMarkdown(
        finalize(SafeMarkdown(format_utc(timestamp)) if _TIME.fullmatch(timestamp) else timestamp)
    )


def explorer_link(url: str, label: str) -> SafeMarkdown:
    """Return the label, in code, as a link into Logs Explorer; without one when the address leads elsewhere."""
    if not url.startswith((_EXPLORER + ";", _EXPLORER + "?")):
        return markdown_cell(label)
    safe = _UNSAFE_IN_URL.sub(
        lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode("utf-8", "replace")), url
    )
    return SafeMarkdown(f"[{cell(label) if label else 'open'}]({safe})")
