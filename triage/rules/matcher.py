"""What a line says: many patterns for about the price of one look-up.

All literals are searched in one pass; only the patterns whose literal stands in the line are tried.
"""

import re
from collections.abc import Iterable
from fnmatch import fnmatchcase
from functools import cache, lru_cache
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from triage.models import Entry, Event, Immutable, Pack, Rule
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


def match_rule(rule: Rule, text: Subject) -> re.Match[str] | None:
    """Return the rule's match on a subject, its literal taken as given."""
    return _compiled(rule.pattern).search(text.whole if rule.multiline else text.line)


class Matcher(Immutable):
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
        self._index = AhoCorasick(
            self._literals or ["\0"], matchkind=MatchKind.Standard, implementation=Implementation.DFA
        )
        self._says = lru_cache(maxsize=4096)(self._look)

    @property
    def literals(self) -> list[str]:
        """Return what must stand in a line for any rule to recognise it."""
        return list(self._literals)

    def may_match(self, entry: Entry) -> bool:
        """Return whether some rule's literal stands in the entry: only then can a rule recognise it."""
        whole = entry.message[:SUBJECT_LIMIT]
        return bool(self._literals and self._index.find_matches_as_indexes(whole))

    def match(self, entry: Entry) -> Event | None:
        """Return what the entry says, or None when no rule knows it."""
        said = self._says(entry.message[:SUBJECT_LIMIT], entry.service, entry.log_name, entry.logger)
        return None if said is None else _event(*said, entry)

    def _look(
        self, whole: str, service: str, log: str, logger: str
    ) -> tuple[Pack, Rule, dict[str, str]] | None:
        """Return the rule that knows a message, and what it captures; services say many of their lines over and over."""
        if not whole or not self._literals:
            return None
        found = self._index.find_matches_as_indexes(whole, overlapping=True)
        if not found:
            return None
        text = Subject.of(whole)
        for number in sorted({rule for literal, _, _ in found for rule in self._by_literal[literal]}):
            pack, rule = self._rules[number]
            if _reads(pack, service) and _may_say(rule, log, logger):
                match = match_rule(rule, text)
                if match is not None:
                    return pack, rule, {k: v for k, v in match.groupdict().items() if v is not None}
        return None


def _reads(pack: Pack, service: str) -> bool:
    return not pack.services or not service or any(fnmatchcase(service, name) for name in pack.services)


def _may_say(rule: Rule, log: str, logger: str) -> bool:
    """Return whether an entry's log and logger are those of the rule, as far as the entry names them.

    A probe's lines are written by triage and name their log: one that names none may be an application's.
    A standard-library logger arrives as "logging": its origin is lost and so cannot speak against the rule.
    """
    if rule.log and (log or rule.run == "probe") and rule.log not in log:
        return False
    return not rule.logger or logger in ("", "logging") or rule.logger in logger


def _event(pack: Pack, rule: Rule, fields: dict[str, str], entry: Entry) -> Event:
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
        failure=rule.failure,
        success=rule.success,
        fields=fields,
    )
