"""The draft of a pack: the lines that seem to be steps of a readiness chain, grouped by pattern."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from triage.models import Entry, Rule
from triage.models.pack import RuleOutcome
from triage.rules.draft.line_pattern import LinePattern, build_pattern, split_prefix
from triage.rules.draft.line_reader import Kind, Reading, read_line
from triage.rules.matcher import Subject, compiled
from triage.text import subject
from triage.window import NANOSECONDS

#: Different lines that are kept; a chain prints few.
_MOST_LINES = 4000
#: Lines of one pattern that become its hits, and lines that must not match.
_MOST_HITS, _MOST_MISSES = 3, 2
#: The longest line that becomes a sample.
_LONGEST_SAMPLE = 400
#: Nanoseconds between the result of a check and another step of the same run.
_NEAR = 60 * NANOSECONDS
#: Steps of an instance that wait for a check, at most.
_MOST_WAITING = 200
#: The form of a line, such as "kafka: ok", that may be something else.
_UNSURE_FORM = 2


@dataclass
class RuleDraft:
    """A rule while its lines are collected.

    Attributes:
        kind: step that its lines seem to be.
        outcome: outcome that they report.
        pattern: pattern and literal.
        names: checks that they name, in order.
        hits: lines that match.
        count: number of entries.
        linked: number of entries near the result of a check: after it for a verdict, else before it.
        form: the least sure form by which a line was read.

    """

    kind: Kind
    outcome: RuleOutcome
    pattern: LinePattern
    names: dict[str, None] = field(default_factory=dict)
    hits: list[str] = field(default_factory=list)
    count: int = 0
    linked: int = 0
    form: int = 0


@dataclass
class _Instance:
    """What one instance printed last: its phase, its last check, and the steps that wait for one."""

    phase: int = 1
    checked_at: int | None = None
    waiting: list[tuple[int, RuleDraft]] = field(default_factory=list)


@dataclass
class PackDraft:
    """The draft of a pack for one service.

    Attributes:
        service: the service.
        mask: masks the secrets of a line.
        rules: drafts of rules by kind, outcome and pattern.
        failed: checks that failed, in order.
        phases: numbers of phases with their checks, in order.
        others: other lines of the service, which must not match.

    """

    service: str
    mask: Callable[[str], str]
    rules: dict[tuple[str, str, str], RuleDraft] = field(default_factory=dict)
    failed: dict[str, None] = field(default_factory=dict)
    phases: dict[int, dict[str, None]] = field(default_factory=dict)
    others: list[str] = field(default_factory=list)
    _seen: Counter[str] = field(default_factory=Counter)
    _instances: dict[str, _Instance] = field(default_factory=dict)

    def observe(self, entry: Entry) -> None:
        """Read one line of the service; lines come in order of time."""
        line = subject(entry.message)
        if (
            not line
            or len(line) > _LONGEST_SAMPLE
            or (line not in self._seen and len(self._seen) >= _MOST_LINES)
        ):
            return
        self._seen[line] += 1
        prefix, body = split_prefix(line)
        reading = read_line(body)
        if reading is None:
            if self._seen[line] == 1 and len(self.others) < _MOST_LINES:
                self.others.append(line)
            return
        rule = self._add(line, prefix, body, reading)
        instance = self._instances.setdefault(entry.instance, _Instance())
        if reading.kind == "phase":
            instance.phase = int(body[slice(*reading.name_span)])
        if reading.kind == "check":
            self.phases.setdefault(instance.phase, {})[reading.name] = None
        _link(rule, entry.timestamp, instance)

    def _add(self, line: str, prefix: str, body: str, reading: Reading) -> RuleDraft:
        pattern = build_pattern(prefix, body, reading)
        key = (reading.kind, reading.outcome, pattern.pattern)
        rule = self.rules.setdefault(key, RuleDraft(reading.kind, reading.outcome, pattern))
        rule.count += 1
        rule.form = max(rule.form, reading.form)
        is_new_name = reading.name not in rule.names
        if line not in rule.hits and len(rule.hits) < _MOST_HITS and (is_new_name or not reading.name):
            rule.hits.append(line)
        if reading.name:
            rule.names[reading.name] = None
            if reading.outcome == "failed":
                self.failed[reading.name] = None
        return rule

    @property
    def steps(self) -> int:
        """Return the number of lines that name the result of a check, or a verdict."""
        return sum(rule.count for rule in self.rules.values() if rule.form < _UNSURE_FORM)

    def finish(self) -> list[Rule]:
        """Return the rules that hold, each with samples; what is too unsure is dropped.

        A line such as "kafka: ok" is a check only where its pattern names several checks or has results of
        both kinds. Where there are checks, other steps must mostly be near them in time.
        """
        kept = [rule for rule in self.rules.values() if rule.pattern.literal and self._is_plausible(rule)]
        names = {name for rule in kept for name in rule.names}
        self.failed = {name: None for name in self.failed if name in names}
        self.phases = {
            number: {name: None for name in checks if name in names}
            for number, checks in self.phases.items()
            if names & checks.keys()
        }
        ids: Counter[str] = Counter()
        found = []
        for rule in sorted(kept, key=_order):
            rule_id = _rule_id(rule)
            ids[rule_id] += 1
            named = rule_id if ids[rule_id] == 1 else f"{rule_id}-{ids[rule_id]}"
            built = self._build(rule, named, kept)
            if built is not None:
                found.append(built)
        return found

    def _is_plausible(self, rule: RuleDraft) -> bool:
        if rule.kind != "check":
            has_checks = any(other.kind == "check" for other in self.rules.values())
            return not has_checks or 2 * rule.linked >= rule.count
        if rule.form < _UNSURE_FORM:
            return True
        same = [other for other in self.rules.values() if other.kind == "check" and other.form == rule.form]
        outcomes = {other.outcome for other in same if other.names.keys() & rule.names.keys()}
        return len(rule.names) > 1 or len(outcomes) > 1

    def _build(self, rule: RuleDraft, rule_id: str, kept: list[RuleDraft]) -> Rule | None:
        """Return a rule with samples whose secrets are masked, None where the masked lines do not match."""
        pattern = compiled(rule.pattern.pattern)
        masked = list(dict.fromkeys(self.mask(line) for line in rule.hits))
        hits = [
            line for line in masked if rule.pattern.literal in line and pattern.search(Subject.of(line).line)
        ]
        if not hits:
            return None
        lines = [line for other in kept if other is not rule for line in other.hits] + self.others
        near = sorted(lines, key=lambda line: rule.pattern.literal not in line)
        misses = [
            line
            for line in map(self.mask, near[: 10 * _MOST_MISSES])
            if not pattern.search(Subject.of(line).line)
        ]
        return Rule(
            id=rule_id,
            literal=rule.pattern.literal,
            pattern=rule.pattern.pattern,
            hits=hits,
            misses=list(dict.fromkeys(misses))[:_MOST_MISSES] or [f"somebody wrote: {hits[0]}"],
            run="validation",
            step=rule.kind,
            outcome=rule.outcome,
        )


def _link(rule: RuleDraft, at: int, instance: _Instance) -> None:
    """Count the lines that are near the result of a check of their instance."""
    if rule.kind == "check":
        for since, waiting in instance.waiting:
            waiting.linked += at - since <= _NEAR
        instance.waiting.clear()
        instance.checked_at = at
    elif rule.kind == "verdict":
        rule.linked += instance.checked_at is not None and at - instance.checked_at <= _NEAR
    elif len(instance.waiting) < _MOST_WAITING:
        instance.waiting.append((at, rule))


def _order(rule: RuleDraft) -> tuple[int, int]:
    """Order rules as a run prints their lines."""
    kinds: list[Kind] = ["started", "startup_wait", "phase", "check", "verdict"]
    return kinds.index(rule.kind), rule.form


def _rule_id(rule: RuleDraft) -> str:
    if rule.kind == "check":
        return f"check-{rule.outcome}"
    if rule.kind == "verdict":
        return str(rule.outcome).replace("_", "-")
    return rule.kind.replace("_", "-")


_WORD = re.compile(r"[^a-z0-9]+")


def as_id(name: str) -> str:
    """Return a name as an id: lower case, with dashes."""
    return _WORD.sub("-", name.lower()).strip("-")
