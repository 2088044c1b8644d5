"""Parse severities as exporters and loggers write them."""

from triage.models import SEVERITIES

_GIVEN = {name: number for name, number in SEVERITIES.items() if number}
_NAMES = {name: name for name in _GIVEN} | {
    "TRACE": "DEBUG",
    "SUCCESS": "NOTICE",
    "WARN": "WARNING",
    "FATAL": "CRITICAL",
    "EMERG": "EMERGENCY",
    "VERBOSE": "DEBUG",
    "DBG": "DEBUG",
    "INFORMATION": "INFO",
    "INF": "INFO",
    "WRN": "WARNING",
    "ERR": "ERROR",
    "SEVERE": "ERROR",
    "CRIT": "CRITICAL",
    "PANIC": "CRITICAL",
    "DPANIC": "CRITICAL",
}
# LogSeverity of google.logging.type, and below 100 the levels of Python's logging.
_NUMBERS = {number: name for name, number in _GIVEN.items()} | {
    10: "DEBUG",
    20: "INFO",
    30: "WARNING",
    40: "ERROR",
    50: "CRITICAL",
}

#: The levels of pino and bunyan, whose numbers mean other levels than Python's.
_OF_NODE = {10: "DEBUG", 20: "DEBUG", 30: "INFO", 40: "WARNING", 50: "ERROR", 60: "CRITICAL"}


def parse_level(value: str | int | None, *, is_of_node: bool) -> str:
    """Return the name of a severity that a logger gives as a level, "" if the value holds none."""
    if is_of_node and isinstance(value, int) and value in _OF_NODE:
        return _OF_NODE[value]
    return parse_severity(value)


def parse_severity(value: str | int | None) -> str:
    """Return the name of a severity, "" if the value holds none; DEFAULT is none."""
    if value is None:
        return ""
    if isinstance(value, str):
        if found := _NAMES.get(value):
            return found
        name = value.strip().upper()
        if not (name.isdecimal() and name.isascii()):
            return _NAMES.get(name, "")
        value = int(name[:9])
    return _NUMBERS.get(value) or _NUMBERS.get(value - value % 100, "")
