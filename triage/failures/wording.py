"""What a text says by itself, worked out once for all statements with the same text."""

import re
from collections.abc import Callable
from typing import Any, Generic, TypedDict, TypeVar

from triage.failures.decisive import (
    DecisiveLine,
    complains,
    find_decisive_line,
    find_last_exception,
)
from triage.failures.frames import is_filling
from triage.failures.last_words import (
    announces_retry,
    answers_again,
    denies,
    heads_frames,
    is_last_attempt,
    is_told_to_end,
    lacks_value,
    repeats,
    said_before_hint,
    sums_up,
    waits,
)
from triage.failures.levels import read_level
from triage.failures.openings import Opening, open_statement
from triage.failures.restating import restates
from triage.models import Immutable
from triage.text import lazy_pattern, message_template, remember_texts

#: The request in a line of an access log, and the beginnings of such lines.
_REQUEST = lazy_pattern(r"\"(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|CONNECT|TRACE|PRI) \S+ HTTP/\d")
_ACCESS = re.compile(
    r"(?:::\d|[\d.]+) - \S+ \[|INFO:\s+[\d.]+:\d+ - \""
    r"|\[GIN\] \d{4}/\d\d/\d\d - [\d:]{8} \|\s*\d{3} \||\d\d:\d\d:\d\d \| \d{3} \|\s+[\d.]+[mµn]?s \| "
    r"|\s*(?:-->|<--)?\s*(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS) /\S* \d{3}(?: in)? [\d.]+ ?m?s\b"
)
#: An error of nginx, which names the request at its end. That a file is missing says no more than the status.
_ERROR_LOG = re.compile(
    r"\d{4}/\d\d/\d\d [\d:]{8} \[(?:error|crit|alert|emerg)\] \d+#\d+: "
    r"(?!.{0,20}open\(\) .{1,200} failed \(2: )"
)

Value = TypeVar("Value")


class lazy(Generic[Value]):  # noqa: N801 (a decorator)
    """A property that is computed when it is first read, without the lock of functools.cached_property."""

    def __init__(self, compute: Callable[[Any], Value]) -> None:
        """Take what computes the value."""
        self._compute = compute
        self._name = compute.__name__
        self.__doc__ = compute.__doc__

    def __get__(self, owner: Any, _kind: type) -> Value:
        """Return the value; from now on it is an attribute of its owner."""
        value = self._compute(owner)
        owner.__dict__[self._name] = value
        return value


class Findings(TypedDict, total=False):
    """What was worked out of a text: properties of its wording."""

    opening: Opening | None
    decisive_line: DecisiveLine
    level: int
    complains: bool
    template: str
    is_access: bool
    announces_retry: bool
    restates: bool
    is_told_to_end: bool


class Wording(Immutable):
    """A text and the reason that a structured payload gives in it, "" if it gives none."""

    def __init__(self, text: str, reason: str, findings: Findings | None = None) -> None:
        """Take a text; what it says is worked out when it is asked for, but for ``findings``."""
        self.text, self.reason = text, reason
        if findings:
            self.__dict__.update(findings)

    def findings(self, *names: str) -> Findings:
        """Return what another process receives: these properties, and those that were asked for before."""
        for name in names:
            getattr(self, name)
        known: Any = self.__dict__
        return {name: known[name] for name in Findings.__annotations__ if name in known}  # type: ignore[return-value]

    @lazy
    def opening(self) -> Opening | None:
        """Return what it shows as the beginning of a statement, None if it says nothing."""
        return open_statement(self.text)

    @lazy
    def decisive_line(self) -> DecisiveLine:
        """Return the decisive line of the reason, else that of the text."""
        if " " not in self.reason:
            return find_decisive_line(self.text)
        if self.text.startswith("{"):  # a line of JSON without a message says nothing beside its reason
            return find_decisive_line(self.reason)
        found = find_decisive_line(self.text)
        return found if found.is_exception else find_decisive_line(self.reason)

    @lazy
    def decisive(self) -> str:
        """Return the line that says what went wrong."""
        return self.decisive_line.text

    @lazy
    def is_exception(self) -> bool:
        """Return whether the decisive line has the form of a runtime's error."""
        return self.decisive_line.is_exception

    @lazy
    def last_exception(self) -> str:
        """Return the text of the decisive exception, without what it wraps or what was handled before."""
        return find_last_exception(self.text, self.decisive)

    @lazy
    def level(self) -> int:
        """Return the level that its words name, 0 where they name none."""
        return read_level(self.text)

    @lazy
    def complains(self) -> bool:
        """Return whether its words say that something failed."""
        return self.is_exception or complains(self.text) or heads_frames(self.text)

    @lazy
    def denies(self) -> bool:
        """Return whether its words say that something failed, is not there or was not done."""
        return self.complains or denies(self.decisive)

    @lazy
    def template(self) -> str:
        """Return its decisive line with the variable parts replaced."""
        return message_template.compute(self.decisive)

    @lazy
    def is_access(self) -> bool:
        """Return whether it is a line of an access log."""
        text = self.text[:300]
        if _ACCESS.match(text):
            return True
        return " HTTP/" in text and bool(_REQUEST.search(text)) and not _ERROR_LOG.match(text)

    @lazy
    def is_filling(self) -> bool:
        """Return whether it is an empty line or a frame that Ruby's logger wrote as one of several."""
        return "\n" not in self.text and is_filling(self.text)

    @lazy
    def announces_retry(self) -> bool:
        """Return whether it says that what failed is tried again: on the decisive line or behind it."""
        start = self.text.rfind("\n", 0, max(0, self.text.rfind(self.decisive))) + 1
        line, _, below = self.text[start:].partition("\n")
        last = below.rstrip().rpartition("\n")[2]
        says_last = bool(last) and not last[0].isspace() and announces_retry(last)
        return says_last or announces_retry(self.decisive) or announces_retry(line)

    @lazy
    def sums_up(self) -> bool:
        """Return whether it only says that something did not start, and another line why."""
        is_named = self.is_exception and not self.decisive.startswith("Error: ")
        return repeats(self.decisive) or (not is_named and sums_up(self.decisive))

    @lazy
    def is_last_failure(self) -> bool:
        """Return whether it says that the last of some attempts failed."""
        return self.complains and is_last_attempt(self.decisive)

    @lazy
    def waits(self) -> bool:
        """Return whether it says that the program waits for another one."""
        return waits(self.decisive)

    @lazy
    def answers_again(self) -> bool:
        """Return whether it only says that a request was answered twice."""
        return answers_again(self.decisive)

    @lazy
    def lacks_value(self) -> bool:
        """Return whether it only says that the code went on without a value."""
        return lacks_value(self.decisive)

    @lazy
    def restates(self) -> bool:
        """Return whether it says no more than that a request failed, which the request says itself."""
        return restates(self.decisive)

    @lazy
    def is_told_to_end(self) -> bool:
        """Return whether it only says that a program ends, or where to read more."""
        if is_told_to_end(self.decisive):
            return True
        before = None if self.is_exception else said_before_hint(self.decisive)
        return before is not None and not complains(before)


@remember_texts
def read_wording(text: str, reason: str) -> Wording:
    """Return what a text says by itself, with the reason in it that a payload gives."""
    return Wording(text, reason)
