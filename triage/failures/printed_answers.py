"""Lines that say more than the one beside them: answers of servers, messages of objects, heads of errors."""

import re

#: An exception of a client that OpenAPI generated: its status alone, and what the server said below it.
_STATUS_ALONE = re.compile(r"\w: \(\d{3}\)$")
_RESPONSE_BODY = re.compile(r"^HTTP response body: .*\w.*$", re.MULTILINE)
#: A label above an object, which says nothing of what went wrong, and the object's message.
_LABEL = re.compile(r"(?::|^)\s*\{$|^(?:\S+ ){0,5}\{$")
_MESSAGES = tuple(
    re.compile(rf"^[ \t]*[\"']?(?:{names})[\"']?:\s+[\"'`].*\w.*$", re.MULTILINE)
    for names in ("message|msg", "error_description|errorMessage|reason|details?|error|title")
)

#: An error of the operating system that names nothing: the line above it says what it is about.
_BARE_SYSTEM_ERROR = re.compile(r"(?:\d+: )?[A-Z][\w ]{3,60} \(os error \d+\)$")
_CAUSE_WORD = re.compile(r"^(?:Caused by:|\d+:)\s*")


def answer_below(text: str, line: str) -> str:
    """Return the answer below an exception that gives only the status of a request, else the exception."""
    if not _STATUS_ALONE.search(line):
        return line
    answer = _RESPONSE_BODY.search(text, text.find(line))
    return answer[0] if answer else line


def message_of_object(text: str, label: str) -> str:
    """Return the line with the message of an object below its label, "" if there is none."""
    if not _LABEL.search(label):
        return ""
    below = text.find(label) + len(label)
    found = next((match for names in _MESSAGES if (match := names.search(text, below))), None)
    return found[0].strip().rpartition("\n")[2].strip() if found else ""


def above_system_error(text: str, line: str) -> str:
    """Return the line above an error of the operating system that names nothing, else the line itself."""
    if not _BARE_SYSTEM_ERROR.match(line):
        return line
    above = [_CAUSE_WORD.sub("", found.strip()) for found in text[: text.rfind(line)].split("\n")]
    return next((found for found in reversed(above) if found), line)
