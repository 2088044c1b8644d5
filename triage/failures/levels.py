"""How severe a line is by its own words, where Cloud Logging gives no severity.

Cloud Run sets no severity on stdout and stderr, so DEFAULT says nothing about a line.
"""

import re

from triage.text import Hints, lazy_pattern

ERROR = 500
WARNING = 400
NOTICE = 300
INFO = 200
UNKNOWN = 0

_LEVELS = {
    "trace": 100,
    "debug": 100,
    "dbg": 100,
    "debu": 100,
    "info": INFO,
    "inf": INFO,
    "information": INFO,
    "notice": NOTICE,
    "log": INFO,
    "warn": WARNING,
    "warning": WARNING,
    "wrn": WARNING,
    "error": ERROR,
    "err": ERROR,
    "erro": ERROR,
    "severe": ERROR,
    "fail": ERROR,
    "critical": 600,
    "crit": 600,
    "ctl": 600,
    "fatal": 600,
    "fata": 600,
    "ftl": 600,
    "emerg": 600,
    "emergency": 600,
    "panic": 600,
    "pani": 600,
    "alert": 600,
}
#: Lines below the first one that are read.
_MOST = 60
_WORD = "|".join(sorted(_LEVELS, key=len, reverse=True))
#: Levels that are no words of a sentence, in capital letters.
_UPPER = r"(?-i:DEBUG|INFO|INF|WARNING|WARN|WRN|ERROR|ERR|SEVERE|CRITICAL|FATAL|FTL)"
#: The forms in which loggers write a level, most specific first, each with what the line begins with: a digit or
#: the mark of a time ("0"), a letter ("a"), another character, or anything ("").
_FORMS = tuple(
    (begins, lazy_pattern(form, re.ASCII | re.IGNORECASE))
    for begins, form in (
        ("{", rf'^\{{.{{0,400}}?"(?:level|severity|lvl|@l|levelname|log\.level)"\s*:\s*"({_WORD})"'),
        ("", rf"(?:^|\s)(?:level|lvl|severity)=\"?({_WORD})\b"),
        ("", rf"^\S{{0,40}}[\sT]?\S{{0,20}}\s*\[(?:[\w.]+:)?({_WORD}) {{0,8}}\]"),
        ("[", rf"^(?:\[[^\]]{{1,60}}\]\s*){{1,4}}\[(?:[\w.]+:)?({_WORD})\]"),
        ("[", rf"^(?:\[[^\]]{{1,60}}\]\s*){{1,3}}({_WORD})\b\s*[:|-]"),
        (
            "",
            rf"^(?:\d{{4}}[-/]\d\d[-/]\d\d[T ][\d:.,]{{5,18}}(?:Z|[+-]\d\d:?\d\d)?\s+)?(?:\[[^\]]{{1,60}}\]\s*)?({_WORD})(?::\s|\s*\||\s*-\s|\s+\[|\s+\d+\s+---|\s{{2,}})",
        ),
        ("0", rf"^\d{{4}}[-/]\d\d[-/]\d\d[T ][\d:.,]{{5,18}}(?:Z|[+-]\d\d:?\d\d)?\s+({_WORD})\s"),
        ("0", rf"^[\d:.,]{{8,15}}\s+(?:\[[^\]]{{1,60}}\]\s+)?({_WORD})\s"),
        ("[", rf"^\[[^\]]{{1,60}}\]\s+(?:[\w.-]+\.)?({_WORD}):\s"),
        (
            "0",
            rf"^(?:\d{{4}}[-/]\d\d[-/]\d\d[T ])?\d\d:\d\d:\d\d[\d.,]*(?:Z|[+-]\d\d:?\d\d|\s[A-Z]{{3,4}})?(?:\s+\[[^\]]{{1,60}}\])*[\s|]+({_WORD})[:\s|]",
        ),
        ("[", rf"^\[Nest\]\s+\d+\s+-\s[^A-Z]{{8,24}}(?:[AP]M)?\s+({_WORD})\s"),
        ("a", rf"^(?:npm|yarn|pnpm)\s+({_WORD})!?\s"),
        ("", r"^\S{1,200}\.py:\d{1,6}: \w{0,40}(warning): "),
        ("[", rf"^\[[\dT:.,/ +-]{{5,35}}Z?\s+({_WORD})\b"),
        ("[", rf"^\[[^\]]{{1,60}}\]\s+({_UPPER})\s"),
        ("0", rf"^(?:[\d-]{{10}}[T ])?[\d:.,]{{8,15}} - \S{{1,80}} - ({_WORD}) - "),
        ("0", rf"^\d{{1,2}}:\d\d[AP]M ({_WORD})\s"),
        ("0", rf"^\d\d-[a-z]{{3}}-\d{{4}} [\d:.]{{8,12}} ({_WORD})\s"),
        ("a", rf"^({_UPPER})(?:\s(?!in )|:[\w.]{{1,80}}:)"),
        ("a", rf"^({_WORD})\[\d[\dT:.Z+-]{{3,35}}\]"),
    )
)
_OF_TIMES = frozenset("0123456789:.,-")
#: What each line in these forms holds.
_HINTS = Hints([list(_LEVELS)])
#: pino and bunyan write numbers: 10 to 60.
_NUMBER = lazy_pattern(r'^\{.{0,400}?"level"\s*:\s*(\d0)\b', re.ASCII)
_NUMBERS = {10: 100, 20: 100, 30: INFO, 40: WARNING, 50: ERROR, 60: 600}
#: glog and klog: severity letter, month, day, time.
_GLOG = re.compile(r"^([IWEF])\d{4} \d\d:\d\d:\d\d", re.ASCII)
#: Tornado, Jupyter and Passenger: severity letter, date, time, in brackets.
_TORNADO = re.compile(r"^\[ ?([DIWEC]) (?:\d{6}|\d{4}-\d\d-\d\d) \d\d:\d\d:\d\d", re.ASCII)
#: TensorFlow: date, time, severity letter.
_TENSORFLOW = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+: ([IWEF]) ", re.ASCII)
#: Ruby's Logger: letter, bracket, then the word.
_RUBY = re.compile(r"^([DIWEFA]), \[\d{4}-", re.ASCII)
_LETTERS = {"D": 100, "I": INFO, "W": WARNING, "E": ERROR, "F": 600, "C": 600, "A": UNKNOWN}
#: Words that begin a line of a program which ends.
_FATAL = lazy_pattern(
    r"^(?:panic(?:\([^)]{1,40}\))?: |fatal error: |fatal: |FATAL ERROR: |PHP Fatal error|Fatal error: |Unhandled exception|Unhandled Exception"
    r"|\S{1,200}\.swift:\d{1,6}: Fatal error: |Uncaught |SIGSEGV: |SIGABRT: |SIGBUS: |Segmentation fault|Aborted|thread '.{1,80}'(?: \(\d+\))? panicked at|Exception in thread "
    r"|Traceback \(most recent call last\)|APPLICATION FAILED TO START|terminate called|double free|corrupted size"
    r"|\*\* \(|\[?Unhandled ?(?:promise ?)?rejection)",
    re.ASCII | re.IGNORECASE,
)


def read_level(text: str) -> int:
    """Return the level that the first line of a text names, 0 where it names none.

    The number is that of Cloud Logging's severities: 200 INFO, 400 WARNING, 500 ERROR, 600 CRITICAL. Where a
    program printed several lines at once, a harmless first one does not speak for the others.
    """
    first, _, below = text.partition("\n")
    level = 600 if _FATAL.match(first) else _read_line(first[:500])
    return max(level, read_below(below)) if below and 0 < level < WARNING else level


def read_below(text: str) -> int:
    """Return the highest level that a logger gives lines of a text, but for those that are indented."""
    lines = text.split("\n", _MOST)[:_MOST]
    return max([_read_line(line[:500]) for line in lines if line and not line[0].isspace()], default=UNKNOWN)


def _read_line(line: str) -> int:
    """Return the level that a line names, 0 where it names none."""
    short = _GLOG.match(line) or _RUBY.match(line) or _TORNADO.match(line) or _TENSORFLOW.match(line)
    if short:
        return _LETTERS[short[1]]
    number = _NUMBER.match(line)
    if number:
        return _NUMBERS.get(int(number[1]), UNKNOWN)
    if not _HINTS.find(line.lower()):
        return UNKNOWN  # as most lines, without a search
    first = line[0]
    kind = "0" if first in _OF_TIMES else "a" if first.isalpha() else first
    for begins, form in _FORMS:
        if begins in ("", kind) and (found := form.search(line)):
            return _LEVELS[found[1].lower()]
    return UNKNOWN
