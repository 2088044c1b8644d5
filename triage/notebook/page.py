"""What an object shows of itself in a notebook: sentences, lists and tables, as HTML and as Markdown.

Both are made of the same blocks, so that they say the same. Every text may come from a log: in HTML it is escaped, and
stands where MathJax does not look for formulas; in Markdown it is told by ``triage.text.prose`` and ``cell``.
"""

import re
from collections.abc import Iterable, Sequence
from html import escape
from typing import NamedTuple, TypeAlias

from triage.text import cell, clean, prose

_EXPLORER = re.compile(r"https://console\.cloud\.google\.com/logs/query[\w;=%?.~-]*", re.ASCII)
_LONGEST = 300
#: Jupyter typesets what stands between dollar signs, but not in an element of this class.
_PLAIN = "tex2jax_ignore mathjax_ignore"


class Sentence(NamedTuple):
    """A paragraph that begins with words of ours in bold."""

    lead: str
    text: str = ""


class Items(NamedTuple):
    """A list under a title of ours."""

    title: str
    items: Sequence[str]


class Link(NamedTuple):
    """A cell that leads into Logs Explorer."""

    text: str
    url: str


class Line(NamedTuple):
    """A cell that holds a line of a log."""

    text: str


Cell: TypeAlias = str | Line | Link


class Table(NamedTuple):
    """A table under a title of ours; ``head`` are words of ours too."""

    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[Cell]]


Block: TypeAlias = Sentence | Items | Table


def html(blocks: Iterable[Block]) -> str:
    """Return the blocks as one HTML element."""
    return f'<div class="{_PLAIN}">{"".join(map(_html, blocks))}</div>'


def markdown(blocks: Iterable[Block]) -> str:
    """Return the blocks as Markdown; ends in a line feed."""
    return "\n\n".join(map(_markdown, blocks)) + "\n"


def short(text: str) -> str:
    """Return the first line of a text, cut where it is very long."""
    line = text.partition("\n")[0].strip()
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]} ..."


def _html(block: Block) -> str:
    match block:
        case Sentence(lead, text):
            return f"<p><strong>{escape(lead)}</strong> {_safe(text)}</p>"
        case Items(title, items):
            listed = "".join(f"<li>{_safe(item)}</li>" for item in items)
            return f"<p><strong>{escape(title)}</strong></p><ul>{listed}</ul>"
        case Table(title, head, rows):
            columns = "".join(f'<th style="text-align: left">{escape(name)}</th>' for name in head)
            body = "".join(f"<tr>{''.join(map(_html_cell, row))}</tr>" for row in rows)
            return (
                f"<p><strong>{escape(title)}</strong></p>"
                f"<table><thead><tr>{columns}</tr></thead><tbody>{body}</tbody></table>"
            )


def _html_cell(cell: Cell) -> str:
    match cell:
        case Link(text, url) if _EXPLORER.fullmatch(url):
            shown = f'<a href="{escape(url)}">{_safe(text)}</a>'
        case Line(text):
            shown = f'<code style="white-space: pre-wrap">{_safe(text)}</code>'
        case Link(text):
            shown = _safe(text)
        case _:
            shown = _safe(cell)
    return f'<td style="text-align: left">{shown}</td>'


def _safe(text: str) -> str:
    return escape(clean(text))


def _markdown(block: Block) -> str:
    match block:
        case Sentence(lead, text):
            return f"**{lead}** {prose(text)}".rstrip()
        case Items(title, items):
            return "\n".join([f"**{title}**", "", *(f"- {prose(item)}" for item in items)])
        case Table(title, head, rows):
            lines = [_row(head), _row(["---"] * len(head)), *(_row(map(_markdown_cell, row)) for row in rows)]
            return "\n".join([f"**{title}**", "", *lines])


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _markdown_cell(of: Cell) -> str:
    match of:
        case Link(text, url) if _EXPLORER.fullmatch(url):
            return f"[{_told(text)}]({url})"
        case Line(text):
            return cell(text)
        case Link(text):
            return _told(text)
        case _:
            return _told(of)


def _told(text: str) -> str:
    return prose(text).replace("|", "\\|")
