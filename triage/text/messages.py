"""The subject and the summary line of a message."""

import re

#: Patterns are tried on this much of a message.
SUBJECT_LIMIT = 8192

# An emoji, also as mojibake, in brackets, as "[U+1F534]", as the question mark of a lossy encoding, or as the
# English word that a clean-up of the source put in its place. PASS, FAIL and WARNING are outcomes and stay.
_MARKS = re.compile(
    r"""(?:
      \s+
    | \[(?:U\+[0-9A-F]{4,6}|\?{1,4}|[^\x00-\x7F\]]{1,12})\]
    | \?+(?=\s|$)
    | [^\x00-\x7F\w]+
    | [^\x00-\x7F]+(?=\s|$)
    | (?:SEARCH|CYCLE|ALERT|CHART|TARGET|FIRE|STAR|IDEA|PIN|TROPHY|LIGHTNING|CELEBRATION|UNDER_CONSTRUCTION):(?=\s)
    )+""",
    re.VERBOSE,
)
# An outcome word; marks may follow it: "WARNING: [U+FE0F]  database: Failed (non-critical)".
_OUTCOME = re.compile(r"(?:PASS|FAIL|WARNING):(?=\s)")
#: Characters by which a part of a quote is found: messages may be cut, too.
_ENOUGH = 30


def subject(message: str) -> str:
    """Return the first line without leading marks and outer white space, at most 8 KiB.

    Marks before and after a leading outcome word (PASS, FAIL, WARNING) are removed; the word stays.
    """
    line = _strip_marks(message[:SUBJECT_LIMIT].partition("\n")[0]).rstrip()
    outcome = _OUTCOME.match(line)
    if outcome is None:
        return line
    rest = line[outcome.end() :]
    text = _strip_marks(rest)
    return line if text == rest.lstrip() else f"{outcome[0]} {text}".rstrip()


def _strip_marks(text: str) -> str:
    marks = _MARKS.match(text)
    return text[marks.end() :] if marks else text


def summary_line(message: str) -> str:
    """Return the last line of a traceback, which names the error, else the first line."""
    line = message[:SUBJECT_LIMIT].partition("\n")[0].strip()
    if not line.startswith("Traceback (most recent call last)"):
        return line
    lines = reversed(message.split("\n"))
    return next((text for text in lines if text.strip() and not text[0].isspace()), line)


def quotes(says: str, message: str) -> bool:
    """Return whether a sentence quotes a line of a message in backticks; "…" stands for what is left out."""
    quoted = says.partition("`")[2].partition("`")[0].rstrip("…")
    parts = (r"\s+".join(map(re.escape, part.strip()[:_ENOUGH].split())) for part in quoted.split("…"))
    form = ".*?".join(parts)
    return bool(quoted) and bool(
        re.search(rf"^\s*{form}", message.replace("`", "'"), re.MULTILINE | re.DOTALL)
    )
