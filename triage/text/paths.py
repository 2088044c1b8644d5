"""URL paths without their variable parts."""

import re
from functools import lru_cache

_VARIABLE = re.compile(
    r"^(?:\d+|[0-9a-fA-F-]{12,}|(?=(?:\D*\d){4})[\w.~%+=-]{6,}|[\w.~%+=-]{40,})$", re.ASCII
)
_LONGEST = 300


@lru_cache(maxsize=4096)
def path_template(path: str) -> str:
    """Return a path with its variable segments as "*": ``/users/42/orders`` becomes ``/users/*/orders``."""
    return "/".join("*" if _VARIABLE.match(part) else part for part in path[:_LONGEST].split("/"))
