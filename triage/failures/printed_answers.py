"""What a server answered, or an object says, that a program prints below a line which says little itself."""

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
