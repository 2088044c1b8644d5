"""Words that a text needs, so that a pattern which reads much is tried on few texts."""

import re
from collections.abc import Iterator
from functools import lru_cache
from re import _constants as sre
from re import _parser as sre_parser
from typing import Any

#: Shorter words are in most texts.
_SHORTEST = 4
#: Several words of which a text needs one.
Alternatives = tuple[str, ...]


@lru_cache(maxsize=1024)
def needed_words(pattern: str) -> tuple[Alternatives, ...]:
    """Return words without which a valid pattern matches no text: of each of these alternatives one."""
    tree = sre_parser.parse(pattern, re.ASCII)
    return tuple(dict.fromkeys(_needed(tree, tree.state.flags)))


def holds_needed_words(text: str, needed: tuple[Alternatives, ...]) -> bool:
    """Return whether a text holds one word of each of the alternatives."""
    for words in needed:  # noqa: SIM110 - all() takes longer, and this is for every such message
        if not any(map(text.__contains__, words)):
            return False
    return True


def _needed(tree: Any, flags: int) -> Iterator[Alternatives]:
    """Yield what every text needs that a part of a pattern reads."""
    word = ""
    for operator, argument in tree:
        if operator is sre.LITERAL and not flags & re.IGNORECASE:
            word += chr(argument)
            continue
        if len(word) >= _SHORTEST:
            yield (word,)
        word = ""
        if operator is sre.SUBPATTERN:
            _, added, removed, body = argument
            yield from _needed(body, (flags | added) & ~removed)
        elif operator in (sre.MAX_REPEAT, sre.MIN_REPEAT) and argument[0] > 0:
            yield from _needed(argument[2], flags)
        elif operator is sre.BRANCH:
            yield from _of_branches(argument[1], flags)
    if len(word) >= _SHORTEST:
        yield (word,)


def _of_branches(branches: Any, flags: int) -> Iterator[Alternatives]:
    """Yield one of the alternatives that each branch needs, nothing where a branch needs none."""
    found = [max(_needed(branch, flags), key=_length, default=()) for branch in branches]
    if all(found):
        yield tuple(word for words in found for word in words)


def _length(words: Alternatives) -> int:
    """Return the length of the shortest word: the longer it is, the fewer texts hold it."""
    return min(map(len, words))
