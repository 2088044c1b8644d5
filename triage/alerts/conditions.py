"""Join conditions of a filter."""

from collections.abc import Iterable, Sequence


def all_of(conditions: Sequence[str]) -> str:
    """Return the condition that all conditions hold."""
    return _joined(conditions, " AND ")


def any_of(conditions: Sequence[str]) -> str:
    """Return the condition that one of the conditions holds."""
    return _joined(conditions, " OR ")


def _joined(conditions: Iterable[str], word: str) -> str:
    distinct = list(dict.fromkeys(conditions))
    return distinct[0] if len(distinct) == 1 else f"({word.join(distinct)})"
