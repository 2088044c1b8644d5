"""Long names and sentences in little space."""

import re

#: Characters that a shortened name keeps at least.
_SHORTEST_NAME = 20
#: Characters of a sentence from which on it may end at a clause.
_SHORTEST_CLAUSE = 50
#: Characters that may be left empty so that a text ends at a word.
_LONGEST_REST = 25
#: The end of a clause; what follows a colon is one where it is a sentence, and no error that is quoted.
_CLAUSE = re.compile(r"[;,] |: (?=[a-z])")
_ELLIPSIS = "…"


def short_instance(instance: str) -> str:
    """Return the end of an instance id; ids share their beginning."""
    return instance if len(instance) <= 12 else f"...{instance[-8:]}"


def shorten_names(text: str, most: int) -> str:
    """Return a text in at most so many characters.

    Long names lose their middle where that is enough. Else the text ends at a clause, or at a word.
    """
    words = text.split(" ")
    if len(text) - sum(max(0, len(word) - _SHORTEST_NAME) for word in words) > most:
        return _end_early(text, most)
    while len(text) > most:
        longest = max(words, key=len)
        kept = max(_SHORTEST_NAME, len(longest) - (len(text) - most)) - 1
        words[words.index(longest)] = longest[: kept - kept // 2] + _ELLIPSIS + longest[-(kept // 2) :]
        text = " ".join(words)
    return text


def _end_early(text: str, most: int) -> str:
    clauses = (text[: found.start()] for found in _CLAUSE.finditer(text, _SHORTEST_CLAUSE, most + 1))
    whole = [clause for clause in clauses if clause.count("(") == clause.count(")")]
    if whole and "`" not in text:
        return whole[-1]
    end = text.rfind(" ", 0, most - 1)
    end = end if end >= max(_SHORTEST_CLAUSE, most - _LONGEST_REST) else most - 2
    shown = text[:end].rstrip(" ,;:…") + _ELLIPSIS
    return f"{shown}`" if shown.count("`") % 2 else shown
