"""URL paths without their variable parts."""

import re
from functools import lru_cache

_VARIABLE = re.compile(
    r"^(?:\d+|[0-9a-fA-F-]{12,}|(?=(?:\D*\d){4})[\w.~%+=-]{6,}|[\w.~%+=-]{40,})$", re.ASCII
)
_LONGEST = 300
#: Letters of which a segment may be an identifier, at least.
_SHORTEST = 12


@lru_cache(maxsize=4096)
def path_template(path: str) -> str:
    """Return a path with its variable segments as "*": ``/users/42/orders`` becomes ``/users/*/orders``."""
    parts = path[:_LONGEST].split("/")
    return "/".join(["*" if not _is_word(part) and _VARIABLE.match(part) else part for part in parts])


def _is_word(part: str) -> bool:
    """Return whether a segment is a word, as most are: no search is needed."""
    return part.isalpha() and len(part) < _SHORTEST
