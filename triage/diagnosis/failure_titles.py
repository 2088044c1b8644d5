"""What a group of failures is called, in one line, where no cause of a pack names it."""

import re
from collections.abc import Sequence

from triage.models import FailureGroup, FailureKind, FailureSample, Quote, Recognized
from triage.text import lazy_pattern, path_template

#: Characters of a title at most.
LONGEST = 160
_QUOTED = 110
#: Characters of a quote at least that are worth adding to a title.
_WORTH_QUOTING = 40
_SHORTEST_MESSAGE = 10
#: Characters that a title puts around a quote, with the one that stands for what is cut.
_MARKS = 3
_PREFIX = re.compile(
    r"\[?(?:\d{4}[-/]\d\d[-/]\d\d[T ])?\d\d:\d\d:\d\d[\d.,]{0,10}(?:Z|[+-]\d\d:?\d\d| UTC)?\]?\s+"
    r"(?:\[?(?:ERROR|FATAL|SEVERE|CRITICAL|WARN|WARNING|INFO|error|fatal|critical)\]?:?\s+)?(?:\d+ --- )?"
    r"(?:(?:\[[^\]\n]{1,120}\]|\([^)\n]{1,60}\))\s+){0,4}(?:\d{1,7}#\d{1,7}: (?:\*\d{1,12} )?)?"
    r"(?:[\w.]{1,80}\s+:\s+|[a-z_]\w{0,40}(?:::\w{1,40}){1,6}: |\w{1,20}\.[A-Z]{4,9}: )?",
    re.ASCII,
)
#: The prefixes of Apache and of PHP, and of loggers that divide by brackets or bars.
_DIVIDED = lazy_pattern(
    r"\[\w{3} \w{3} [ \d]\d [\d:.]{8,15} \d{4}\] (?:\[[^\]\n]{1,80}\] ){1,4}(?:AH\d{5}: )?"
    r"|\[\d\d-\w{3}-\d{4} [\d:]{8}(?: [\w/]{1,30})?\] (?:[A-Z]{4,8}: )?"
    r"|\[\d{4}-\d\d-\d\d[T ][\d:.,]{8,15}Z?\](?:\[[^\]\n]{1,80}\]){1,3} ?"
    r"|\d{4}-\d\d-\d\d[T ][\d:.,]{8,15}Z?(?: ?\| ?[\w.:<>-]{1,80} *){1,3}(?:\| ?|- )",
    re.ASCII,
)
#: A line of JSON that is printed on several lines.
_JSON_TEXT = lazy_pattern(r'"(?:message|msg|error|reason|details?)"\s?:\s?"(.+)",?$')
#: The prefix of glog, klog and TensorFlow: letter, time, process, place.
_GLOG = re.compile(
    r"(?:[\d :.-]{20,30}: )?[IWEF](?:\d{4} [\d:.]{8,15} +\d+)? [\w./-]{1,120}:\d+\] ", re.ASCII
)
#: What is left of a level that a logger pads in its brackets.
_PADDED = re.compile(r"(?:\[\w+\s+)?\] ", re.ASCII)
#: The fields of a line in key=value form that say what happened.
_LOGFMT = lazy_pattern(r'(?:^|\s)(msg|message|error|err)=("(?:[^"\\]|\\.)*"|\S+)', re.ASCII)
_LEVEL = re.compile(r"(?:^|\s)(?:level|lvl|severity)=", re.ASCII)
#: The packages of a class at the beginning of a line.
_PACKAGES = re.compile(
    r"(?:[a-z_]\w*\.){2,}(?=[A-Z])|(?:[A-Z]\w*\.){1,8}(?=[A-Z]\w*(?:Exception|Error)\b)", re.ASCII
)
#: The call that a client of an API puts before the reason that the API gave, which says more.
_CALL = lazy_pattern(
    r"(?:\b\d{3} )?\b(?:GET|POST|PUT|PATCH|DELETE|HEAD) https?://\S+: (?:… )?(?=\S)", re.ASCII
)
#: What Erlang prints before the part of an application that did not start.
_ERLANG = lazy_pattern(r"^.{20,200}?(?=\bfailed_to_start_child,)")
#: A variable or an option at the end of a line, which an error lists.
_LAST_NAME = re.compile(r": ((?:[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|--[a-z][\w-]*(?: <\w+>)?))$")
#: What stands before the message in an answer of an API, in JSON or as Python prints it.
_ANSWER = lazy_pattern(
    r"(?:- )?\{\s?[\"'][^{}]{0,200}(?:\{[^{}]{0,200})?[\"']message[\"']\s?:\s?(?:\"(?=[^\"])|'(?=[^']))"
)
#: The path of an address: the host says who was asked.
_ADDRESS_PATH = lazy_pattern(
    r"(?<=://)([\w.:-]{1,100}/)[^\s'\"`<>]{8,2000}?(?=[:,.;)\]]*(?:[\s'\"`<>]|$))", re.ASCII
)
_NANOSECONDS = 1_000_000_000
_TIMEOUT = 504
#: What failed, by kind.
_WHAT = {
    "signal": "The container was ended by a signal",
    "terminated": "Cloud Run ended the container",
    "memory": "The container exceeded its memory limit",
    "startup_probe": "The startup probe failed",
    "liveness_probe": "The liveness probe failed",
    "readiness_probe": "The readiness probe failed",
    "worker": "A worker process failed",
    "deployment": "The deployment failed",
    "task": "A task of the job failed",
    "execution": "An execution of the job failed",
}


def title_of(group: FailureGroup) -> str:
    """Return the title of a group: the pack's, else what failed and the decisive line before it."""
    sample = group.samples[0]
    known = group.known
    if known is not None and not (known.is_symptom and sample.statement is not None):
        if sample.statement is None and known.is_symptom and group.opening is not None:
            return _after(describe(group, sample), group.opening)
        if sample.statement is None and known.is_symptom:
            return shorten(_of_all_paths(known.title, group), LONGEST)
        return title_with(known, sample.statement.decisive if sample.statement is not None else "")
    what = describe(group, sample)
    if sample.statement is not None:
        return _after(what, sample.statement)
    if group.known is not None:
        return shorten(group.known.title, LONGEST)
    return shorten(what, LONGEST)


def _after(what: str, quote: Quote) -> str:
    return f"{what} after {quote_message(quote.decisive, LONGEST - len(what) - 9)}"


def title_with(known: Recognized, line: str) -> str:
    """Return the title of a cause, with the line that shows it where the title holds nothing of it."""
    room = LONGEST - len(known.title) - 2
    if not line or known.is_specific or known.event.failure or room < _WORTH_QUOTING:
        return shorten(known.title, LONGEST)
    return f"{known.title}: {quote_message(line, room, known.event.literal)}"


def _with_known(line: str, literal: str, room: int) -> str:
    """Return a line without its middle, where a title has no room for the words that a rule knows."""
    at = line.find(literal)
    if at + len(literal) < room - _MARKS:
        return line
    known = line[line.rfind(": ", 0, at) + 2 :]
    head = line[: max(0, room - len(known) - 5)].rstrip()
    return f"{head} … {known}" if len(head) >= _WORTH_QUOTING // 2 else f"… {known}"


def _of_all_paths(title: str, group: FailureGroup) -> str:
    """Return a title in which the path of one request stands for those of all that failed."""
    http = group.samples[0].entry.http
    paths = {path for path, _ in group.paths}
    return (
        title.replace(http.path, path_template(http.path)) if http is not None and len(paths) > 1 else title
    )


def quote_message(line: str, room: int, literal: str = "") -> str:
    """Return a line as a title quotes it: what it says, without a class's packages where room is short.

    literal: the words by which a rule knows the line; those that stand before it give way to them.
    """
    message = without_prefix(line)
    if len(message) > room:
        message = _PACKAGES.sub("", message, count=1) if _PACKAGES.match(message) else message
        message = _with_known(message, literal, room) if literal else message
    return quote_line(message, room)


def without_prefix(line: str) -> str:
    """Return a line without the time, level and logger before its message, for which a title has no room."""
    if _LEVEL.search(line) and (fields := dict(_LOGFMT.findall(line))):
        return ": ".join(value.strip('"').replace('\\"', '"') for value in fields.values())
    if property_text := _JSON_TEXT.match(line):
        return property_text[1]
    prefix = _GLOG.match(line) or _PADDED.match(line) or _DIVIDED.match(line) or _PREFIX.match(line)
    message = line[prefix.end() :] if prefix else line
    return message if len(message) >= _SHORTEST_MESSAGE else line


def describe(group: FailureGroup, sample: FailureSample) -> str:
    """Return what failed, in a few words: "The container exited with code 1"."""
    fields = sample.event.fields if sample.event is not None else {}
    container = f" {sample.entry.labels['container_name']}" if "container_name" in sample.entry.labels else ""
    code = fields.get("code", "")
    if sample.kind == "request" and sample.entry.http is None:
        return "An execution of the function failed"
    if sample.kind == "request":
        return describe_requests(group)
    if sample.kind == "exit":
        return f"The container{container} exited with code {code}" if code else "The container exited"
    if sample.kind == "signal" and code:
        return f"The container was ended by signal {code}"
    return _WHAT[sample.kind]


def describe_requests(group: FailureGroup) -> str:
    """Return which requests failed with which status: "Requests to /api returned 500"."""
    paths = {path_template(path) for path, _ in group.paths if path}
    to = f" to {shorten(next(iter(paths)), 60)}" if len(paths) == 1 else ""
    return f"Requests{to} {describe_outcome(sorted({status for _, status in group.paths if status}))}"


def describe_outcome(statuses: Sequence[int]) -> str:
    """Return how requests ended: "timed out (504)", "returned 500 or 503"."""
    if list(statuses) == [_TIMEOUT]:
        return "timed out (504)"
    return f"returned {' or '.join(map(str, statuses[:3])) or 'an error'}"


def describe_consequence(kind: FailureKind) -> str:
    """Return what failed as part of a sentence: "the startup probe failed"."""
    return f"{_WHAT[kind][0].lower()}{_WHAT[kind][1:]}"


def shorten(text: str, most: int) -> str:
    """Return a text on one line of at most so many characters."""
    line = " ".join(text.split())
    return line if len(line) <= most else line[: max(1, most - 1)].rstrip() + "…"


def quote_line(line: str, most: int = _QUOTED) -> str:
    """Return a line of a log as a title quotes it.

    A long one loses first the call to an API and the answer around the reason, then what Erlang says before
    the part that did not start, the paths of addresses, and then its end; a name at its end stays.
    """
    shown = line if len(line) <= most else _ANSWER.sub("… ", _CALL.sub("… ", line, count=1), count=1)
    shown = shown if len(shown) <= most else _ERLANG.sub("… ", shown, count=1)
    shown = shown if len(shown) <= most else _ADDRESS_PATH.sub(r"\1…", shown)
    shown = shown if len(shown) <= most else _with_last_name(shown, most)
    return f"`{shorten(shown.replace('`', chr(39)), max(20, most - 2))}`"


def _with_last_name(line: str, most: int) -> str:
    """Return a line without its middle, where it ends with a name that it is about."""
    found = _LAST_NAME.search(line)
    room = most - len(found[1]) - _MARKS - 2 if found else 0
    return f"{line[:room].rstrip()} … {found[1]}" if found and room >= _WORTH_QUOTING else line


def describe_gap(nanoseconds: int) -> str:
    """Return a span of time in the unit that reads best."""
    seconds = nanoseconds / _NANOSECONDS
    if seconds < 0.0995:
        return f"{max(1, round(seconds * 1000))} ms"
    return f"{seconds:.1f} s" if seconds < 120 else f"{round(seconds / 60)} min"
