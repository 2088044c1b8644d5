"""The template of a message: what all messages of one log statement share."""

import re
from functools import lru_cache

from triage.text.lazy_patterns import lazy_pattern
from triage.text.messages import subject, summary_line
from triage.text.remembered import remember_texts

#: Words and lines of at most so many characters are remembered, and so many of them.
_LONGEST_WORD, _LONGEST_LINE = 64, 512
_REMEMBERED = 8192

_TLD = "com|net|org|edu|gov|mil|info|biz|io|dev|app|cloud|internal|local|localdomain|svc|[a-z]{2}"
#: Last parts of file names, which are no hosts: "worker.py:12".
_SOURCES = "py|js|ts|go|rb|rs|cc|cs|kt|sh|so|pl|md|ex|mjs|cjs|jsx|tsx|java|cpp|php|scala|dart|conf|json|yaml|yml|toml|log|txt"
_METHOD = r"(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|CONNECT|TRACE)"

#: A quoted text, and one with the key before it, for which a line with "=" is searched: that takes long.
_QUOTED = lazy_pattern(r"""\"[^"\n]*"|'(?<!\w')[^'\n]*'(?!\w)|`[^`\n]*`""", re.ASCII)
_QUOTED_VALUE = lazy_pattern(rf"((?<![\w.-])[\w.-]{{1,64}}=)?({_QUOTED.pattern})", re.ASCII)
_KEEPS_METHOD = lazy_pattern(rf".({_METHOD}) ", re.ASCII)
#: Fields of logfmt whose quoted value is the message itself.
_MESSAGE_KEYS = frozenset(
    {"msg=", "message=", "err=", "error=", "reason=", "cause=", "exception=", "text=", "event="}
)

# Longer and more certain forms first, so that a number inside an id is not taken for itself. Every form is
# linear in a word.
_VARIABLE = re.compile(
    rf"""
      (?![a-zA-Z0-9]+\Z) (?:
      (?P<url>    \b[a-zA-Z][a-zA-Z0-9+.-]{{1,31}}://[^\s"'<>|]+ )
    | (?P<email>  \b[\w.+-]{{1,64}}@[\w-]+\.[\w.-]+ )
    | (?P<value>  (?<![^\W_])(?:user|username|login|ruser|rhost|host|hostname|client|peer)=[^\s,;&()\[\]{{}}"'<>]+ )
    | (?P<time>   (?<![\w-])\d{{4}}[-/]\d\d[-/]\d\d(?:[T_-]\d\d[:.]\d\d(?:[:.]\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?(?!\d)
                  | (?<![\w:])\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?(?![\w:]) )
    | (?P<id>     (?<![0-9a-zA-Z])[0-9a-fA-F]{{8}}-[0-9a-fA-F]{{4}}-[0-9a-fA-F]{{4}}-[0-9a-fA-F]{{4}}-[0-9a-fA-F]{{12}}(?![0-9a-zA-Z]) )
    | (?P<host>   (?<![\w.@-])(?:[\w-]+\.)+(?!(?:{_SOURCES})\b)[a-z]{{2,}}:\d+(?![\w.])
                  | (?<![\w.@/-])(?:[\w-]+\.){{2,}}(?!(?:{_SOURCES})\b)(?:{_TLD})(?![\w.]*\w)
                  | (?<![\d.])\d{{1,3}}(?:\.\d{{1,3}}){{3}}(?::\d+)?(?![\d.]*\d)
                  | (?<![\w:])(?:[0-9a-fA-F]{{0,4}}:){{3,7}}[0-9a-fA-F]{{1,4}}(?![\w:]) )
    | (?P<path>   (?<![\w.>/-])(?:~|\.{{1,2}}|[A-Za-z]:)?[/\\][\w.@%+~-]*(?:[/\\]+[\w.@%+~$-]+){{2,}}[/\\]* )
    | (?P<revision> (?<=-)\d{{5}}-[a-z0-9]{{3}}\b )
      )
    | (?P<hex>    (?<![0-9a-zA-Z])(?:0[xX][0-9a-fA-F]+|[0-9a-fA-F]{{8,}})(?![0-9a-zA-Z]) )
    | (?P<run>    [a-zA-Z0-9]+(?:_+-?[a-zA-Z0-9]+)+ )
    | (?P<n>      (?:(?<![\w>)-])[<>~]=?)?(?:(?<![\w)\]])-)?(?<![^\W_])\d+(?:[.,:-]\d+)*
                  (?:(?:[kKMGT]i?[bB]?|[nuµm]?s|sec|secs|min|B|%)(?!\w)|(?![a-zA-Z0-9])) )
    | (?P<word>   [a-zA-Z0-9]+ )
    """,
    re.VERBOSE,
)
_SWITCH = re.compile(r"(?<=\d)(?=[a-zA-Z])|(?<=[a-zA-Z])(?=\d)", re.ASCII)
_TRAILING = re.compile(r"\d{2,}$|\d{4,}", re.ASCII)

_UNIT = re.compile(
    r"<n> (?:[kKMGT]?i?[bB]|[nuµm]?s|bytes?|sec|secs|seconds?|min|minutes?|hours?|milliseconds?)\b"
)
_DATE = lazy_pattern(
    r"(?:\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? +)?\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]* +<n> <time>(?: <n>)?"
)
#: What stands in brackets behind a variable part explains it: "10.1.2.3 (db.example.com)", "1024 bytes (1
#: KB)".
_ANNOTATED = re.compile(r"(<[a-z]+>) \((?:<[a-z]+>)?\)")
_REPEATED = re.compile(r"(<[a-z]+>)(?:[ ,]+\1)+")
_NAME = lazy_pattern(
    r"((?:\b(?:for|invalid|unknown|by|as) user ) *)(?!<)[^\s,;:]+|(\bfor )(?!<)[^\s,;:]+(?= from <host>)",
    re.IGNORECASE,
)


@remember_texts
def message_template(message: str) -> str:
    """Return the summary line with its variable parts replaced.

    All messages of one log statement have the same template: ``"GET /users/42 took 1.5s"`` becomes
    ``"GET /users/<n> took <n>"``. It depends on nothing but the message.
    """
    line = summary_line(message)
    return _template_of_line(line) if len(line) <= _LONGEST_LINE else _mask_line(line)


@lru_cache(_REMEMBERED)
def _template_of_line(line: str) -> str:
    return _mask_line(line)


def _mask_line(line: str) -> str:
    line = subject(line)
    if '"' in line or "'" in line or "`" in line:
        line = _QUOTED_VALUE.sub(_mask_value, line) if "=" in line else _QUOTED.sub(_mask_quoted, line)
    line = " ".join([word if word.isalpha() else _mask(word) for word in line.split(" ")])
    if "<" not in line:
        return line
    if "<n> " in line:
        line = _UNIT.sub("<n>", line)
    if "<time>" in line:
        line = _DATE.sub("<time>", line)
    if "ser " in line or " from <host>" in line:
        line = _NAME.sub(lambda found: f"{found[1] or found[2]}<name>", line)
    if "> (" in line:
        line = _ANNOTATED.sub(_first_group, line)
    may_repeat = "> <" in line or ">," in line or "> ," in line or ">  " in line
    return _REPEATED.sub(_first_group, line) if may_repeat else line


def _first_group(found: re.Match[str]) -> str:
    return found[1]


def _mask_value(found: re.Match[str]) -> str:
    key, text = found[1] or "", found[2]
    return key + (text if key in _MESSAGE_KEYS else _mask_quote(text))


def _mask_quoted(found: re.Match[str]) -> str:
    return _mask_quote(found[0])


def _mask_quote(text: str) -> str:
    method = _KEEPS_METHOD.match(text)
    return f"{method[1]} <text>" if method else "<text>"


def _mask(word: str) -> str:
    return _mask_short(word) if len(word) <= _LONGEST_WORD else _VARIABLE.sub(_replace, word)


@lru_cache(_REMEMBERED)
def _mask_short(word: str) -> str:
    return _VARIABLE.sub(_replace, word)


def _replace(found: re.Match[str]) -> str:
    kind = found.lastgroup
    if kind == "word":
        return _mask_letters(found[0])
    if kind == "run":
        return _mask_run(found[0])
    if kind == "value":
        return f"{found[0].partition('=')[0]}=<value>"
    return "<n>" if kind == "hex" else f"<{kind}>"


def _mask_letters(word: str) -> str:
    """Return letters and digits masked: "an192" and "c6b3f" hold a number or are an id, "utf8" is a name."""
    if word.isalpha():
        return word
    if len(word) >= 5 and len(_SWITCH.findall(word)) >= 2:
        return "<n>"
    return _TRAILING.sub("<n>", word)


def _mask_run(run: str) -> str:
    """Return words joined by "_" masked from the first that is an id: "attempt_17_m_3" is "attempt_<n>"."""
    segments = run.split("_")
    is_constant = run.isupper()
    for index, segment in enumerate(segments):
        bare = segment.lstrip("-")
        if bare and not bare.isalpha() and not _is_name(bare, is_kept=is_constant or not index):
            return "_".join([*segments[:index], "<n>"])
    return run


def _is_name(segment: str, *, is_kept: bool) -> bool:
    """Return whether a part is a name with a number, as "S3" in AWS_S3_BUCKET or "x86" in x86_64, and no id."""
    return is_kept and segment[0].isalpha() and len(_SWITCH.findall(segment)) == 1 and len(segment) < 8
