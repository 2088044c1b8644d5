"""Counts with their nouns, and other numbers and durations."""


def pluralize(count: int, one: str, many: str = "") -> str:
    """Return a count with its noun: "1 boot" or "29 boots"."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def count_times(count: int) -> str:
    """Return "once" or "29 times"."""
    return "once" if count == 1 else f"{count:,} times"


def round_number(value: float) -> str:
    """Return a number with three digits, and with more only before the point: "4.12", "2,423"."""
    return f"{value:.3g}" if abs(value) < 999.5 else f"{value:,.0f}"


def format_seconds(value: float) -> str:
    """Return a duration: "2.8 ms", "7.5 s", "1 min 47 s", "3 h 5 min"."""
    if value < 0.9995:
        return f"{value * 1000:.3g} ms"
    if value < 60:
        return f"{value:.3g} s"
    minutes, rest = divmod(round(value), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"
