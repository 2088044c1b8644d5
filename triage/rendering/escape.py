"""Escaping in templates: trusted Markdown as it is, other text inside code."""

import re
import textwrap
from collections.abc import Iterable
from typing import Any, Self

from markupsafe import Markup

from triage.rendering.formatting import format_utc
from triage.text import cell, clean, code, fence, lazy_pattern, prose

_EXPLORER = "https://console.cloud.google.com/logs/query"
#: Log text that a sentence quotes: words in backticks, with nothing but marks beside them.
QUOTED = lazy_pattern(r"(?<!\S)`([^`\n]+)`(?=[.,;:!?)]*(?:\s|$))")
#: Separators that are printed as they are; any other one is text.
SEPARATOR = lazy_pattern(r"[ ,;/.&+→·\n]{0,8}")
#: Largest indent.
_WIDEST = 40
_TIME = re.compile(r"[0-9:.TZ-]{1,40}")
_UNSAFE_IN_URL = re.compile(r"[^A-Za-z0-9%=;?&._~:/-]")


class SafeMarkdown(Markup):
    """Trusted Markdown, printed as it is; log text never becomes one unescaped."""

    __slots__ = ()

    @classmethod
    def escape(cls, s: Any, /) -> Self:
        """Return a value as it is printed beside trusted Markdown: other text in code."""
        return cls(s) if isinstance(s, SafeMarkdown) else cls(code(str(s)))


def finalize(value: Any) -> Any:
    """Return what ``{{ value }}`` prints in a Markdown template.

    Numbers and trusted Markdown are printed as they are, other values in a code span.
    """
    if isinstance(value, Markup | int | float) and not isinstance(value, bool):
        return value
    return SafeMarkdown(code(str(value)))


def finalize_plain(value: Any) -> Any:
    """Return what ``{{ value }}`` prints in plain text: one escaped line."""
    return value if isinstance(value, SafeMarkdown) else clean(str(value)).replace("\n", "\\n")


def markdown_prose(text: str) -> SafeMarkdown:
    """Return a sentence that may quote log text; what stands in backticks is one code span."""
    parts = []
    for index, part in enumerate(QUOTED.split(text)):
        if index % 2:
            parts.append(code(part))
        elif part.strip():
            blanks = " " * part[:1].isspace(), " " * part[-1:].isspace()
            parts.append(prose(part).join(blanks))
        elif part:
            parts.append(" ")
    return SafeMarkdown("".join(parts).strip())


def markdown_sentence(text: str) -> SafeMarkdown:
    """Return a sentence that may quote log text, its first letter capitalized; names stay as they are."""
    first = text.split(maxsplit=1)[0] if text.split() else ""
    return markdown_prose(text[:1].upper() + text[1:] if first.isalpha() else text)


def markdown_cell(text: str) -> SafeMarkdown:
    """Return text for a table cell; empty text stays empty."""
    return SafeMarkdown(cell(text) if text else "")


def markdown_prose_cell(text: str) -> SafeMarkdown:
    """Return a sentence for a table cell."""
    # As trusted Markdown it would put the replacement in code.
    return SafeMarkdown(str(markdown_prose(text)).replace("|", "\\|"))


def markdown_fence(text: str, language: str = "", *, exact: bool = False) -> SafeMarkdown:
    """Return a fenced block.

    ``exact`` keeps the text unchanged; use it for trusted commands and filters only.
    """
    return SafeMarkdown(fence(str(text), language if language.isalpha() else "", exact=exact))


def indent(text: Markup, width: int = 3) -> SafeMarkdown:
    """Return Markdown indented under a list item; plain text becomes a code span."""
    return SafeMarkdown(str(finalize(text)).replace("\n", "\n" + " " * min(width, _WIDEST)))


def truncate(text: str, width: int) -> str:
    """Return the beginning of a text, with an ellipsis if it was longer."""
    return text if len(text) <= width else f"{text[:width]} ..."


def wrap(text: str, indent: int = 0) -> SafeMarkdown:
    """Return plain text in lines of at most 79 characters, indented from line 2 on."""
    hanging = " " * min(indent, _WIDEST)
    lines = textwrap.wrap(finalize_plain(text), 79, subsequent_indent=hanging, break_on_hyphens=False)
    return SafeMarkdown("\n".join(lines))


def join_values(values: Iterable[Any], separator: str = ", ") -> SafeMarkdown:
    """Return the values joined, each printed as it would be alone; so is a separator with other letters."""
    between = separator if SEPARATOR.fullmatch(separator) else str(finalize(separator))
    return SafeMarkdown(str(between).join(str(finalize(value)) for value in values))


def markdown_time(timestamp: str) -> SafeMarkdown:
    """Return an RFC 3339 time as reports print it, in UTC."""
    return SafeMarkdown(
        finalize(SafeMarkdown(format_utc(timestamp)) if _TIME.fullmatch(timestamp) else timestamp)
    )


def explorer_link(url: str, label: str) -> SafeMarkdown:
    """Return a link to Logs Explorer, or the label alone for other addresses."""
    if not url.startswith((_EXPLORER + ";", _EXPLORER + "?")):
        return markdown_cell(label)
    safe = _UNSAFE_IN_URL.sub(
        lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode("utf-8", "replace")), url
    )
    return SafeMarkdown(f"[{cell(label) if label else 'open'}]({safe})")
