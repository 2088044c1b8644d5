"""The form of a rule's pattern: RE2 syntax, no repeat of a repeat, bounded on hostile lines."""

import re
import time
from collections.abc import Iterator

from triage.models import Rule
from triage.text import SUBJECT_LIMIT

#: An escape or a class: what stands in it is no syntax.
_ATOM = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]", re.DOTALL)
_REFUSED = {
    "look-around": re.compile(r"\(\?(?:[=!]|<[=!])"),
    "a backreference": re.compile(r"\(\?P="),
    "a possessive or atomic group": re.compile(r"\(\?>|[*+?}]\+"),
    "a condition or a comment": re.compile(r"\(\?[(#]"),
    "a flag other than i, m and s": re.compile(r"\(\?[a-zA-Z-]*[aLux][a-zA-Z-]*[:)]"),
}
_REFUSED_ESCAPE = re.compile(r"\\[1-9ZuUN]")
_REPEAT = re.compile(r"\{(\d*)(,?)(\d*)\}")
#: RE2 repeats nothing more often.
_MOST = 1000
_UNBOUNDED = re.compile(r"[*+]|\{\d*,\}")
#: A pattern that takes longer than this would stall the reading of a hostile log.
_SECONDS = 0.25


def pattern_faults(rule: Rule) -> Iterator[str]:
    """Yield what is wrong with a rule's pattern and its literal."""
    if not rule.literal.isascii() or len(rule.literal) < 3:
        yield "the literal must be plain ASCII of at least 3 characters"
    try:
        pattern = re.compile(rule.pattern, re.ASCII)
    except (re.error, RecursionError, OverflowError) as error:
        yield f"the pattern is no regular expression: {error}"
        return
    yield from _syntax(rule.pattern)
    if nested_quantifier(rule.pattern):
        yield "the pattern repeats a group that repeats inside: it can stall on a hostile line"
    elif not _bounded(pattern, rule.literal):
        yield "the pattern takes too long on a hostile line"


def _syntax(pattern: str) -> Iterator[str]:
    plain = _ATOM.sub("x", pattern)
    for name, refused in _REFUSED.items():
        if refused.search(plain):
            yield f"the pattern holds {name}, which RE2 does not have"
    for escape in sorted({atom for atom in _ATOM.findall(pattern) if _REFUSED_ESCAPE.match(atom)}):
        yield f"the pattern holds {escape}, which RE2 does not have"
    if any(
        int(number) > _MOST for repeat in _REPEAT.findall(plain) for number in repeat if number.isdecimal()
    ):
        yield f"the pattern repeats something more than {_MOST} times, which RE2 does not do"


def nested_quantifier(pattern: str) -> bool:
    """Return whether a group that holds an unbounded repeat is itself repeated without bound."""
    plain = _ATOM.sub("x", pattern)
    unbounded: list[bool] = [False]
    for position, character in enumerate(plain):
        if character == "(":
            unbounded.append(False)
        elif character == ")" and len(unbounded) > 1:
            inner = unbounded.pop()
            if inner and _UNBOUNDED.match(plain, position + 1):
                return True
            unbounded[-1] |= inner
        elif _UNBOUNDED.match(plain, position):
            unbounded[-1] = True
    return False


def _bounded(pattern: re.Pattern[str], literal: str) -> bool:
    """Return whether the pattern is quick on hostile lines; they grow, so that one that explodes is seen in time."""
    spent = 0.0
    size = len(literal) + 16
    while size < SUBJECT_LIMIT * 9 // 8 and spent < _SECONDS:
        began = time.thread_time()
        for hostile in _hostile(literal, min(size, SUBJECT_LIMIT)):
            pattern.search(hostile)
            spent = time.thread_time() - began
            if spent > _SECONDS:
                break
        size += max(2, size // 8)
    return spent < _SECONDS


def _hostile(literal: str, size: int) -> Iterator[str]:
    for filler in ("a", "0", " ", "'", "(", "\n", ", ", literal):
        padding = (filler * size)[: size - len(literal)]
        yield f"{literal}{padding}\0"
        yield f"{padding}{literal}\0"
