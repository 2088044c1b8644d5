"""A long message cut to what tells most."""


def excerpt(message: str, most: int) -> str:
    """Return a message of at most ``most`` characters: its beginning and its last line, which names the error.

    A traceback ends in its error. The last line is cut from its own beginning only, so that no half of a secret stands
    alone.
    """
    if len(message) <= most:
        return message
    _, broken, last = message.rstrip().rpartition("\n")
    tail = f"\n...\n{last[: most // 3].rstrip()}" if broken else ""
    return message[: most - len(tail)] + tail
