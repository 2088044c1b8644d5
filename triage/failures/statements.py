"""What an application says: lines that belong together, with the one that decides."""

import re
from collections.abc import Sequence
from functools import lru_cache

from triage.failures.answers import ELISION
from triage.failures.decisive import traceback_headers
from triage.failures.levels import UNKNOWN, WARNING, read_below, read_level
from triage.failures.meaning import STRONG, Meaning, Meanings
from triage.failures.openings import (
    CHAINED,
    LINES,
    Opening,
    awaits_more,
    is_message_open,
    open_brackets,
)
from triage.failures.payload import (
    find_address,
    find_level,
    find_message,
    find_reason,
    may_give_reason,
    read_payload,
)
from triage.failures.points import SAID, failure_kind
from triage.failures.wording import read_wording
from triage.models import SEVERITIES, Entry, Event, Immutable, Quote
from triage.window import NANOSECONDS

#: Nanoseconds between two lines of one statement at most.
_GAP = NANOSECONDS
_KEPT_ENTRIES = 60
#: Entries of a statement on which rules are tried, beside the decisive line.
_READ = 20
#: What a worker notes of an entry of which it only found that its payload gives no reason.
NO_REASON = b"\x90"
#: Streams that the platform writes: nothing in them is said by the application.
_PLATFORM = ("run.googleapis.com/requests", "varlog", "cloudaudit.googleapis.com")

_CONTINUES = re.compile(
    r"^(?:\s|$|Caused by:(?: |$)|caused by: \S|Suppressed: |During handling of the above|The above exception was|\.\.\. \d+ more|at \S+ ?\("
    r"|goroutine \d+ \[|created by |package:\S+ \d+:\d+ |\[signal SIG|exit status \d|from \S+:\d+:in |(?:/\S+|\S+\.(?:rb|erb|rake)):\d+:in |#\d+ "
    r"|[)}\]]+(?:[,;]?$| - )|Node\.js v\d|Require stack:$|- (?:/|file:|node:)\S+$|Stack trace:|thrown in |--- End of|Traceback \(most recent call last\):|\^|note: run with `RUST_BACKTRACE"
    r"|(?:[\w.-]+/[\w./-]*|main|runtime)\.(?:\(\*?\w+\)\.)?[\w.]+$|[\w./*()-]+\(0x[0-9a-f]|[\w./*()-]+\.\w+\((?:\.\.\.)?\)$|Description:$|Action:$|\*{5,}$"
    r"|\"\"\"$|(?:[\w.]+\.)?_?RemoteTraceback:\s*$|APPLICATION FAILED TO START$"
    r"|<--- |----- Native stack trace|FATAL ERROR: |PC=0x|signal arrived during|rflags |[re][a-z0-9]{1,2}\s+0x|cs\s|[fg]s\s|\[cause\]: "
    r"|\d+ (?:\[\w+\] )*0x[0-9a-f]{8,16} |Thread \d+ .{0,60}crashed:$"
    r"|(?:Retrying (?:in|after)|Trying again in) \d|for call at$|Errors \[$"
    r"|\[stacktrace\]$|\[previous exception\] |Reason:(?: [A-Z][a-z]+){0,3}\s*$|HTTP response (?:headers|body): )"
)
#: The exception that a logger of Java prints below its message.
_THROWN = re.compile(r"(?:[a-z_][\w$]*\.){2,}[A-Z][\w$.]*(?:Exception|Error|Throwable|Failure)(?:: |:?$)")
#: The call to an API that Google's client for Java prints below its exception, above the answer.
_CALLED = re.compile(r"(?:GET|POST|PUT|PATCH|DELETE|HEAD) https?://\S+$")
#: What a line of its own begins with, which continues no message: a time, a bracket or an object.
_BEGINS = re.compile(r"[\[{]|\d{2,4}[-/:]\d\d")
#: A time or a name in brackets, as loggers put before the level.
_MARKED = re.compile(r"\[[^\]\n]{1,60}\]\s|\d{2,4}[-/:]\d\d")


class Statement(Immutable):
    """One thing that an application said.

    Attributes:
        entries: the entries that it is made of, in order of time.
        events: what rules say of its entries.
        first: its first entry.
        start: time of its first entry in nanoseconds.
        end: time of its last entry in nanoseconds.
        trace: trace of the request in which it was said, "" if none is named.
        meaning: what it means, shared by all statements that say the same.

    """

    __slots__ = ("_decisive_entry", "end", "entries", "events", "first", "meaning", "start", "trace")

    def __init__(
        self,
        meanings: Meanings,
        entries: Sequence[Entry],
        text: str,
        events: Sequence[Event] = (),
        reason: str = "",
    ) -> None:
        """Take the entries of a statement, at least one.

        text: all of it, lines joined; the reason of a structured payload stands behind its message.
        reason: what a structured payload gives as the reason, "" if nothing.
        """
        first, logger = entries[0], entries[0].logger
        self.entries, self.events = entries, events
        self.first = first
        self._decisive_entry: Entry | None = first
        self.start, self.end, self.trace = first.timestamp, entries[-1].timestamp, first.trace
        if len(entries) > 1:
            self.trace = next((entry.trace for entry in entries if entry.trace), "")
            self._decisive_entry = None
            if any(entry.logger != logger for entry in entries):
                logger = _find_line(read_wording(text, reason).decisive, entries).logger
        messages: tuple[str, ...] | None = None
        if text is not first.message:
            # A message that is longer than the text is no part of it; remembered, it would take much memory.
            longest = len(text)
            messages = tuple([entry.message for entry in entries[:_READ] if len(entry.message) <= longest])
        speaker = (first.service, first.log_name, logger, _named_level(first))
        self.meaning: Meaning = meanings.of(text, reason, messages, speaker)

    @property
    def decisive_entry(self) -> Entry:
        """Return the entry that holds the decisive line; most statements are never asked for it."""
        if self._decisive_entry is None:
            self._decisive_entry = _find_line(self.meaning.wording.decisive, self.entries)
        return self._decisive_entry

    @property
    def text(self) -> str:
        """Return all of it, lines joined."""
        return self.meaning.text

    @property
    def strength(self) -> int:
        """Return how much it weighs as a cause."""
        return self.meaning.strength

    @property
    def level(self) -> int:
        """Return its severity, 0 where neither Cloud Logging nor its own words name one."""
        return self.meaning.level

    @property
    def decisive(self) -> str:
        """Return the line that says what went wrong: of the reason that a payload gives, else of the text."""
        return self.meaning.wording.decisive

    @property
    def is_exception(self) -> bool:
        """Return whether the decisive line has the form of a runtime's error."""
        return self.meaning.wording.is_exception

    @property
    def template(self) -> str:
        """Return its decisive line with the variable parts replaced."""
        return self.meaning.wording.template

    @property
    def quote(self) -> Quote:
        """Return it as the diagnosis cites it."""
        wording = self.meaning.wording
        return Quote(
            self.decisive_entry,
            self.meaning.text,
            wording.decisive,
            wording.template,
            is_exception=wording.is_exception,
            is_error=self.strength >= STRONG,
        )


def _find_line(line: str, entries: Sequence[Entry]) -> Entry:
    """Return the last entry that holds the beginning of a line, the first entry where none does."""
    probe = line.partition(ELISION)[0][:80]
    return next((entry for entry in reversed(entries) if probe and probe in entry.message), entries[0])


class _OpenStatement:
    """A statement whose last line may still come."""

    __slots__ = (
        "_built",
        "_lines",
        "awaits",
        "depth",
        "end",
        "entries",
        "events",
        "is_message",
        "reason",
        "text",
    )

    def __init__(self, entry: Entry, event: Event | None, text: str, reason: str, opening: Opening) -> None:
        kept, self.awaits, self.is_message, self.depth = opening
        self.text = kept or text
        self.entries: tuple[Entry, ...] = (entry,)
        self.events: tuple[Event, ...] = () if event is None else (event,)
        self.end, self.reason = entry.timestamp, reason
        self._lines: list[str] | None = None
        self._built: Statement | None = None

    @property
    def lines(self) -> list[str]:
        """Return its lines so far."""
        if self._lines is None:
            self._lines = self.text.split("\n")
        return self._lines

    def build(self, meanings: Meanings) -> Statement:
        """Return the statement as far as it goes."""
        if self._built is None:
            text = self.text if self._lines is None else "\n".join(self._lines)
            self._built = Statement(meanings, self.entries, text.rstrip(), self.events, self.reason)
        return self._built

    def add(self, entry: Entry, event: Event | None, text: str) -> None:
        """Add an entry that continues it."""
        self._built = None
        if event is not None and len(self.events) < _KEPT_ENTRIES:
            self.events += (event,)
        self.entries = (*self.entries[: _KEPT_ENTRIES - 1], entry)
        lines = self.lines
        lines.extend(text.split("\n"))
        if len(lines) > LINES:
            cut = len(lines) - LINES
            del lines[LINES // 2 : LINES // 2 + cut]
        self.end = entry.timestamp
        self.awaits = awaits_more(lines, text, is_awaited=self.awaits)
        self.is_message = is_message_open(lines, is_message=self.is_message)
        self.depth = open_brackets(lines[0], text, self.depth)


class StatementBuilder:
    """Entries of one instance, in order of time, to statements; one builder for each instance."""

    def __init__(self, meanings: Meanings) -> None:
        """Begin with nothing open; ``meanings`` gives what statements mean."""
        self._meanings = meanings
        self._open: dict[str, _OpenStatement] = {}
        self._oldest = 0

    def observe(self, entry: Entry, event: Event | None = None) -> list[Statement]:
        """Take one entry that an application printed; return the statements that are over.

        event: what a rule says of the entry.
        """
        over = self.close_before(entry.timestamp) if self._open else []
        container = entry.labels.get("container_name")
        stream = f"{entry.log_name} {container}" if container else entry.log_name
        text, reason = read_text(entry)
        waiting_here = self._open.get(stream)
        if waiting_here is not None:
            if _continues(waiting_here, entry, text):
                waiting_here.add(entry, event, text)
                return over
            over.append(self._open.pop(stream).build(self._meanings))
        opening = read_wording(text, reason).opening
        if opening is not None:
            if not self._open:
                self._oldest = entry.timestamp
            self._open[stream] = _OpenStatement(entry, event, text, reason, opening)
        return over

    @property
    def is_open(self) -> bool:
        """Return whether more may come of a statement."""
        return bool(self._open)

    def close_before(self, now: int) -> list[Statement]:
        """Return the statements of which nothing more is expected at a time, and close them."""
        since = now - _GAP
        if not self._open or self._oldest >= since:
            return []
        over: list[Statement] = []
        self._oldest = now
        for stream in [*self._open]:
            waiting = self._open[stream]
            if waiting.end < since:
                over.append(self._open.pop(stream).build(self._meanings))
            else:
                self._oldest = min(self._oldest, waiting.end)
        return over

    def open_statements(self) -> list[Statement]:
        """Return what is open, as far as it goes."""
        return [waiting.build(self._meanings) for waiting in self._open.values()]

    def flush(self) -> list[Statement]:
        """Return what is still open, and close it."""
        found, self._open = self.open_statements(), {}
        return found


def read_statement(
    meanings: Meanings, entry: Entry, event: Event | None, text: str, reason: str
) -> Statement | None:
    """Return what an entry says without those around it, None if an application says nothing with it.

    text, reason: what ``read_text`` returns for the entry.
    """
    if not is_output(entry) or failure_kind(entry, event) not in SAID:
        return None
    opening = read_wording(text, reason).opening
    if opening is None:
        return None
    events = () if event is None else (event,)
    return Statement(meanings, (entry,), (opening.kept or text).rstrip(), events, reason)


def is_output(entry: Entry) -> bool:
    """Return whether an entry is something that an application printed or logged."""
    if entry.audit is not None or _is_of_platform(entry.log_name):
        return False
    return entry.http is None or bool(entry.log_name)


@lru_cache(maxsize=1024)
def _is_of_platform(log_name: str) -> bool:
    return any(name in log_name for name in _PLATFORM)


def read_text(entry: Entry) -> tuple[str, str]:
    """Return the text of an entry with the reason of its structured payload, and the reason alone."""
    if entry.notes == NO_REASON:
        return entry.message, ""
    if entry.message[:1] != "{" and not may_give_reason(entry.raw):
        return entry.message, ""
    payload = read_payload(entry)
    if not payload:
        return entry.message, ""
    message = (find_message(payload) if entry.message[:1] == "{" else "") or entry.message
    if address := find_address(payload):
        message = f"{message}\n{address}"
    reason = find_reason(payload)
    if reason and message[:1] == "{":  # a line of JSON without a message
        return message, reason
    return (message, "") if not reason or reason in message else (f"{message}\n{reason}", reason)


def _continues(waiting: _OpenStatement, entry: Entry, text: str) -> bool:
    trace = waiting.entries[0].trace
    if entry.timestamp - waiting.end > _GAP or (trace and entry.trace and trace != entry.trace):
        return False
    if entry.severity_source == "text" and 0 < entry.level < WARNING:
        return False  # a line that its logger marks as harmless continues no error
    if waiting.awaits:
        # A line with a time or a name, and a level, is another statement, whatever was to come.
        return not _MARKED.match(text) or read_level(text) == UNKNOWN
    goes_on = waiting.is_message and not _BEGINS.match(text) and read_level(text) == UNKNOWN
    if waiting.depth > 0 or goes_on:
        return True
    if traceback_headers(text.partition("\n")[0]):
        return _leads_to_traceback(waiting)
    is_object = entry.message[:1] == "{" and entry.message[-1:] == "}"
    return (
        (bool(_CONTINUES.match(text)) and not is_object)
        or _is_thrown_below(text, waiting.lines)
        or _is_of_call(text, waiting.lines[-1])
    )


def _is_thrown_below(text: str, above: Sequence[str]) -> bool:
    """Return whether an exception of Java stands below the one line of an error."""
    first = above[0]
    is_logged = len(above) == 1 and bool(_THROWN.match(text)) and not _THROWN.match(first)
    return is_logged and read_level(first) >= WARNING


def _is_of_call(text: str, above: str) -> bool:
    """Return whether a line is the call that an exception of Java names, or begins the answer to it."""
    if _CALLED.match(text):
        return "Exception" in above
    return text == "{" and bool(_CALLED.match(above))


def _leads_to_traceback(waiting: _OpenStatement) -> bool:
    """Return whether a traceback that begins belongs to what is open.

    A message, or the exception that it chains.
    """
    text = "\n".join(waiting.lines)
    if traceback_headers(text):
        last = next((line for line in reversed(waiting.lines) if line.strip()), "")
        return bool(CHAINED.match(last)) or last.lstrip().startswith("+-")
    level = _level(waiting.entries[0], waiting.lines[0])
    return level == UNKNOWN or level >= WARNING


def _level(entry: Entry, text: str) -> int:
    """Return the severity of an entry, else what a text says."""
    named = _named_level(entry)
    return read_level(text) if named is None else named


def _named_level(entry: Entry) -> int | None:
    """Return the severity of Cloud Logging, of the logger's prefix or of a line of JSON, None for another."""
    if entry.severity_source != "none" and entry.severity != "DEFAULT":
        named = SEVERITIES[entry.severity]
        if entry.severity_source == "text" and named < WARNING and "\n" in entry.message:
            return max(named, read_below(entry.message))  # a prefix of the first of several lines
        return named
    if entry.message[:1] != "{":
        return None
    name = find_level(read_payload(entry))
    if isinstance(name, str) and name.upper() in SEVERITIES:
        return SEVERITIES[name.upper()]
    return read_level(entry.message)
