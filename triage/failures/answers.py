"""Answers of APIs in JSON, which clients print below the call that failed."""

import re

from triage.text import lazy_pattern

#: What stands between a line and the message of the answer to it.
ELISION = " … "
#: The beginning of an answer below a line, or below the call that the line is about.
_BELOW = re.compile(r"\n(?:[A-Z]{3,6} https?://\S+\n)?\{")
_MESSAGE = lazy_pattern(
    r'"(?:message|error_description)"\s*:\s*"((?:[^"\\\n]|\\.){1,1000}?)(?:"| \(truncated\.\.\.\))'
)
_LONGEST = 4096


def add_answer(text: str, line: str) -> str:
    """Return a line of a text with the message of the answer in JSON that it ends with or that follows it.

    Return "" where there is none, or where the line says it already.
    """
    end = text.find(line) + len(line)
    if not line.endswith("{") and not _BELOW.match(text, end):
        return ""
    found = _MESSAGE.search(text, end, end + _LONGEST)
    message = found[1].replace('\\"', '"') if found else ""
    return "" if message in line else f"{line.rstrip('{ ')}{ELISION}{message}"
