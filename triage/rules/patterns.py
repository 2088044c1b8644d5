"""Checks of patterns: RE2 syntax, no ambiguous repeats, fast on hostile lines."""

import re
import time
from collections.abc import Iterator, Sequence

from triage.models import Rule
from triage.rules.ambiguity import has_exponential_repeat
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
_STALLS = (
    "the pattern repeats a group that can read the same text in several ways, so that it stalls on a hostile "
    "line: let each part of the group begin with a character of its own"
)
_SLOW = (
    "the pattern takes too long on a hostile line: bound its repeats, as in .{1,200}, or exclude the next "
    "character, as in [^,]*"
)
#: The largest repeat count of RE2.
_MAX_REPEATS = 1000
#: A slower pattern would stall the analysis of a hostile log.
_MAX_SECONDS = 0.25
#: Seconds below which the length of the hostile lines grows in larger steps.
_NEXT_TO_NOTHING = 0.002
#: Length of the shortest hostile lines.
_SHORTEST = 64
#: Texts that hostile lines repeat, whatever the pattern.
_FILLERS = ("a", "0", " ", "'", "(", "\n", ", ")
#: Texts of a pattern that its hostile lines repeat, at most.
_MAX_TEXTS = 8
#: What a pattern reads as it is written; a class begins with one of its characters.
_TEXT = re.compile(r"(?:\\\W|[^\\\[\](){}|*+?^$.])+")
_GROUP = re.compile(r"\(\?(?:P<\w+>|[\w-]*:?)")
_CLASS = re.compile(r"\[(\^?)(\\.|[^\\])(?:\\.|[^\]\\])*\]", re.DOTALL)


def pattern_faults(rule: Rule) -> Iterator[tuple[str, str]]:
    """Yield the faults of a rule's pattern and literal, each with its key."""
    if not rule.literal.isascii() or len(rule.literal) < 3:
        yield "literal", "the literal must be plain ASCII of at least 3 characters"
    try:
        pattern = re.compile(rule.pattern, re.ASCII)
    except (re.error, RecursionError, OverflowError) as error:
        yield "pattern", f"the pattern is no regular expression: {error}"
        return
    unsupported = [*_syntax_faults(rule.pattern)] or [*_re2_faults(rule.pattern)]
    if unsupported:
        yield from (("pattern", what) for what in unsupported)
    elif has_exponential_repeat(rule.pattern):
        yield "pattern", _STALLS
    elif not is_fast(pattern, rule.literal):
        yield "pattern", _SLOW


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


def _re2_faults(pattern: str) -> Iterator[str]:
    """Yield the error of google-re2, the extra ``re2``, where it is installed and refuses the pattern."""
    try:
        import re2  # type: ignore[import-untyped]
    except ImportError:
        return
    options = re2.Options()
    options.log_errors = False
    try:
        re2.compile(pattern, options)
    except re2.error as error:
        reason = error.args[0]
        yield f"RE2 refuses the pattern: {reason.decode() if isinstance(reason, bytes) else reason}"


def is_fast(pattern: re.Pattern[str], literal: str) -> bool:
    """Return whether the pattern is fast on hostile lines of growing length.

    No repeat of it is exponential, so a line of twice the length takes a small multiple of the time: the
    lengths grow faster while the pattern takes next to no time.
    """
    size, spent, texts = _SHORTEST, 0.0, _texts(pattern.pattern)
    while size < SUBJECT_LIMIT:
        size = min(SUBJECT_LIMIT, size * (2 if spent > _NEXT_TO_NOTHING else 4))
        for hostile in _hostile(texts, literal, size):
            start = time.thread_time()
            pattern.search(hostile)
            spent = max(spent, time.thread_time() - start)
            if spent > _MAX_SECONDS:
                return False
    return True


def _hostile(texts: Sequence[str], literal: str, size: int) -> Iterator[str]:
    """Yield lines that hold the literal, begin as the pattern does, and repeat a text up to a size."""
    first = texts[0] if texts else ""
    for filler in (*_FILLERS, literal, *texts):
        padding = (filler * size)[: size - len(literal)]
        yield f"{literal}{padding}\0"
        yield f"{first}{padding}{literal}\0"


def _texts(pattern: str) -> list[str]:
    """Return texts that a pattern reads: those between its operators, a character of each class, and all."""
    plain = _GROUP.sub(
        "(", _REPEAT.sub("|", _CLASS.sub(lambda found: "|" if found[1] else f"|{found[2]}|", pattern))
    )
    texts = [re.sub(r"\\(\W)", r"\1", text) for text in _TEXT.findall(plain)]
    return list(dict.fromkeys([*texts[:1], "".join(texts)[:100], *texts]))[:_MAX_TEXTS]
