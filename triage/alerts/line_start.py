r"""What may stand before the subject of a message, as patterns in RE2 syntax.

The decoder removes the prefix of a logger and terminal codes, the subject of a message has no leading marks
(``triage.entries.strip_prefix``, ``triage.text.subject``). A filter reads the field as it was logged, so it
has to skip them. No repetition stands inside another one: Python's ``re`` runs these patterns too.
"""

_TIME = r"\d{4}-\d\d-\d\d[ T][\d:]{8}(?:[.,]\d+)?"
_LEVEL = "(?:DEBUG|INFO|WARNING|WARN|ERROR|CRITICAL|FATAL)"
_GUNICORN = r"\[\d{4}-\d\d-\d\d [\d:]{8} [+-]\d{4}\] \[\d+\] \[[A-Z]+\] ?"
_UVICORN = "(?:TRACE|DEBUG): {4}|INFO: {5}|WARNING: {2}|ERROR: {4}"
#: Terminal codes for colors.
_CODES = r"(?:\x1b\[[\d;]{0,12}m)*"
#: A mark of ``triage.text.subject``. What it looks ahead for, white space, is read here.
_MARK = (
    r"[ \t\r\f\v]"
    r"|\[(?:U\+[0-9A-F]{4,6}|\?{1,4}|[^\x00-\x7F\]]{1,12})\]"
    r"|[\x{2000}-\x{2BFF}\x{3000}-\x{303F}\x{FE00}-\x{FE0F}\x{FFFD}\x{1F000}-\x{1FAFF}]"
    r"|(?:\?{1,8}|[^\x00-\x7F]{1,12}"
    r"|(?:SEARCH|CYCLE|ALERT|CHART|TARGET|FIRE|STAR|IDEA|PIN|TROPHY|LIGHTNING|CELEBRATION"
    r"|UNDER_CONSTRUCTION):)[ \t]"
)


def _of_logger(loguru: str, stdlib: str) -> str:
    """Return the pattern of the prefixes that hold a time: of loguru and of the standard library.

    loguru: pattern of the logger.
    stdlib: pattern of the logger and what parts it from the level.
    """
    return rf"{_TIME}(?: \| [A-Z]+ {{0,8}} \| {loguru}:[^\s|:]+:\d+ [|-] ?| - {stdlib}{_LEVEL} - )"


#: The prefix of a logger, if there is one.
PREFIX = rf"{_CODES}(?:{_of_logger('[^ |]+', '(?:.+ - )?')}|{_GUNICORN}|{_UVICORN})?{_CODES}"
#: The marks at the beginning of a line.
MARKS = f"(?:{_MARK})*"
#: All that may stand before a subject.
START = f"{PREFIX}{MARKS}"


def prefix_of_logger(names: str) -> str:
    """Return the pattern of a prefix that names a logger.

    names: pattern of a part of the logger's name; "" for any logger.
    """
    part = f"(?:{names})" if names else ""
    stdlib = f"(?:.+ - )?.*{part}.* - "
    loguru = rf"[^\s|]*{part}[^\s|]*"
    return rf"\A{_CODES}{_of_logger(loguru, stdlib)}"
