"""What a pack makes of one line: the rule that matches it, or why none does."""

import re
from collections.abc import Iterator

import msgspec

from triage.models import Entry, Pack, Rule
from triage.rules.alternatives import top_level_prefixes
from triage.rules.matcher import Matcher, Subject, admits_logger, applies_to, may_log, read_text

#: Reasons that are named for one line.
_MOST_REASONS = 3


class LineTest(msgspec.Struct, frozen=True):
    """What a pack makes of one line.

    Attributes:
        rule: id of the rule that matches, "" for none.
        fields: what the rule captured.
        reasons: why no rule matches, as sentences.

    """

    rule: str
    fields: dict[str, str] = {}
    reasons: list[str] = []


class PackTester:
    """Tries the rules of one pack on lines."""

    def __init__(self, pack: Pack) -> None:
        """Index the rules of the pack."""
        self._pack = pack
        self._matcher = Matcher([pack])

    def test(self, entry: Entry) -> LineTest:
        """Return the rule that matches a line, or why none does."""
        event = self._matcher.match(entry)
        if event is not None:
            return LineTest(event.rule, event.fields)
        if not applies_to(self._pack, entry.service):
            services = ", ".join(self._pack.services)
            return LineTest("", reasons=[f"the pack is for {services}, and {entry.service} printed the line"])
        near = [rule for rule in self._pack.rules if rule.literal in entry.message]
        reasons = [f"{rule.id}: {_why_not(rule, entry)}" for rule in near[:_MOST_REASONS]]
        return LineTest("", reasons=reasons or ["the line holds the literal of no rule"])


def _why_not(rule: Rule, entry: Entry) -> str:
    """Return why a rule does not match a line that holds its literal."""
    if not may_log(rule, entry.log_name, entry.logger):
        if not admits_logger(rule, entry.logger) and entry.logger:
            return f"the logger is {entry.logger}, and the rule reads {rule.logger}"
        return f"the log is {entry.log_name.rpartition('/')[2] or 'unknown'}, and the rule reads {rule.log}"
    text = read_text(rule, Subject.of(entry.message))
    if rule.literal not in text:
        return "its literal is not on the first line; multiline = true reads the whole message"
    for prefix, rest in _longest_first(rule.pattern):
        found = re.search(prefix, text, re.ASCII)
        if found is not None and found[0]:
            return f"the pattern reads {found[0]!r}, then needs {rest}"
    return f"the pattern begins with something else: {rule.pattern}"


def _longest_first(pattern: str) -> Iterator[tuple[str, str]]:
    """Yield the beginnings of a pattern that are patterns themselves, each with the rest."""
    for end in reversed(top_level_prefixes(pattern)):
        yield pattern[:end], pattern[end:]
