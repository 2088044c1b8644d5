"""Blocks that notebook objects display: paragraphs, lists and tables.

The same blocks render as HTML and as Markdown. Every text may come from a log: HTML escapes it and excludes
it from MathJax; Markdown escapes it with ``triage.text.prose`` and ``cell``.
"""

import re
from collections.abc import Iterable, Sequence
from html import escape
from typing import NamedTuple, TypeAlias

from triage.text import cell, clean, prose

_EXPLORER = re.compile(r"https://console\.cloud\.google\.com/logs/query[\w;=%?.~-]*", re.ASCII)
_MAX_LENGTH = 300
#: Jupyter typesets text between dollar signs, except in elements of these classes.
_NO_MATHJAX = "tex2jax_ignore mathjax_ignore"


class Paragraph(NamedTuple):
    """A paragraph with a bold lead.

    Attributes:
        lead: trusted words, in bold.
        text: rest of the paragraph.

    """

    lead: str
    text: str = ""


class BulletList(NamedTuple):
    """A bulleted list.

    Attributes:
        title: trusted title.
        items: text of each item.

    """

    title: str
    items: Sequence[str]


class Link(NamedTuple):
    """A cell that links to Logs Explorer.

    Attributes:
        text: label.
        url: address; other sites are not linked.

    """

    text: str
    url: str


class LogLine(NamedTuple):
    """A cell that holds a log line.

    Attributes:
        text: the line.

    """

    text: str


Cell: TypeAlias = str | LogLine | Link


class Table(NamedTuple):
    """A table.

    Attributes:
        title: trusted title.
        head: trusted column names.
        rows: cells of each row.

    """

    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[Cell]]


Block: TypeAlias = Paragraph | BulletList | Table


def to_html(blocks: Iterable[Block]) -> str:
    """Return the blocks as one HTML element."""
    return f'<div class="{_NO_MATHJAX}">{"".join(map(_block_html, blocks))}</div>'


def to_markdown(blocks: Iterable[Block]) -> str:
    """Return the blocks as Markdown; ends in a line feed."""
    return "\n\n".join(map(_block_markdown, blocks)) + "\n"


def first_line(text: str) -> str:
    """Return the first line of a text, truncated at 300 characters."""
    line = text.partition("\n")[0].strip()
    return line if len(line) <= _MAX_LENGTH else f"{line[:_MAX_LENGTH]} ..."


def _block_html(block: Block) -> str:
    match block:
        case Paragraph(lead, text):
            return f"<p><strong>{escape(lead)}</strong> {_escape(text)}</p>"
        case BulletList(title, items):
            listed = "".join(f"<li>{_escape(item)}</li>" for item in items)
            return f"<p><strong>{escape(title)}</strong></p><ul>{listed}</ul>"
        case Table(title, head, rows):
            columns = "".join(f'<th style="text-align: left">{escape(name)}</th>' for name in head)
            body = "".join(f"<tr>{''.join(map(_cell_html, row))}</tr>" for row in rows)
            return (
                f"<p><strong>{escape(title)}</strong></p>"
                f"<table><thead><tr>{columns}</tr></thead><tbody>{body}</tbody></table>"
            )


def _cell_html(cell: Cell) -> str:
    match cell:
        case Link(text, url) if _EXPLORER.fullmatch(url):
            shown = f'<a href="{escape(url)}">{_escape(text)}</a>'
        case LogLine(text):
            shown = f'<code style="white-space: pre-wrap">{_escape(text)}</code>'
        case Link(text):
            shown = _escape(text)
        case _:
            shown = _escape(cell)
    return f'<td style="text-align: left">{shown}</td>'


def _escape(text: str) -> str:
    return escape(clean(text))


def _block_markdown(block: Block) -> str:
    match block:
        case Paragraph(lead, text):
            return f"**{lead}** {prose(text)}".rstrip()
        case BulletList(title, items):
            return "\n".join([f"**{title}**", "", *(f"- {prose(item)}" for item in items)])
        case Table(title, head, rows):
            lines = [
                _table_row(head),
                _table_row(["---"] * len(head)),
                *(_table_row(map(_cell_markdown, row)) for row in rows),
            ]
            return "\n".join([f"**{title}**", "", *lines])


def _table_row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell_markdown(of: Cell) -> str:
    match of:
        case Link(text, url) if _EXPLORER.fullmatch(url):
            return f"[{_prose_cell(text)}]({url})"
        case LogLine(text):
            return cell(text)
        case Link(text):
            return _prose_cell(text)
        case _:
            return _prose_cell(of)


def _prose_cell(text: str) -> str:
    return prose(text).replace("|", "\\|")
