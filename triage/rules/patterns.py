"""Checks of patterns: RE2 syntax, no nested repeats, fast on hostile lines."""

import re
import time
from collections.abc import Iterator

from triage.models import Rule
from triage.text import SUBJECT_LIMIT

#: An escape or a class: its content is not syntax.
_ATOM = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]", re.DOTALL)
_UNSUPPORTED = {
    "look-around": re.compile(r"\(\?(?:[=!]|<[=!])"),
    "a backreference": re.compile(r"\(\?P="),
    "a possessive or atomic group": re.compile(r"\(\?>|[*+?}]\+"),
    "a condition or a comment": re.compile(r"\(\?[(#]"),
    "a flag other than i, m and s": re.compile(r"\(\?[a-zA-Z-]*[aLux][a-zA-Z-]*[:)]"),
}
_UNSUPPORTED_ESCAPE = re.compile(r"\\[1-9ZuUN]")
_REPEAT = re.compile(r"\{(\d*)(,?)(\d*)\}")
#: The largest repeat count of RE2.
_MAX_REPEATS = 1000
_UNBOUNDED = re.compile(r"[*+]|\{\d*,\}")
#: A slower pattern would stall the analysis of a hostile log.
_MAX_SECONDS = 0.25


def pattern_faults(rule: Rule) -> Iterator[str]:
    """Yield the faults of a rule's pattern and literal."""
    if not rule.literal.isascii() or len(rule.literal) < 3:
        yield "the literal must be plain ASCII of at least 3 characters"
    try:
        pattern = re.compile(rule.pattern, re.ASCII)
    except (re.error, RecursionError, OverflowError) as error:
        yield f"the pattern is no regular expression: {error}"
        return
    yield from _syntax_faults(rule.pattern)
    if has_nested_quantifier(rule.pattern):
        yield "the pattern repeats a group that repeats inside: it can stall on a hostile line"
    elif not _is_fast(pattern, rule.literal):
        yield "the pattern takes too long on a hostile line"


def _syntax_faults(pattern: str) -> Iterator[str]:
    stripped = _ATOM.sub("x", pattern)
    for name, unsupported in _UNSUPPORTED.items():
        if unsupported.search(stripped):
            yield f"the pattern holds {name}, which RE2 does not have"
    for escape in sorted({atom for atom in _ATOM.findall(pattern) if _UNSUPPORTED_ESCAPE.match(atom)}):
        yield f"the pattern holds {escape}, which RE2 does not have"
    if any(
        int(number) > _MAX_REPEATS
        for repeat in _REPEAT.findall(stripped)
        for number in repeat
        if number.isdecimal()
    ):
        yield f"the pattern repeats something more than {_MAX_REPEATS} times, which RE2 does not do"


def has_nested_quantifier(pattern: str) -> bool:
    """Return whether a group with an unbounded repeat is itself repeated unbounded."""
    stripped = _ATOM.sub("x", pattern)
    unbounded: list[bool] = [False]
    for position, character in enumerate(stripped):
        if character == "(":
            unbounded.append(False)
        elif character == ")" and len(unbounded) > 1:
            inner = unbounded.pop()
            if inner and _UNBOUNDED.match(stripped, position + 1):
                return True
            unbounded[-1] |= inner
        elif _UNBOUNDED.match(stripped, position):
            unbounded[-1] = True
    return False


def _is_fast(pattern: re.Pattern[str], literal: str) -> bool:
    """Return whether the pattern is fast on hostile lines of growing length."""
    spent = 0.0
    size = len(literal) + 16
    while size < SUBJECT_LIMIT * 9 // 8 and spent < _MAX_SECONDS:
        start = time.thread_time()
        for hostile in _hostile(literal, min(size, SUBJECT_LIMIT)):
            pattern.search(hostile)
            spent = time.thread_time() - start
            if spent > _MAX_SECONDS:
                break
        size += max(2, size // 8)
    return spent < _MAX_SECONDS


def _hostile(literal: str, size: int) -> Iterator[str]:
    for filler in ("a", "0", " ", "'", "(", "\n", ", ", literal):
        padding = (filler * size)[: size - len(literal)]
        yield f"{literal}{padding}\0"
        yield f"{padding}{literal}\0"
