"""Excerpts of long messages."""


def excerpt(message: str, limit: int) -> str:
    """Return at most ``limit`` characters: the beginning and the last line, the error.

    The last line is cut at its end only, so that no half of a secret remains.
    """
    if len(message) <= limit:
        return message
    _, separator, last = message.rstrip().rpartition("\n")
    tail = f"\n...\n{last[: limit // 3].rstrip()}" if separator else ""
    return message[: limit - len(tail)] + tail
