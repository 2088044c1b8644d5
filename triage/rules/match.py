"""What a line says: many patterns for about the price of one look-up.

All literals are searched in one pass; only the patterns whose literal stands in the line are tried.
"""

import re
from collections.abc import Iterable
from fnmatch import fnmatchcase
from functools import cache, lru_cache
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick, MatchKind

from triage.models import Entry, Event, Pack, Rule
from triage.text import SUBJECT_LIMIT, subject


class Subject(NamedTuple):
    """What patterns are tried on: the first line without its marks, and the whole message, both bounded."""

    line: str
    whole: str

    @classmethod
    def of(cls, message: str) -> "Subject":
        """Return the subject of a message."""
        return cls(subject(message), message[:SUBJECT_LIMIT])


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.ASCII)


def matches(rule: Rule, text: Subject) -> re.Match[str] | None:
    """Return the rule's match on a subject, its literal taken as given."""
    return _compiled(rule.pattern).search(text.whole if rule.multiline else text.line)


class Matcher:
    """The rules of some packs, ready to be asked about entries.

    An entry is recognised by the first rule that fits, in the order of the packs and of the rules in them.
    """

    def __init__(self, packs: Iterable[Pack]) -> None:
        """Index every rule by its literal."""
        self._rules = [(pack, rule) for pack in packs for rule in pack.rules]
        self._literals = sorted({rule.literal for _, rule in self._rules})
        place = {literal: number for number, literal in enumerate(self._literals)}
        self._by_literal: list[list[int]] = [[] for _ in self._literals]
        for number, (_, rule) in enumerate(self._rules):
            self._by_literal[place[rule.literal]].append(number)
        self._index = AhoCorasick(self._literals or ["\0"], matchkind=MatchKind.Standard)
        self._reads = lru_cache(maxsize=4096)(_reads)

    @property
    def literals(self) -> list[str]:
        """Return what must stand in a line for any rule to recognise it."""
        return list(self._literals)

    def may_know(self, entry: Entry) -> bool:
        """Return whether some rule's literal stands in the entry: only then can a rule recognise it."""
        whole = entry.message[:SUBJECT_LIMIT]
        return bool(self._literals and self._index.find_matches_as_indexes(whole))

    def match(self, entry: Entry) -> Event | None:
        """Return what the entry says, or None when no rule knows it."""
        if not entry.message or not self._literals:
            return None
        whole = entry.message[:SUBJECT_LIMIT]
        found = self._index.find_matches_as_indexes(whole, overlapping=True)
        if not found:
            return None
        text = Subject(subject(entry.message), whole)
        for number in sorted({rule for literal, _, _ in found for rule in self._by_literal[literal]}):
            pack, rule = self._rules[number]
            if self._reads(pack.id, tuple(pack.services), entry.service) and _may_say(rule, entry):
                match = matches(rule, text)
                if match is not None:
                    return _event(pack, rule, entry, match)
        return None


def _reads(_pack: str, services: tuple[str, ...], service: str) -> bool:
    return not services or not service or any(fnmatchcase(service, pattern) for pattern in services)


def _may_say(rule: Rule, entry: Entry) -> bool:
    """Return whether the entry's log and logger are those of the rule, as far as the entry names them.

    A probe's lines are written by triage and name their log: one that names none may be an application's.
    A standard-library logger arrives as "logging": its origin is lost and so cannot speak against the rule.
    """
    if rule.log and (entry.log_name or rule.run == "probe") and rule.log not in entry.log_name:
        return False
    return not rule.logger or entry.logger in ("", "logging") or rule.logger in entry.logger


def _event(pack: Pack, rule: Rule, entry: Entry, match: re.Match[str]) -> Event:
    fields = {name: value for name, value in match.groupdict().items() if value is not None}
    return Event(
        entry=entry,
        pack=pack.id,
        rule=rule.id,
        run=rule.run,
        step=rule.step,
        check=rule.check or fields.get("check", ""),
        outcome=rule.outcome,
        condition=rule.condition,
        noise=bool(rule.noise),
        fields=fields,
    )
