"""The matcher: many patterns for about the price of one search.

All literals are searched in one pass; only patterns whose literal occurs in the line are tried.
"""

import re
from collections.abc import Callable, Iterable
from fnmatch import fnmatchcase
from functools import cache, lru_cache
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind
from msgspec.structs import replace

from triage.models import Entry, Event, Immutable, Pack, Rule, Source
from triage.rules.needed_words import holds_needed_words, needed_words
from triage.text import SUBJECT_LIMIT, remember_texts, subject

#: Matches on whole messages that are remembered: long patterns, which two matchers try on the same message.
_WHOLE_TEXTS = 64
#: Combinations of literals, and of rules and origins, that are remembered: a service logs some hundred.
_COMBINATIONS = 1024
#: Where an entry was read of which only the text matters.
_NOWHERE = Source("", 0)
#: The entry of events that are remembered for the next entry with their message.
_NO_ENTRY = Entry(timestamp=0, source=_NOWHERE)

#: Who says something: the service, the log and the logger.
Speaker = tuple[str, str, str]


class RuleMatch(NamedTuple):
    """A match as one process tells it another one.

    Attributes:
        rule: number of the rule in the index of the packs.
        fields: what it captured.

    """

    rule: int
    fields: dict[str, str]


class Subject(NamedTuple):
    """The text that patterns are tried on, bounded in length.

    Attributes:
        line: first line without leading marks.
        whole: whole message.

    """

    line: str
    whole: str

    @classmethod
    def of(cls, message: str) -> "Subject":
        """Return the subject of a message."""
        return cls(subject(message), message[:SUBJECT_LIMIT])


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    """Return a pattern of a rule, compiled once."""
    return re.compile(pattern, re.ASCII)


def read_text(rule: Rule, text: Subject) -> str:
    """Return the text that the pattern of a rule is tried on."""
    return text.whole if rule.multiline else text.line


def match_rule(rule: Rule, text: Subject) -> re.Match[str] | None:
    """Return the match of a rule on a subject that contains its literal."""
    return compiled(rule.pattern).search(read_text(rule, text))


def _use_all(_pack: Pack, _rule: Rule) -> bool:
    return True


class RuleIndex(Immutable):
    """The rules of packs by their literals. One search of a text serves all matchers of these packs.

    rules: the rules in the order of the packs, each with its pack.
    search: returns the numbers of the rules whose literal a text contains, in order.
    match_whole: returns the match of a rule on a whole message, remembered for the next matcher.
    """

    def __init__(self, packs: Iterable[Pack]) -> None:
        """Index every rule by its literal."""
        self.rules = [(pack, rule) for pack in packs for rule in pack.rules]
        literals = sorted({rule.literal for _, rule in self.rules})
        position = {literal: number for number, literal in enumerate(literals)}
        self._by_literal: list[list[int]] = [[] for _ in literals]
        self._numbers = {(pack.id, rule.id): number for number, (pack, rule) in enumerate(self.rules)}
        for number, (_, rule) in enumerate(self.rules):
            self._by_literal[position[rule.literal]].append(number)
        # A DFA searches a third faster, but takes ten times as long to build: 70 ms for the shipped packs.
        self._index = AhoCorasick(
            literals, matchkind=MatchKind.Standard, implementation=Implementation.ContiguousNFA
        )
        self.search = remember_texts(self._search)
        self.match_whole = lru_cache(_WHOLE_TEXTS)(self._match_whole)
        self._form_of = cache(self._make_form)
        self._rules_of = lru_cache(_COMBINATIONS)(self._sort_rules)

    def search_line(self, line: str, text: str) -> tuple[int, ...]:
        """Return the numbers of rules beside which none can match a line that is a part of a text.

        Their literals are in the text, which was searched before, or in the line where it is cut off.
        """
        searched = text[:SUBJECT_LIMIT]
        return self.search(searched if line in searched else line[:SUBJECT_LIMIT])

    def _search(self, text: str) -> tuple[int, ...]:
        found = self._index.find_matches_as_indexes(text, overlapping=True)
        return self._rules_of(frozenset([literal for literal, _, _ in found])) if found else ()

    def _sort_rules(self, literals: frozenset[int]) -> tuple[int, ...]:
        return tuple(sorted([rule for literal in literals for rule in self._by_literal[literal]]))

    def to_match(self, event: Event) -> RuleMatch:
        """Return the match of an event."""
        return RuleMatch(self._numbers[event.pack, event.rule], event.fields)

    def to_event(self, match: RuleMatch, entry: Entry, *, is_logger_known: bool) -> Event:
        """Return the event of a match in an entry."""
        form: Event = self._form_of(match.rule, is_logger_known)
        fields = match.fields
        return replace(form, entry=entry, fields=fields, check=form.check or fields.get("check", ""))

    def _make_form(self, number: int, is_logger_known: bool) -> Event:  # noqa: FBT001 - cache keeps it by position
        """Return what all events of a rule share."""
        pack, rule = self.rules[number]
        return Event(
            entry=_NO_ENTRY,
            pack=pack.id,
            rule=rule.id,
            literal=rule.literal,
            run=rule.run,
            step=rule.step,
            check=rule.check,
            outcome=rule.outcome,
            condition=rule.condition,
            noise=bool(rule.noise),
            failure=rule.failure,
            success=rule.success,
            logger_unknown=bool(rule.logger) and not is_logger_known,
        )

    def _match_whole(self, number: int, text: str) -> re.Match[str] | None:
        pattern = self.rules[number][1].pattern
        return compiled(pattern).search(text) if holds_needed_words(text, needed_words(pattern)) else None


class Matcher(Immutable):
    """The rules of packs, indexed for matching entries.

    The first rule that matches wins, in the order of the packs and of their rules.
    """

    def __init__(
        self,
        packs: Iterable[Pack],
        index: RuleIndex | None = None,
        uses: Callable[[Pack, Rule], bool] = _use_all,
    ) -> None:
        """Use the rules of packs that ``uses`` accepts; ``index`` is that of the packs, if there is one."""
        self._index = index or RuleIndex(packs)
        rules = [(number, *found) for number, found in enumerate(self._index.rules) if uses(*found)]
        self._literals = sorted({rule.literal for _, _, rule in rules})
        self._rules = {number: (pack, rule) for number, pack, rule in rules}
        self._find_event = remember_texts(self._find_without_entry)
        self._candidates = lru_cache(_COMBINATIONS)(self._choose)

    @property
    def literals(self) -> list[str]:
        """Return the literals: a line without any of them cannot match."""
        return list(self._literals)

    def may_match(self, entry: Entry) -> bool:
        """Return whether an entry contains the literal of a rule."""
        found = self._index.search(entry.message[:SUBJECT_LIMIT])
        return bool(found) and not self._rules.keys().isdisjoint(found)

    def match(self, entry: Entry) -> Event | None:
        """Return the event of an entry, None when no rule matches."""
        event = self._find_event(*_key_of(entry))
        return None if event is None else replace(event, entry=entry)

    def learn(self, entry: Entry, match: RuleMatch | None) -> None:
        """Remember which match another process found for an entry, None if no rule matches."""
        event = match and self._index.to_event(match, _NO_ENTRY, is_logger_known=bool(entry.logger))
        self._find_event.learn(event, *_key_of(entry))

    def match_once(self, entry: Entry) -> Event | None:
        """Return the event of an entry whose text is asked for once: it is not remembered."""
        match = self._find(*_key_of(entry))
        return match and self._index.to_event(match, entry, is_logger_known=bool(entry.logger))

    def match_text(self, speaker: Speaker, text: str) -> Event | None:
        """Return the event of a text that a speaker says, None when no rule matches; not remembered."""
        match = self._find(text[:SUBJECT_LIMIT], *speaker)
        return match and self._index.to_event(match, said_by(speaker, text), is_logger_known=bool(speaker[2]))

    def _find_without_entry(self, whole: str, service: str, log: str, logger: str) -> Event | None:
        match = self._find(whole, service, log, logger)
        return match and self._index.to_event(match, _NO_ENTRY, is_logger_known=bool(logger))

    def _find(self, whole: str, service: str, log: str, logger: str) -> RuleMatch | None:
        """Return the first match in a message."""
        line: str | None = None
        for number, rule in self._candidates(self._index.search(whole), service, log, logger):
            if rule.multiline:
                match = self._index.match_whole(number, whole)
            else:
                line = subject(whole) if line is None else line
                match = compiled(rule.pattern).search(line)
            if match is not None:
                fields = {name: value for name, value in match.groupdict().items() if value is not None}
                return RuleMatch(number, fields)
        return None

    def _choose(
        self, numbers: tuple[int, ...], service: str, log: str, logger: str
    ) -> list[tuple[int, Rule]]:
        """Return which of some rules may match what is logged there, by their numbers, in order."""
        return [
            (number, rule)
            for number in numbers
            if number in self._rules
            for pack, rule in [self._rules[number]]
            if applies_to(pack, service) and may_log(rule, log, logger)
        ]


def said_by(speaker: Speaker, text: str) -> Entry:
    """Return an entry of which only the text and the speaker are known."""
    service, log, logger = speaker
    return Entry(timestamp=0, source=_NOWHERE, service=service, log_name=log, logger=logger, message=text)


def _key_of(entry: Entry) -> tuple[str, str, str, str]:
    """Return what the event of an entry depends on."""
    return entry.message[:SUBJECT_LIMIT], entry.service, entry.log_name, entry.logger


def applies_to(pack: Pack, service: str) -> bool:
    """Return whether a pack reads the lines of a service."""
    return not pack.services or not service or _is_one_of(service, tuple(pack.services))


@lru_cache(maxsize=1024)
def _is_one_of(service: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(service, pattern) for pattern in patterns)


def may_log(rule: Rule, log: str, logger: str) -> bool:
    """Return whether an entry's log and logger are those of the rule, as far as the entry names them.

    The lines of a probe name their log, so a line without one is not from a probe. A standard-library logger
    is exported as "logging": its name is lost and cannot exclude the rule.
    """
    if rule.log and (log or rule.run == "probe") and rule.log not in log:
        return False
    return logger in ("", "logging") or admits_logger(rule, logger)


def admits_logger(rule: Rule, logger: str) -> bool:
    """Return whether a rule accepts lines of a logger."""
    return not rule.logger or any(part in logger for part in rule.logger.split("|"))
