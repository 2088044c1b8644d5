"""What an application says: lines that belong together, with the one that decides."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from triage.failures.decisive import GROUP_PREFIX, TRACEBACK, complains, is_frame
from triage.failures.levels import ERROR, NOTICE, UNKNOWN, WARNING, read_level
from triage.failures.payload import find_level, find_message, find_reason, read_payload
from triage.failures.wording import Wording, lazy, read_wording
from triage.models import SEVERITIES, Entry, Event, Immutable, Recognized
from triage.window import NANOSECONDS

#: Nanoseconds between two lines of one statement at most.
_GAP = NANOSECONDS
#: Lines of a statement that are kept: the first and the last of very long ones.
_LINES = 200
_KEPT_ENTRIES = 60
#: Streams that the platform writes: nothing in them is said by the application.
_PLATFORM = ("run.googleapis.com/requests", "varlog", "cloudaudit.googleapis.com")

_CONTINUES = re.compile(
    r"^(?:\s|$|Caused by:(?: |$)|Suppressed: |During handling of the above|The above exception was|\.\.\. \d+ more|at \S+ ?\("
    r"|goroutine \d+ \[|created by |\[signal SIG|exit status \d|from \S+:\d+:in |(?:/\S+|\S+\.(?:rb|erb|rake)):\d+:in |#\d+ "
    r"|[)}\]]+[,;]?$|Node\.js v\d|Require stack:$|- (?:/|file:|node:)\S+$|Stack trace:|thrown in |--- End of|Traceback \(most recent call last\):|\^|note: run with `RUST_BACKTRACE"
    r"|[\w./*()-]+\(0x[0-9a-f]|[\w./*()-]+\.\w+\((?:\.\.\.)?\)$|Description:$|Action:$|\*{5,}$|APPLICATION FAILED TO START$"
    r"|<--- |----- Native stack trace|FATAL ERROR: |PC=0x|signal arrived during|rflags |[re][a-z0-9]{1,2}\s+0x|cs\s|[fg]s\s|\[cause\]: )"
)
#: The end of a traceback's header.
_HEADER_END = "(most recent call last):"
#: A header behind which the exception itself still comes: Python's, Node's with the source line, Rust's
#: panic, V8's report.
_SOURCE = re.compile(r"^(?:node:[\w/]+|(?:file://)?/\S+|[\w./-]+\.[cm]?[jt]sx?):\d+$")
_HEADER = re.compile(
    r"^(?:fail|crit|warn|info): \S+\[\d+\]$|^Unhandled exception:$|^thread '.*'(?: \(\d+\))? panicked at \S+:$|^Uncaught exception:?$|^(?:Description|Action):$|^Error: [A-Z]{1,3}\d{3,5}:?$|^(?:ERROR|SEVERE|FATAL|CRITICAL)[\s\d:.,TZ|-]+$"
)
_CHAINED = re.compile(r"^(?:During handling of the above|The above exception was|Caused by:$)", re.MULTILINE)
#: A cause whose message may go on below it, up to its first frame.
_CAUSED = re.compile(r"[ \t]*Caused by: \S")
#: What a line of its own begins with, which continues no message: a time, a bracket or an object.
_BEGINS = re.compile(r"[\[{]|\d{2,4}[-/:]\d\d")
#: An exception whose message stands on the lines below it.
_NAMES_NOTHING = re.compile(r"^(?:\S+ )?[\w.$:]*(?:Error|Exception)(?: \[\w+\])?:\s*$")
#: A key of a payload that may hold the reason of a failure.
_REASON = re.compile(
    rb"\"(?:err|error|[eE]xception|exc|exc_info|@x|stack\w{0,10}|thrown|cause|reason|details?|error\w{1,10}"
    rb"|(?:error|exception)\.\w{5,11})\"\s*:"
)


class Statement(Immutable):
    """One thing that an application said; what it means is worked out when it is asked for.

    Attributes:
        entries: the entries that it is made of, in order of time.
        text: all of it, lines joined; the reason of a structured payload stands behind its message.
        events: what rules say of its entries.
        reason: what a structured payload gives as the reason, "" if nothing.
        first: its first entry.
        start: time of its first entry in nanoseconds.
        end: time of its last entry in nanoseconds.
        trace: trace of the request in which it was said, "" if none is named.

    """

    def __init__(
        self, entries: Sequence[Entry], text: str, events: Sequence[Event] = (), reason: str = ""
    ) -> None:
        """Take the entries of a statement, at least one."""
        self.entries, self.text, self.events, self.reason = entries, text, events, reason
        self.first = first = entries[0]
        self.start, self.end = first.timestamp, entries[-1].timestamp
        self.trace = first.trace
        if not self.trace and len(entries) > 1:
            self.trace = next((entry.trace for entry in entries if entry.trace), "")
        self._recognized: list[Recognized | None] = []

    def recognized_by(self, recognize: Callable[["Statement"], Recognized | None]) -> Recognized | None:
        """Return what the packs know of it; they are asked once."""
        if not self._recognized:
            self._recognized.append(recognize(self))
        return self._recognized[0]

    @lazy
    def wording(self) -> Wording:
        """Return what its text says by itself."""
        return read_wording(self.text, self.reason)

    @lazy
    def decisive(self) -> str:
        """Return the line that says what went wrong: of the reason that a payload gives, else of the text."""
        return self.wording.decisive

    @property
    def last_exception(self) -> str:
        """Return the text of the decisive exception, without what it wraps or what was handled before."""
        return self.wording.last_exception

    @property
    def is_exception(self) -> bool:
        """Return whether the decisive line has the form of a runtime's error."""
        return self.wording.is_exception

    @lazy
    def level(self) -> int:
        """Return its severity, 0 where neither Cloud Logging nor its own words name one.

        The severity of Cloud Logging or of the logger's prefix goes before what the words say.
        """
        named = _named_level(self.first)
        return self.wording.level if named is None else named

    @property
    def is_retried(self) -> bool:
        """Return whether it is no error yet: it says that what failed is tried again."""
        return self.level < ERROR and self.wording.announces_retry

    @property
    def complains(self) -> bool:
        """Return whether its words say that something failed."""
        return self.wording.complains

    @property
    def template(self) -> str:
        """Return its decisive line with the variable parts replaced."""
        return self.wording.template

    @lazy
    def decisive_entry(self) -> Entry:
        """Return the entry that holds the decisive line."""
        if len(self.entries) == 1:
            return self.first
        probe = self.decisive[:80]
        return next(
            (entry for entry in reversed(self.entries) if probe and probe in entry.message), self.first
        )

    @lazy
    def strength(self) -> int:
        """Return how much it weighs as a cause.

        3 an error, 2 a complaint, 1 output on stderr, 0 anything else.
        """
        wording, level = self.wording, self.level
        if wording.is_access:
            return -1
        if 0 < level < WARNING and not (level == NOTICE and wording.is_exception):
            return 0
        if wording.is_told_to_end:
            return 1
        if level >= ERROR or (wording.is_exception and level in (UNKNOWN, NOTICE)):
            return 3
        output = int(level == UNKNOWN and "stderr" in self.first.log_name)
        return 2 if wording.complains else output


@dataclass(slots=True)
class _OpenStatement:
    """A statement whose last line may still come."""

    entries: list[Entry]
    lines: list[str]
    end: int
    awaits: bool = False
    is_message: bool = False
    depth: int = 0
    events: list[Event] = field(default_factory=list)
    reason: str = ""
    built: Statement | None = None

    def build(self) -> Statement:
        """Return the statement as far as it goes."""
        if self.built is None:
            text = "\n".join(self.lines).rstrip()
            self.built = Statement(tuple(self.entries), text, tuple(self.events), self.reason)
        return self.built

    def add(self, entry: Entry, event: Event | None, text: str) -> None:
        self.built = None
        if event is not None and len(self.events) < _KEPT_ENTRIES:
            self.events.append(event)
        if len(self.entries) < _KEPT_ENTRIES:
            self.entries.append(entry)
        else:
            self.entries[-1] = entry
        self.lines.extend(text.split("\n"))
        if len(self.lines) > _LINES:
            cut = len(self.lines) - _LINES
            del self.lines[_LINES // 2 : _LINES // 2 + cut]
        self.end = entry.timestamp


class StatementBuilder:
    """Entries of one instance, in order of time, to statements; one builder for each instance."""

    def __init__(self) -> None:
        """Begin with nothing open."""
        self._open: dict[str, _OpenStatement] = {}

    def observe(self, entry: Entry, event: Event | None = None) -> list[Statement]:
        """Take one entry; return the statements that are over.

        event: what a rule says of the entry.
        """
        over = self._close_before(entry.timestamp - _GAP) if self._open else []
        if not is_output(entry) or (event is not None and event.failure not in ("", "worker")):
            return over
        stream = f"{entry.log_name} {entry.labels.get('container_name', '')}"
        text, reason = _text_of(entry)
        waiting_here = self._open.get(stream)
        if waiting_here is not None and _continues(waiting_here, entry, text):
            waiting_here.add(entry, event, text)
            _follow(waiting_here, text)
            return over
        if waiting_here is not None:
            over.append(self._open.pop(stream).build())
        if text.strip():
            opened = _OpenStatement([entry], text.split("\n")[:_LINES], entry.timestamp, reason=reason)
            opened.events += [event] if event is not None else []
            _follow(opened, text)
            self._open[stream] = opened
        return over

    def _close_before(self, time: int) -> list[Statement]:
        """Close the statements whose last line is older."""
        ended = [stream for stream, waiting in self._open.items() if waiting.end < time]
        return [self._open.pop(stream).build() for stream in ended] if ended else []

    def open_statements(self) -> list[Statement]:
        """Return what is open, as far as it goes."""
        return [waiting.build() for waiting in self._open.values()]

    def flush(self) -> list[Statement]:
        """Return what is still open, and close it."""
        found, self._open = self.open_statements(), {}
        return found


def is_output(entry: Entry) -> bool:
    """Return whether an entry is something that an application printed or logged."""
    if entry.audit is not None or _is_of_platform(entry.log_name):
        return False
    return entry.http is None or bool(entry.log_name)


@lru_cache(maxsize=1024)
def _is_of_platform(log_name: str) -> bool:
    return any(name in log_name for name in _PLATFORM)


def _text_of(entry: Entry) -> tuple[str, str]:
    """Return the text of an entry with the reason of its structured payload, and the reason alone."""
    if entry.message[:1] != "{" and (b"json" not in entry.raw or not _REASON.search(entry.raw)):
        return entry.message, ""
    payload = read_payload(entry)
    if not payload:
        return entry.message, ""
    message = (find_message(payload) if entry.message[:1] == "{" else "") or entry.message
    reason = find_reason(payload)
    if reason and message[:1] == "{":  # a line of JSON without a message
        return message, reason
    return (message, "") if not reason or reason in message else (f"{message}\n{reason}", reason)


def _continues(waiting: _OpenStatement, entry: Entry, text: str) -> bool:
    if entry.timestamp - waiting.end > _GAP:
        return False
    if waiting.entries[0].trace and entry.trace and waiting.entries[0].trace != entry.trace:
        return False
    if entry.severity_source == "text" and 0 < entry.level < WARNING:
        return False  # a line that its logger marks as harmless continues no error
    goes_on = waiting.is_message and not _BEGINS.match(text) and read_level(text) == UNKNOWN
    if waiting.awaits or waiting.depth > 0 or goes_on:
        return True
    if TRACEBACK.match(text):
        return _leads_to_traceback(waiting)
    return bool(_CONTINUES.match(text)) and not (entry.message[:1] == "{" and entry.message[-1:] == "}")


def _leads_to_traceback(waiting: _OpenStatement) -> bool:
    """Return whether a traceback that begins belongs to what is open.

    A message, or the exception that it chains.
    """
    text = "\n".join(waiting.lines)
    if TRACEBACK.search(text):
        last = next((line for line in reversed(waiting.lines) if line.strip()), "")
        return bool(_CHAINED.match(last)) or last.lstrip().startswith("+-")
    level = _level(waiting.entries[0], waiting.lines[0])
    return level == UNKNOWN or level >= WARNING


def _follow(waiting: _OpenStatement, text: str) -> None:
    """Note whether the line that decides, or the end of a printed object, is still to come."""
    lines = waiting.lines
    last = next((line for line in reversed(lines) if line.strip()), "")
    first = lines[0]
    waiting.is_message = bool(_CAUSED.match(last)) or (waiting.is_message and not is_frame(last))
    if "Traceback" in text and TRACEBACK.search(text):
        waiting.awaits = not _ends_traceback(text)
    elif waiting.awaits:
        waiting.awaits = (
            not text.strip()
            or last[:1].isspace()
            or bool(_HEADER.match(last))
            or bool(_SOURCE.match(last))
            or (last.rstrip().endswith(":") and any(map(_NAMES_NOTHING.match, lines)))
        )
        if _HEADER.match(first) and len(lines) > 1 and last[:1].isspace():
            waiting.awaits = False
    else:
        waiting.awaits = bool(
            _HEADER.match(last)
            or (_SOURCE.match(last) and len(lines) == 1)
            or _CHAINED.match(last)
            or _NAMES_NOTHING.match(last)
            or (len(lines) == 1 and last.rstrip().endswith(":") and complains(last))
        )
    if first.rstrip().endswith("{") and len(text) < 4000:
        waiting.depth += text.count("{") - text.count("}")
        waiting.depth = max(0, min(waiting.depth, 20))
    else:
        waiting.depth = 0


def _ends_traceback(text: str) -> bool:
    """Return whether a line behind the last header of a traceback is not indented."""
    last = text.rfind("\n") + 1
    first = text[last : last + 1]
    if first not in ("", "|") and not first.isspace() and last > text.rfind(_HEADER_END) + len(_HEADER_END):
        return True  # the usual end, without a search
    tail = text[[match.end() for match in TRACEBACK.finditer(text)][-1] :]
    return any(
        (bare := GROUP_PREFIX.sub("", line)).strip() and not bare[:1].isspace()
        for line in reversed(tail.split("\n")[1:])
    )


def _level(entry: Entry, text: str) -> int:
    """Return the severity of an entry, else what a text says."""
    named = _named_level(entry)
    return read_level(text) if named is None else named


def _named_level(entry: Entry) -> int | None:
    """Return the severity of Cloud Logging, of the logger's prefix or of a line of JSON, None for another."""
    if entry.severity_source != "none" and entry.severity != "DEFAULT":
        return SEVERITIES[entry.severity]
    if entry.message[:1] != "{":
        return None
    named = find_level(read_payload(entry))
    if isinstance(named, str) and named.upper() in SEVERITIES:
        return SEVERITIES[named.upper()]
    return read_level(entry.message)
