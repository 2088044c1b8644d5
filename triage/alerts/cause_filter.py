"""The filter that matches the lines of a cause, or why there is none."""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

import msgspec

from triage.alerts.audit_entry import (
    STATUS,
    reads_audit_entries,
    reads_only_audit_entries,
    reads_status_alone,
)
from triage.alerts.conditions import all_of, any_of
from triage.alerts.limits import MOST_FILTER_CHARACTERS
from triage.alerts.message_clause import field_condition, is_of_platform, message_clause, pattern_of
from triage.alerts.request_clause import reads_requests, request_clause
from triage.models import Cause, FailureKind, Immutable, Pack, Rule, WorkloadKind
from triage.models.layouts import MESSAGE_KEYS
from triage.text import quote

#: Returns whether a rule matches a line.
Matches = Callable[[Rule, str], bool]
_AUDIT_LOG = "cloudaudit"
#: What to do about a cause for which there is no filter.
ELSEWHERE = "triage watch and triage sweep report it"
_PROBE_LOG = "triage.verify"
#: What only these kinds of workloads log.
_KINDS: dict[FailureKind, tuple[WorkloadKind, ...]] = {
    "task": ("job",),
    "execution": ("job",),
    "request": ("service", "function"),
    "liveness_probe": ("service", "worker_pool"),
    "readiness_probe": ("service",),
}
#: What the clause of a workload leaves of a filter.
_MOST_CHARACTERS = MOST_FILTER_CHARACTERS - 1_000
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


class InexpressibleCause(Exception):  # noqa: N818 (an answer, not an error)
    """No filter can express a cause; the message says why and what to do instead."""


class CauseFilter(Immutable, msgspec.Struct, frozen=True):
    """The filter of a cause.

    Attributes:
        cause: the cause.
        pack: the pack that has it.
        rules: the rules whose lines it matches.
        text: the Logging filter, without the clause of a workload.
        counts_requests: whether each line is one failed request, of which only a rate is worth an alert.
        labels: what to extract from a line, by label.
        keys: keys of a structured payload that it reads: fewer than all where it would be too long.

    """

    cause: Cause
    pack: Pack
    rules: list[Rule]
    text: str
    counts_requests: bool
    labels: dict[str, str] = {}
    keys: Sequence[str] = MESSAGE_KEYS


class _NamedRule(NamedTuple):
    name: str
    rule: Rule


class FilterBuilder(Immutable):
    """Builds the filters of causes."""

    def __init__(self, packs: Sequence[Pack], kind: WorkloadKind, matches: Matches) -> None:
        """Use the packs of one workload of a kind, in order: the first rule that matches a line is used."""
        self._kind = kind
        self._matches = matches
        self._rules = [_NamedRule(f"{pack.id}/{rule.id}", rule) for pack in packs for rule in pack.rules]
        self._by_name = dict(self._rules)
        of_failures = {
            _full_name(pack, name)
            for pack in packs
            for cause in pack.causes
            if cause.scope == "failure"
            for name in (*cause.any_of, *cause.all_of)
        }
        self._of_failures = [found for found in self._rules if found.name in of_failures or found.rule.noise]

    def check(self, cause: Cause, pack: Pack) -> list[Rule]:
        """Return the rules of which any line shows a cause.

        Raises:
            InexpressibleCause: no filter can express it.

        """
        rules = [self._by_name[name] for name in self._names(cause, pack)]
        self._check_kind(rules)
        for reason in filter(None, map(_why_inexpressible, rules)):
            raise InexpressibleCause(reason)
        return rules

    def build(self, cause: Cause, pack: Pack) -> CauseFilter:
        """Return the filter of a cause.

        Raises:
            InexpressibleCause: no filter can express it.

        """
        rules = self.check(cause, pack)
        names = set(self._names(cause, pack))
        # Where all keys of a structured payload make the filter too long, it reads the usual ones.
        for keys in (MESSAGE_KEYS, MESSAGE_KEYS[:2], MESSAGE_KEYS[:1]):
            text = self._text(names, keys, every_line=cause.scope == "failure")
            if len(text) <= _MOST_CHARACTERS:
                is_rate = all(map(_is_request, rules))
                return CauseFilter(cause, pack, rules, text, is_rate, _labels(cause, rules), keys)
        raise InexpressibleCause(
            f"its filter has {len(text):,} characters, more than Cloud Logging takes: {ELSEWHERE}"
        )

    def _names(self, cause: Cause, pack: Pack) -> list[str]:
        names = {_full_name(pack, name) for name in _deciding_rules(cause)}
        return sorted(names & self._by_name.keys())

    def _text(self, names: set[str], keys: Sequence[str], *, every_line: bool) -> str:
        """Return the filter for the lines of the rules of these names, without what other rules take."""
        known = self._of_failures if every_line else self._rules
        by_taken: dict[tuple[str, ...], list[Rule]] = {}
        for place, (name, rule) in enumerate(known):
            if name in names:
                others = known[:place]
                if every_line and not rule.multiline:
                    # A rule that reads whole messages goes before those that read lines.
                    others = [*others, *(found for found in known[place:] if found.rule.multiline)]
                others = [other for other in others if other.name not in names]
                taken = self._takers(rule, others, names, every_line=every_line)
                by_taken.setdefault(tuple(taken), []).append(rule)
        parts = []
        for taken_names, rules in by_taken.items():
            conditions = [any_of(list(_clauses(rules, keys, every_line=every_line)))]
            others_rules = [self._by_name[name] for name in taken_names]
            if others_rules:
                conditions.append(f"NOT {any_of(list(_clauses(others_rules, keys, every_line=every_line)))}")
            parts.append(all_of(conditions))
        return any_of(parts)

    def _takers(
        self, rule: Rule, others: Sequence[_NamedRule], names: set[str], *, every_line: bool
    ) -> list[str]:
        """Return the names of the other rules that take a line of a rule, as the samples show.

        names: names of the rules of the cause, whose misses are such lines too.
        """
        split = every_line and not rule.multiline
        own = [line for name in names if name in self._by_name for line in self._by_name[name].misses]
        contested = [line for line in own if self._reads(rule, line, split=split)]
        return [
            name
            for name, other in others
            if (
                any(self._reads(rule, hit, split=split and other.multiline) for hit in other.hits)
                or any(self._reads(other, line, split=False) for line in contested)
            )
            and not _why_inexpressible(other)
        ]

    def _reads(self, rule: Rule, text: str, *, split: bool) -> bool:
        """Return whether a rule matches a text, or one of its lines."""
        if rule.literal not in text:
            return False
        return any(
            rule.literal in line and self._matches(rule, line)
            for line in (text.split("\n") if split else [text])
        )

    def _check_kind(self, rules: Sequence[Rule]) -> None:
        """Check that the workload can log a line of the rules.

        Raises:
            InexpressibleCause: only another kind of workload does.

        """
        allowed = [
            _KINDS.get(rule.failure, (self._kind,)) if rule.failure else (self._kind,) for rule in rules
        ]
        if allowed and not any(self._kind in kinds for kinds in allowed):
            option = allowed[0][0].replace("_", "-")
            raise InexpressibleCause(f"only a {option.replace('-', ' ')} logs it: give --{option} NAME")


def _deciding_rules(cause: Cause) -> list[str]:
    """Return the names of the rules of which any single line shows a cause.

    Raises:
        InexpressibleCause: one line does not show it.

    """
    if cause.run is not None:
        raise InexpressibleCause(f"it needs the result of a whole {cause.scope} run: {ELSEWHERE}")
    if cause.none_of:
        raise InexpressibleCause(f"it needs the absence of a line: {ELSEWHERE}")
    if cause.scope != "failure" and len(cause.all_of) + bool(cause.any_of) > 1:
        raise InexpressibleCause(f"it needs several lines: {ELSEWHERE}")
    return [*cause.all_of, *cause.any_of]


def _clauses(rules: Sequence[Rule], keys: Sequence[str], *, every_line: bool) -> Iterator[str]:
    """Yield the clauses for the lines of rules, one for each log and logger."""
    for (log, _), group in groupby(sorted(rules, key=_origin), key=_origin):
        for clause in _clauses_of_log(list(group), keys, every_line=every_line):
            yield all_of([f"logName:{quote(log.replace('/', '%2F'))}", clause]) if log else clause


def _why_inexpressible(rule: Rule) -> str:
    """Return why no filter can express a rule and what to do instead, "" if one can."""
    if _PROBE_LOG in rule.log:
        return "only triage verify writes its lines: run triage verify on a schedule"
    if reads_requests(rule) and request_clause(rule) is None:
        what = "its lines are those of a load balancer, which do not name the service"
        return f"{what}: triage fetch --with-callers reads them"
    if reads_audit_entries(rule) and not reads_status_alone(rule):
        return f"its line is put together from several fields of an audit entry: {ELSEWHERE}"
    return ""


def _origin(rule: Rule) -> tuple[str, str]:
    return rule.log, rule.logger


def _clauses_of_log(rules: Sequence[Rule], keys: Sequence[str], *, every_line: bool) -> Iterator[str]:
    """Yield the clauses for the lines of rules that have log and logger in common."""
    if reads_requests(rules[0]):
        yield from filter(None, map(request_clause, rules))
        return
    audited = [rule for rule in rules if reads_audit_entries(rule)]
    if audited:
        yield field_condition(audited, STATUS, every_line=False)
    plain = [rule for rule in rules if not reads_only_audit_entries(rule)]
    if plain:
        yield message_clause(plain, every_line=every_line, keys=keys)


def _is_request(rule: Rule) -> bool:
    return rule.failure == "request" or reads_requests(rule)


def _labels(cause: Cause, rules: Sequence[Rule]) -> dict[str, str]:
    """Return the extractors of what the title names, where one rule reads it in one field."""
    if len(rules) != 1 or reads_requests(rules[0]):
        return {}
    rule = rules[0]
    audited = reads_only_audit_entries(rule)
    if not (audited or is_of_platform(rule)):
        return {}
    field = STATUS if audited else "textPayload"
    groups = re.compile(rule.pattern, re.ASCII).groupindex
    return {
        name: f"REGEXP_EXTRACT({field}, {quote(pattern_of(rules, every_line=not audited, keep_group=name))})"
        for name in dict.fromkeys(_PLACEHOLDER.findall(cause.title))
        if name in groups
    }


def _full_name(pack: Pack, name: str) -> str:
    return name if "/" in name else f"{pack.id}/{name}"
