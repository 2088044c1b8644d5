"""What an API answered, or an object says, as it is printed below the line of a failure."""

import re

from triage.text import lazy_pattern

#: What stands between a line and the message of the answer to it.
ELISION = " … "
#: The beginning of an answer below a line, or below the call that the line is about.
_BELOW = lazy_pattern(r"\n(?:[A-Z]{3,6} https?://\S+\n)?\{")
_MESSAGE = lazy_pattern(
    r'"(?:message|error_description)"\s*:\s*"((?:[^"\\\n]|\\.){1,1000}?)(?:"| \(truncated\.\.\.\))'
)
_LONGEST = 4096
#: What axios says of any answer that is no success; the dump of its error holds the address and the answer.
_AXIOS = "Request failed with status code "
_ADDRESS = lazy_pattern(r"\b(?:url|baseURL): '(https?://[^'\s?#]{1,200})")
_DATA = lazy_pattern(r"^\s+response: (?s:.{1,20000}?)\bdata: ", re.MULTILINE)
#: The texts of an answer in such a dump, the one that says most first, and the characters that are searched.
_TEXTS = [
    lazy_pattern(rf"""\b{name}["']?: ?(['"])(.{{1,500}}?)\1""")
    for name in ("message", "error_description", "detail", "error")
]
_LONGEST_DATA = 600
#: An exception of a client that OpenAPI generated: its status alone, and what the server said below it.
_STATUS_ALONE = re.compile(r"\w: \(\d{3}\)$")
_RESPONSE_BODY = lazy_pattern(r"^HTTP response body: .*\w.*$", re.MULTILINE)
#: A label above an object, which says nothing of what went wrong, and the object's message.
_LABEL = lazy_pattern(r"(?::|^)\s*\{$|^(?:\S+ ){0,5}\{$")
_OBJECT_MESSAGES = tuple(
    lazy_pattern(rf"^[ \t]*[\"']?(?:{names})[\"']?:[ \t]+[\"'`].*\w.*$", re.MULTILINE)
    for names in ("message|msg", "error_description|errorMessage|reason|details?|error|title")
)


def add_answer(text: str, line: str) -> str:
    """Return a line of a text with what the API said that it is about, as far as the text holds it.

    That is the message of the answer in JSON that the line ends with or that follows it, or message and
    address in the dump of an error of axios. Return "" where there is neither, or where the line says it.
    """
    end = text.find(line) + len(line)
    if _AXIOS in line:
        address = _ADDRESS.search(text, end)
        found = [*_texts_of_data(text, end)[:1], *([address[1]] if address else [])]
        return ELISION.join([line, *found]) if found else ""
    if not line.endswith("{") and not _BELOW.match(text, end):
        return ""
    found_message = _MESSAGE.search(text, end, end + _LONGEST)
    message = found_message[1].replace('\\"', '"') if found_message else ""
    return "" if message in line else f"{line.rstrip('{ ')}{ELISION}{message}"


def _texts_of_data(text: str, start: int) -> list[str]:
    """Return the texts of the answer in the dump of an error of axios, the one that says most first."""
    data = _DATA.search(text, start)
    if data is None:
        return []
    found = [form.search(text, data.end(), data.end() + _LONGEST_DATA) for form in _TEXTS]
    return [match[2] for match in found if match]


def find_body(text: str, line: str) -> str:
    """Return the line with the answer below an exception that gives only a status, "" if there is none."""
    body = _RESPONSE_BODY.search(text, text.find(line)) if _STATUS_ALONE.search(line) else None
    return body[0] if body else ""


def message_of_object(text: str, label: str) -> str:
    """Return the line with the message of an object below its label, "" if there is none."""
    if not _LABEL.search(label):
        return ""
    below = text.find(label) + len(label)
    found = next((match for names in _OBJECT_MESSAGES if (match := names.search(text, below))), None)
    return found[0].strip() if found else ""
