"""The line of a statement that says what went wrong, in the forms of the common runtimes."""

import re
from collections.abc import Callable
from typing import NamedTuple

from triage.failures.answers import add_answer, find_body, message_of_object
from triage.failures.complaints import holds_complaint, is_property, most_telling
from triage.failures.frames import is_filling, is_frame
from triage.failures.last_words import above_system_error, is_told_to_end, repeats
from triage.failures.levels import ERROR, read_level
from triage.failures.restating import restates
from triage.text import Hints, lazy_pattern

#: Characters of a text that are searched.
_SEARCHED = 64 << 10


class DecisiveLine(NamedTuple):
    """The line that names what went wrong.

    ``is_exception`` says that a runtime's error form was recognized.
    """

    text: str
    is_exception: bool


_ENDING = r"(?:Error|Exception|Exit|Interrupt|Warning|Fault|Failure|Panic|Timeout|Denied|Refused|NotFound|Invalid\w*|Bad|NotEstablished)\b"
_NAMESPACE = r"(?:[A-Za-z_$][\w$]*(?:\.|::|\\))"
_LONG_NAME = rf"{_NAMESPACE}*[A-Za-z_$][\w$]*{_ENDING}"
#: The name of an exception: an ending behind a namespace or a part of a name ("Net::Timeout", "OpenTimeout").
_EXCEPTION_WORD = rf"(?:{_NAMESPACE}+{_ENDING}|{_LONG_NAME})"
_CAUSED_BY = lazy_pattern(r"^([ \t|]*)(Caused by|Suppressed): (.+)$", re.MULTILINE)
#: The cause that a library adds for its stack alone.
_SAYS_NOTHING = re.compile(r"(?:Error|Exception):?\s*$")
_JAVA_HEAD = lazy_pattern(
    r"^(?:Exception in thread \"[^\"]*\" )?((?:[a-z][\w$]*\.)+[A-Z][\w$]*(?:: .+)?)$(?=\n\s+at )",
    re.MULTILINE,
)
#: What a class says each time that it is used after it could not be initialized: its exception, once more.
_UNINITIALIZED = re.compile(
    r"java\.lang\.ExceptionInInitializerError: Exception (.+) \[in thread \"[^\"]*\"\]$"
)
_INNER_DOTNET = lazy_pattern(r"^[ \t]*---> (.+)$", re.MULTILINE)
_DOTNET = lazy_pattern(
    r"^Unhandled exception\. (.+)$|^[ \t]+((?:[A-Z]\w*\.)+[A-Z]\w*Exception(?: \(0x[0-9A-F]+\))?: .+)$",
    re.MULTILINE,
)
#: An exception of .NET that consists of names; its message is the line below.
DOTNET_NAMES = r"(?:Unhandled exception\. |[ \t]*---> )?(?:(?:[A-Z]\w*\.)+\w+Exception: )?(?:[A-Z]\w*\.)+\w+(?:Error|Exception)"
_DOTNET_BELOW = lazy_pattern(rf"^{DOTNET_NAMES}\n(\S.+)$", re.MULTILINE)
_DOTNET_BLOCK = lazy_pattern(r"^(?:fail|crit): \S.*\n\s+(\S.*)$", re.MULTILINE)
#: The header of a Python traceback, and what may stand before it on its line.
TRACEBACK, _BEFORE_TRACEBACK = "Traceback (most recent call last):", " \t|+"
#: The end of IPython's header, and the exception below its frames.
_CELL = " Traceback (most recent call last)\n"
_CELL_ENDED = lazy_pattern(rf"^({_EXCEPTION_WORD}: .+)$", re.MULTILINE)
#: What Python prints between an exception that was handled and the one raised meanwhile.
_HANDLED = lazy_pattern(
    r"^[ \t|]*During handling of the above exception, another exception occurred:", re.MULTILINE
)
_HANDLED_WORDS = "During handling of"
#: What precedes the cause of an exception, or the panic of a panic that was recovered.
_DEEPER = lazy_pattern(r"^(?:[ \t|]*(?:[Cc]aused by: |---> |\[cause\]: )|[ \t]+panic: )", re.MULTILINE)
#: The end of what Tomcat says of a request that failed: the root cause stands below it, and no cause of that.
_ROOT_CAUSE = " with root cause\n"
_DEEPER_WORDS = ("aused by: ", "---> ", "[cause]: ", "panic: ")
#: What Python prints before the lines of an exception group.
GROUP_PREFIX = re.compile(r"^[ \t]*\| ?")
_GO = lazy_pattern(
    r"^[ \t]*(panic(?:\([^)\n]{1,40}\))?: .+|fatal error: .+|SIG[A-Z]+: .+|runtime error: .+)$", re.MULTILINE
)
_RUST = lazy_pattern(
    r"^thread '.*'(?: \(\d+\))? panicked at [^'\n]+:\n(.+)$|^(thread '.*' panicked at .+)$", re.MULTILINE
)
#: The causes that anyhow and eyre print below an error, the deepest last.
_RUST_CAUSES = lazy_pattern(r"^Error: .+\n\s*Caused by:\n((?:[ \t]+\S.*(?:\n|$))+)", re.MULTILINE)
_NUMBER = re.compile(r"^\d+: +")
#: The cause of an error as Rake prints it, on the line below.
_CAUSE_BELOW = re.compile(r"^Caused by:\n(\S.*)$", re.MULTILINE)
_NODE_FATAL = lazy_pattern(r"^(FATAL ERROR: .+)$", re.MULTILINE)
_NODE_CAUSE = lazy_pattern(r"^[ \t]*\[cause\]: (.+)$", re.MULTILINE)
#: The cause of an error as pino writes it behind the frames of the one that it caused.
_PINO_CAUSE = lazy_pattern(r"^caused by: (\S.+)$", re.MULTILINE)
_NODE_ERRORS = lazy_pattern(r"^[ \t]*\[errors\]: \[\s*(\w*(?:Error|Exception)\b.*: .+)$", re.MULTILINE)
#: An error class of any name above its frames.
_NODE_CLASS = lazy_pattern(
    r"^(?:Uncaught )?((?:[\w$]+\.)*[A-Z][\w$]*(?: \[\w+\])?: .+)$(?=\n\s+at )", re.MULTILINE
)
_NODE_REJECTION = lazy_pattern(
    r"^\[?(Unhandled ?Promise ?Rejection\w*: .+?)\]?(?: \{)?$", re.MULTILINE | re.IGNORECASE
)
_NODE = lazy_pattern(
    r"^(?:Uncaught |\(node:\d+\) |Detailed stack trace: |(?:\[[^\]\n]{1,60}\] )?\{ )?((?:Unhandled\w*: )?(?:[\w$]+(?:\.[\w$]+)*)?(?:Error|Exception|Rejection)(?: \[[A-Z_]+\])?: .+|\w*Error \[[A-Z_]+\]: .+|AggregateError\b.*)$",
    re.MULTILINE,
)
_RUBY = lazy_pattern(r"^\S+\.rb:\d+:in [`'].+?': (.+ \([A-Z][\w:]+\))$", re.MULTILINE)
_PHP = lazy_pattern(r"^(?:\[[^\]]+\] )?((?:PHP )?(?:Fatal|Parse|Recoverable fatal) error: .+)$", re.MULTILINE)
_SPRING = lazy_pattern(r"^Description:\s*\n\s*\n?(\S.+)$", re.MULTILINE)
_DART = lazy_pattern(r"^(Unhandled exception:)\n(.+)$", re.MULTILINE)
#: An exception as Laravel's console prints it: its class, and below a blank line its message.
_COLLISION = lazy_pattern(r"^ {2,}(?:\w+\\)*\w*(?:Exception|Error) ?\n\s*\n {2,}(\S.+)$", re.MULTILINE)
#: An error of a handler of Dart's shelf, below the request and above its frames.
_SHELF = lazy_pattern(r"^Error thrown by handler\.\n(.+)$", re.MULTILINE)
#: An exception of Elixir. That of a request, and of a process that did not start, stands below lines which
#: only say that there was one.
_ELIXIR = lazy_pattern(
    r"(?:^[ \t]*|\] |: )(\*\* \((?!(?:exit|EXIT)\) (?:an exception was raised:|shutdown: failed to start child))\w[^()\n]*\) .+)$",
    re.MULTILINE,
)
_NAMED = lazy_pattern(rf"(?:^|[\s:(>])((?:{_EXCEPTION_WORD}(?: \(|: )|{_LONG_NAME} ).*)$", re.MULTILINE)
#: An error that is only a name, as Rust prints the variant of an enum: others say more.
_NAME_ALONE = re.compile(r"^Error: (?:[A-Z][a-z0-9]+){2,}$")
#: A line that begins with a class of several words: an error without a usual ending.
_CLASS = re.compile(r"^(?:[a-z_]\w*(?:\.|::))*[A-Z][a-z0-9]+(?:[A-Z][a-z0-9]+)+: \S")
#: The end of a line below which stands what to do, and no message.
_ADVICE = lazy_pattern(
    r"\b(?:by|try|solutions?|suggestions?|hints?|steps|following commands?):$", re.IGNORECASE
)
_NAMED_ALONE = lazy_pattern(rf"^({_EXCEPTION_WORD}:?)$", re.MULTILINE)
#: The end of an exception of gRPC in Python, and the line below it that says why.
_RPC_ENDED = "of RPC that terminated with:"
_RPC_DETAILS = re.compile(r'^\s*details = "(.+)"$', re.MULTILINE)
#: The end of an exception with its message in brackets, as Rails prints it above the lines of a template.
_HAS_MESSAGE = re.compile(r"\w \([^()\s].*\):$")
#: What a program of the command line prints below its error.
_USAGE = re.compile(r"^(?:Usage|USAGE|usage): |^For more information")
#: An option of a command line, which an error lists.
_OPTION = re.compile(r"--?[a-z][\w-]*|<\w+>", re.IGNORECASE)
#: A variable of the environment, which an error lists.
_NAME = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+,?$")
#: A line without a word, such as a rule of asterisks.
_RULER = re.compile(r"[\W_]*$")
#: A call of a stack trace, or what stands behind its message.
_CALL = lazy_pattern(
    r"^[ \t]*(?:at |File \"|\.\.\. \d+ |Caused by: |Suppressed: )|^#\d+ |^\S+\.rb:\d+:in |^[ \t]+\(\w+ [\w.-]+\) \S+:\d+: "
    r"|^[\w./-]+\.[\w.()*]+$|^\t/\S+:\d+"
)


def find_decisive_line(text: str) -> DecisiveLine:
    """Return the line of a statement that says what went wrong.

    It is the deepest cause of a chain: the last ``Caused by:`` of Java, the last exception of a Python chain,
    the ``[cause]`` of Node, the innermost ``--->`` of .NET. An exception that names nothing gives the last line
    of the message below it. A text in no known form gives its last line that complains, else its first line.
    """
    return _find(text[:_SEARCHED])


def _find(text: str) -> DecisiveLine:
    if line := _find_in_form(text):
        line = above_system_error(text, _message_below(text, line.strip()))
        if "\n" in text and restates(line) and (other := _other_complaint(text)):
            return DecisiveLine(other, is_exception=False)
        return DecisiveLine(line, is_exception=not _NAME_ALONE.match(line))
    lines = [line.strip() for line in text.split("\n") if line.strip() and not is_frame(line)]
    lines = [line for line in lines if not is_filling(line)] or lines
    complaints = [line for line in lines if _CLASS.match(line)]
    complaints = complaints or [line for line in lines if holds_complaint(line)]
    complaints = complaints or [line for line in lines[1:] if read_level(line) >= ERROR]
    complaints = most_telling(complaints) if len(complaints) > 1 else complaints
    best = (complaints or lines or [""])[-1 if complaints else 0]
    if best.endswith("{") and (message := message_of_object(text, best)):
        return DecisiveLine(message, is_exception=False)
    return DecisiveLine(_message_below(text, best) if complaints else best, is_exception=False)


def _other_complaint(text: str) -> str:
    """Return the last line that complains of more than that a request failed, "" if there is none."""
    lines = [line.strip() for line in text.split("\n") if not is_frame(line) and holds_complaint(line)]
    return next((line for line in reversed(lines) if not (restates(line) or is_property(line))), "")


def _find_in_form(text: str) -> str:
    """Return the decisive line of the first form that finds one, "" if none does."""
    if TRACEBACK in text and (line := _python(text)):
        return line
    possible = _HINTS.find(text)
    for number, (_, find) in enumerate(_FORMS):
        if possible >> number & 1 and (line := find(text)):
            return line
    return ""


def find_last_exception(text: str, decisive: str) -> str:
    """Return the part of a statement that belongs to its decisive line, without what was handled or wraps it."""
    position = text.rfind(decisive)
    if position < 0:
        return text
    if _HANDLED_WORDS in text and (handled := [*_HANDLED.finditer(text, 0, position)]):
        return text[handled[-1].end() :]
    if (above := text.rfind(_ROOT_CAUSE, 0, position)) >= 0:
        return text[above + len(_ROOT_CAUSE) :]
    if (
        any(map(text.__contains__, _DEEPER_WORDS))
        and not traceback_headers(text)
        and _DEEPER.search(text, 0, position + len(decisive))
    ):
        return text[position:]
    return text


def _message_below(text: str, line: str) -> str:
    """Return the line of the message below an exception that ends with a colon, else the line itself.

    It is the last one that is not indented; where rules frame the message, the first one between them. What an
    API answered goes before both.
    """
    if answer := ("{" in text and add_answer(text, line)) or find_body(text, line):
        return answer
    if not line.endswith(":") or _ADVICE.search(line) or _HAS_MESSAGE.search(line):
        return line
    if line.endswith(_RPC_ENDED) and (details := _RPC_DETAILS.search(text, text.find(line))):
        return details[1]
    below: list[str] = []
    is_indented = True
    for following in text[text.find(line) + len(line) :].split("\n")[1:]:
        if _CALL.match(following) or _USAGE.match(following):
            break
        if following.lstrip().startswith("<") and not below:
            return line  # markup is no message
        if below and _NAME.match(below[-1]) and is_indented and following[:1].strip():
            break  # the end of a list of names
        if following.strip() and not (below and following[0].isspace() and not is_indented):
            is_indented = following[0].isspace() or bool(_RULER.match(following))
            below.append(following.strip())
    if below and _RULER.match(below[0]):
        return next((message for message in below if not _RULER.match(message)), line)
    last = below[-1] if below else line
    return f"{line} {last}" if _OPTION.match(last) or _NAME.match(last) else last


def complains(text: str) -> bool:
    """Return whether a line says in any words that something failed."""
    return holds_complaint(text[:2000]) or bool(_CLASS.match(text))


def traceback_headers(text: str) -> list[int]:
    """Return where the headers of Python's tracebacks end in a text."""
    ends, at = [], text.find(TRACEBACK)
    while at >= 0:
        if not text[text.rfind("\n", 0, at) + 1 : at].strip(_BEFORE_TRACEBACK):
            ends.append(at + len(TRACEBACK))
        at = text.find(TRACEBACK, at + 1)
    return ends


def _last(pattern: re.Pattern[str]) -> Callable[[str], str]:
    def find(text: str) -> str:
        found = [next(filter(None, match.groups())) for match in pattern.finditer(text)]
        return found[-1] if found else ""

    return find


def _first(pattern: re.Pattern[str]) -> Callable[[str], str]:
    def find(text: str) -> str:
        found = pattern.search(text)
        return next(filter(None, found.groups()), "") if found else ""

    return find


def _python(text: str) -> str:
    """Return the exception line behind the last traceback header that is no mere end of the interpreter."""
    if _CELL in text and (line := _ipython(text)):
        return line
    lines = [_exception_line(text[end:]) for end in traceback_headers(text)]
    lines = [line for line in lines if line]
    if len(lines) == 1:
        return lines[0]
    telling = [line for line in lines if not (is_told_to_end(line) or repeats(line))]
    return (telling or lines or [""])[-1]


def _exception_line(text: str) -> str:
    """Return the first line behind a traceback header that is not indented."""
    for line in text.split("\n")[1:]:
        bare = GROUP_PREFIX.sub("", line) if "|" in line else line
        if (
            bare
            and not bare[0].isspace()
            and not bare.startswith(("+-", "During handling", "The above exception"))
        ):
            return bare
    return ""


def _ipython(text: str) -> str:
    """Return the last exception that IPython prints, whose header stands behind its name."""
    return _last(_CELL_ENDED)(text[text.rfind(_CELL) :])


def _rust_causes(text: str) -> str:
    """Return the deepest cause below a Rust error, without its number."""
    found = _RUST_CAUSES.search(text)
    return _NUMBER.sub("", found[1].rstrip().split("\n")[-1].strip()) if found else ""


def _java(text: str) -> str:
    """Return the last ``Caused by:``, else the exception at the head of the frames."""
    if not re.search(r"^[ \t]+at [\w$./<>@-]+\(", text, re.MULTILINE) and "Caused by: " not in text:
        return ""
    return _deepest_cause(text) or _first(_JAVA_HEAD)(text)


def _deepest_cause(text: str) -> str:
    """Return the last ``Caused by:`` that is not of a suppressed exception, "" if there is none."""
    found, suppressed = "", 1 << 30
    for indent, word, what in _CAUSED_BY.findall(text):
        if word == "Suppressed":
            suppressed = min(suppressed, len(indent))
        elif len(indent) < suppressed and not _SAYS_NOTHING.match(what):
            found, suppressed = what, 1 << 30
    again = _UNINITIALIZED.match(found)
    return again[1] if again else found


def _dotnet(text: str) -> str:
    if not re.search(
        r"^[ \t]+at \S+.* in |^[ \t]+at [\w.`<>+\[\],]+\(.*\)|^(?:fail|crit): |^Unhandled exception\. ",
        text,
        re.MULTILINE,
    ):
        return ""
    return (
        _last(_DOTNET_BELOW)(text)
        or _last(_INNER_DOTNET)(text)
        or _last(_DOTNET)(text)
        or _first(_DOTNET_BLOCK)(text)
    )


def _first_exception(text: str) -> str:
    """Return the first exception that a line names; the function of a frame is none."""
    for found in _NAMED.finditer(text):
        start = text.rfind("\n", 0, found.start(1)) + 1
        if not is_frame(text[start : found.end()]):
            return found[1]
    return ""


def _node_rejection(text: str) -> str:
    return _first(_NODE_REJECTION)(text) if "rejection" in text.lower() or not text.isascii() else ""


def _dart(text: str) -> str:
    found = _DART.search(text)
    return found[2] if found else ""


#: The endings of the names of exceptions.
_ENDINGS = (
    "Error", "Exception", "Exit", "Interrupt", "Warning", "Fault", "Failure", "Panic", "Timeout", "Denied", "Refused", "NotFound",
    "Invalid", "Bad", "NotEstablished",
)  # fmt: skip
#: How the decisive line is found in each form but Python's, which goes first, in this order, and the texts of
#: which the form holds one.
_FORMS: tuple[tuple[tuple[str, ...], Callable[[str], str]], ...] = (
    (("FATAL ERROR: ",), _first(_NODE_FATAL)),
    ((_CELL,), _ipython),
    (("panicked at ",), _first(_RUST)),
    (("Caused by:",), _rust_causes),
    (("Caused by:\n",), _last(_CAUSE_BELOW)),
    (("panic", "fatal error: ", "SIG", "runtime error: "), _last(_GO)),
    (("Description:",), _first(_SPRING)),
    (("Unhandled exception:",), _dart),
    (("Error thrown by handler.",), _first(_SHELF)),
    (("Exception \n", "Error \n", "Exception\n", "Error\n"), _first(_COLLISION)),
    (("[cause]: ",), _last(_NODE_CAUSE)),
    (("\ncaused by: ",), _last(_PINO_CAUSE)),
    (("[errors]: [",), _first(_NODE_ERRORS)),
    (("at ", "Caused by: "), _java),
    (("at ", "fail: ", "crit: ", "Unhandled exception. "), _dotnet),
    (("Error", "Exception", "Rejection"), _first(_NODE)),
    ((), _node_rejection),
    (("at ",), _first(_NODE_CLASS)),
    ((".rb:",), _first(_RUBY)),
    (("Fatal error: ", "Parse error: ", "Recoverable fatal error: "), _first(_PHP)),
    (("** (",), _first(_ELIXIR)),
    (_ENDINGS, _first_exception),
    (_ENDINGS, _first(_NAMED_ALONE)),
)
_HINTS = Hints([hints for hints, _ in _FORMS])
