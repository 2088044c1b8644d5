"""Counts with their nouns."""


def pluralize(count: int, one: str, many: str = "") -> str:
    """Return a count with its noun: "1 boot" or "29 boots"."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def count_times(count: int) -> str:
    """Return "once" or "29 times"."""
    return "once" if count == 1 else f"{count:,} times"
