"""Log text in Markdown: always inside code, where GitHub renders nothing."""

import re

from triage.text.lazy_patterns import lazy_pattern
from triage.text.safe import clean

_BACKTICKS = re.compile(r"`+")
_MENTION = re.compile(r"@(?=[^\W_]|\[)")
_LINE_END = re.compile(r"\r\n?")
_TOKEN = re.compile(r"""(?P<before>["'(]*)(?P<core>.*?)(?P<after>["'),.;:!?]*)""", re.DOTALL)
#: A word that Markdown and GitHub render as plain text: no list mark, host, commit or reference.
_WORD = lazy_pattern(
    r"(?!www\.|GH-\d)(?:[^\W_]+(?:['’/-][^\W_]+)*|\d+(?:[.,:]\d+)*[^\W\d_]{0,3}|\d+%|[–—…%]|)", re.IGNORECASE
)
_COMMIT = lazy_pattern(r"(?=[0-9a-f]*\d)[0-9a-f]{7,40}", re.IGNORECASE)
_NUMBERED = re.compile(r"\d{1,9}[.)]")


def _without_mentions(text: str) -> str:
    """Return the cleaned text without "@name": mail shows the source of a comment."""
    return _MENTION.sub("@\u200b", clean(text))


def _ticks(text: str, minimum: int) -> str:
    return "`" * max(minimum, 1 + max((len(run) for run in _BACKTICKS.findall(text)), default=0))


def code(text: str) -> str:
    r"""Return the text as a one-line code span; line breaks show as ``\n``."""
    line = _without_mentions(_LINE_END.sub("\n", text)).replace("\n", "\\n").replace("\t", " ")
    if not line.strip():
        return f"` {line}`"
    # CommonMark takes one space off each end when both have one.
    bare = line[0] != "`" and line[-1] != "`" and not (line[0] == line[-1] == " ")
    ticks, pad = _ticks(line, 1), "" if bare else " "
    return f"{ticks}{pad}{line}{pad}{ticks}"


def fence(text: str, language: str = "", *, exact: bool = False) -> str:
    """Return the text as a fenced block.

    With ``exact`` (for a command or filter of ours) "@" stays copyable. ``language`` is a word of ours, never
    log text.
    """
    body = _LINE_END.sub("\n", text)
    body = clean(body) if exact else _without_mentions(body)
    ticks = _ticks(body, 3)
    return f"{ticks}{language}\n{body.rstrip(chr(10))}\n{ticks}"


def cell(text: str) -> str:
    """Return the text as a code span for a table cell, pipes escaped."""
    return code(text).replace("|", "\\|")


def prose(text: str) -> str:
    r"""Return a sentence with log text: plain words as they are, all others as code spans.

    ``No module named 'shop.app'`` keeps its words, and the name becomes code. Line breaks show as ``\n``.
    """
    line = clean(_LINE_END.sub("\n", text)).replace("\n", "\\n")
    words = line.split()
    # At the beginning of a line, "503)" is the mark of a list.
    numbered = words[:1] if words and _NUMBERED.fullmatch(words[0]) else []
    return " ".join([*map(code, numbered), *map(_prose_word, words[len(numbered) :])])


def _prose_word(word: str) -> str:
    found = _TOKEN.fullmatch(word)
    if found is None:
        return code(word)
    before, core, after = found.groups()
    if after.startswith(")") and core.count("(") > core.count(")"):
        core, after = f"{core})", after[1:]
    if _WORD.fullmatch(core) and not _COMMIT.fullmatch(core):
        return word
    return f"{before}{code(core)}{after}"
