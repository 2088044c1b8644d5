"""Identifiers in texts: often all that tells two messages of one log statement apart."""

import re

#: A UUID, or a long hexadecimal number with a digit and a letter, as a word of its own. Shorter or decimal
#: numbers may be what a message is about: a status, a port, a size. So may what follows a minus sign.
_IDENTIFIER = re.compile(
    r"\b((?<!\W-)(?<!\A-)[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"
    r"|(?<!-)(?=[a-fA-F]*[0-9])(?=[0-9]*[a-fA-F])[0-9a-fA-F]{12,64})\b",
    re.ASCII,
)


def split_at_identifiers(text: str) -> tuple[list[str], list[str]]:
    """Return what stands between the identifiers of a text, and the identifiers, both in order."""
    parts = _IDENTIFIER.split(text)
    return parts[::2], parts[1::2]
