"""The subject, the summary line and the template of a message."""

import re

#: Patterns are tried on this much of a message.
SUBJECT_LIMIT = 8192

# An emoji, also as mojibake, in brackets, as "[U+1F534]", as the question mark of a lossy encoding, or as the English
# word that a clean-up of the source put in its place. PASS, FAIL and WARNING are outcomes and stay.
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

# Longer and more certain forms first, so that a number inside an id is not taken for itself. Every form is linear.
_VARIABLE = re.compile(
    r"""
      (?P<text>      "[^"\n]*" | (?<!\w)'[^'\n]*'(?!\w) | `[^`\n]*` )
    | (?P<url>       \b[a-z][a-z0-9+.-]{1,31}://[^\s"'<>|]+ )
    | (?P<email>     \b[\w.+-]{1,64}@[\w-]+\.[\w.-]+ )
    | (?P<time>      \b\d{4}-\d\d-\d\d(?:[T\ ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?
                     | \b\d\d:\d\d:\d\d(?:[.,]\d+)? )
    | (?P<id>        \b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b | \b0x[0-9a-f]+\b
                     | \b(?=[a-f]{0,63}\d)(?=\d{0,63}[a-f])[0-9a-f]{8,}\b )
    | (?P<revision>  (?<=-)\d{5}-[a-z0-9]{3}\b )
    | (?P<host>      \b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b )
    | (?P<n>         (?<![^\W\d_])\d+(?:[.,]\d+)* | \d{4,} )
    """,
    re.VERBOSE | re.ASCII | re.IGNORECASE,
)


def subject(message: str) -> str:
    """Return the first line without leading marks and outer white space, at most 8 KiB."""
    line = message[:SUBJECT_LIMIT].partition("\n")[0]
    marks = _MARKS.match(line)
    return line[marks.end() :].rstrip() if marks else line.rstrip()


def summary_line(message: str) -> str:
    """Return the last line of a traceback, which names the error, else the first line."""
    line = message[:SUBJECT_LIMIT].partition("\n")[0].strip()
    if not line.startswith("Traceback (most recent call last)"):
        return line
    return [text for text in message.split("\n") if text.strip() and not text[0].isspace()][-1]


def message_template(message: str) -> str:
    """Return the summary line with its variable parts replaced.

    All messages of one log statement have the same template: ``"GET /users/42 took 1.5s"`` becomes
    ``"GET /users/<n> took <n>s"``.
    """
    return _VARIABLE.sub(lambda found: f"<{found.lastgroup}>", subject(summary_line(message)))
