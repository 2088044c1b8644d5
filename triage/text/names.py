"""Long names and sentences in little space."""

import re

#: Characters that a shortened name keeps at least.
_SHORTEST_NAME = 20
#: Characters of a sentence from which on it may end at a clause.
_SHORTEST_CLAUSE = 30
_CLAUSE = re.compile(r"[;:,] ")
_ELLIPSIS = "…"


def short_instance(instance: str) -> str:
    """Return the end of an instance id; ids share their beginning."""
    return instance if len(instance) <= 12 else f"...{instance[-8:]}"


def shorten_names(text: str, most: int) -> str:
    """Return a text in at most so many characters.

    Long names lose their middle, the longest first. What is still too long ends at a clause, else at a word.
    """
    words = text.split(" ")
    while len(text) > most:
        longest = max(words, key=len)
        if len(longest) <= _SHORTEST_NAME:
            return _end_early(text, most)
        kept = max(_SHORTEST_NAME, len(longest) - (len(text) - most)) - 1
        words[words.index(longest)] = longest[: kept - kept // 2] + _ELLIPSIS + longest[-(kept // 2) :]
        text = " ".join(words)
    return text


def _end_early(text: str, most: int) -> str:
    ends = [found.start() for found in _CLAUSE.finditer(text, 0, most + 1)]
    if ends and ends[-1] >= _SHORTEST_CLAUSE:
        return text[: ends[-1]]
    end = text.rfind(" ", 0, most)
    return text[: end if end >= _SHORTEST_CLAUSE else most - 1].rstrip(" ,;:") + _ELLIPSIS
