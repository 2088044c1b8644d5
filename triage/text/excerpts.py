"""Excerpts of long messages."""


def excerpt(message: str, limit: int, keep: str = "") -> str:
    """Return at most ``limit`` characters: the beginning, the line to ``keep`` and the last line.

    The last line is mostly the error. Lines are cut at their end only, so that no half of a secret remains.
    """
    if len(message) <= limit:
        return message
    _, separator, last = message.rstrip().rpartition("\n")
    tail = f"\n...\n{last[: limit // 3].rstrip()}" if separator else ""
    kept = keep[: limit // 3].rstrip()
    if kept and kept not in tail and kept not in message[: limit - len(tail)]:
        tail = f"\n...\n{kept}{tail}"
    return message[: limit - len(tail)] + tail
