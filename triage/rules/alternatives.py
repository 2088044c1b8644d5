"""The groups of a pattern, and which of their alternatives no hit of its rule proves."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

#: An escape, a class, flags, the opening of a group, a count, or a single character.
_TOKEN = re.compile(
    r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\(\?[a-zA-Z-]+\)|\((?:\?(?:P<\w+>|[a-zA-Z-]*:))?|\{\d*,?\d*\}|.",
    re.DOTALL,
)


class Alternative(NamedTuple):
    """One alternative of a group, as places in the pattern.

    Attributes:
        start: where its text begins.
        end: where its text ends.
        group_start: where the first alternative of its group begins.
        group_end: where the last one ends.

    """

    start: int
    end: int
    group_start: int
    group_end: int


def find_alternatives(pattern: str) -> list[Alternative]:
    """Return every alternative of every group of a valid pattern, in order of their ends."""
    found: list[Alternative] = []
    #: The beginnings of the alternatives of each open group, the outermost first.
    groups: list[list[int]] = [[0]]

    def close(end: int) -> None:
        starts = groups.pop()
        if len(starts) > 1:
            ends = [*(start - 1 for start in starts[1:]), end]
            found.extend(
                Alternative(start, stop, starts[0], end) for start, stop in zip(starts, ends, strict=True)
            )

    for token in _TOKEN.finditer(pattern):
        text = token[0]
        if text == "|":
            groups[-1].append(token.end())
        elif text == ")":
            close(token.start())
        elif text.startswith("(") and text.endswith(")"):
            groups[-1][-1] = token.end()  # flags of the whole pattern
        elif text.startswith("("):
            groups.append([token.end()])
    close(len(pattern))
    return found


def unproved_alternatives(pattern: str, texts: Sequence[str]) -> Iterator[str]:
    """Yield each alternative of a valid pattern that none of the texts proves.

    A text proves an alternative if it matches when the group has no other one.
    """
    alternatives = find_alternatives(pattern)
    used: set[int] = set()
    if alternatives:
        marked = re.compile(_with_marks(pattern, alternatives), re.ASCII)
        for match in filter(None, map(marked.search, texts)):
            used |= {number for number in range(len(alternatives)) if match[_mark(number)] is not None}
    for number, one in enumerate(alternatives):
        if number not in used and not _matches_alone(pattern, one, texts):
            yield pattern[one.start : one.end]


def named_group(pattern: str, name: str) -> str | None:
    """Return the text of a named group of a pattern, None if it has none."""
    opening = f"(?P<{name}>"
    start, depth = pattern.find(opening), 0
    for token in _TOKEN.finditer(pattern, max(start, 0)):
        depth += (token[0][0] == "(" and token[0][-1] != ")") - (token[0] == ")")
        if start >= 0 and depth == 0:
            return pattern[start + len(opening) : token.start()]
    return None


def top_level_prefixes(pattern: str) -> list[int]:
    """Return where the beginnings of a pattern end that are patterns themselves, the shortest first.

    A pattern with alternatives outside of groups has none.
    """
    ends, depth = [], 0
    for token in _TOKEN.finditer(pattern):
        if depth == 0 and token[0] == "|":
            return []
        if depth == 0 and token[0][0] not in "*+?{":
            ends.append(token.start())
        depth += (token[0][0] == "(" and token[0][-1] != ")") - (token[0] == ")")
    return [end for end in ends if end and not pattern[end:].startswith(")") and _is_pattern(pattern[:end])]


def _is_pattern(text: str) -> bool:
    try:
        re.compile(text)
    except re.error:
        return False
    return True


def _mark(number: int) -> str:
    return f"alternative_{number}"


def _with_marks(pattern: str, alternatives: Sequence[Alternative]) -> str:
    """Return the pattern with an empty group at the end of each alternative, which shows that it was used."""
    marks = sorted(((one.end, number) for number, one in enumerate(alternatives)), reverse=True)
    for end, number in marks:
        pattern = f"{pattern[:end]}(?P<{_mark(number)}>){pattern[end:]}"
    return pattern


def _matches_alone(pattern: str, one: Alternative, texts: Sequence[str]) -> bool:
    """Return whether a text needs an alternative where its group has no other one."""
    marked = f"{pattern[one.start : one.end]}(?P<{_mark(0)}>)"
    alone = re.compile(pattern[: one.group_start] + marked + pattern[one.group_end :], re.ASCII)
    return any(match[_mark(0)] is not None for match in filter(None, map(alone.search, texts)))
