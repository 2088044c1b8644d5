"""Checks of one pack: its rules against their samples, its patterns, its causes."""

from collections.abc import Iterator

from triage.models import STEPS, Pack, Rule
from triage.rules.causes import cause_faults
from triage.rules.fault import Fault
from triage.rules.matcher import Subject, admits_logger, match_rule
from triage.rules.pack_reader import LoadedPack
from triage.rules.patterns import pattern_faults


def pack_faults(loaded: LoadedPack) -> list[Fault]:
    """Return the faults of a pack's rules and causes, each checked on its own."""
    pack = loaded.pack
    faults = [
        loaded.fault("rules", rule.id, what) for rule in pack.rules for what in _rule_faults(rule, pack)
    ]
    faults += [
        loaded.fault("causes", cause.id, what) for cause in pack.causes for what in cause_faults(cause, pack)
    ]
    return faults


def _rule_faults(rule: Rule, pack: Pack) -> Iterator[str]:
    malformed = list(pattern_faults(rule))
    yield from malformed
    yield from _reference_faults(rule, pack)
    if not malformed:
        yield from _sample_faults(rule)


def _reference_faults(rule: Rule, pack: Pack) -> Iterator[str]:
    """Yield the steps and checks of a rule that do not exist."""
    if rule.run and rule.step not in STEPS[rule.run]:
        yield f"a {rule.run} has no step {rule.step!r}; it has {', '.join(sorted(STEPS[rule.run]))}"
    if rule.step and not rule.run:
        yield "a step belongs to a run: name the kind of run"
    if rule.check and pack.chain and rule.check not in {check.id for check in pack.chain.checks}:
        yield f"names the check {rule.check}, which chain.checks does not have"


def _sample_faults(rule: Rule) -> Iterator[str]:
    if not rule.hits or not rule.misses:
        yield "a rule needs lines that it must match (hits) and lines that it must not (misses)"
    if rule.logger and not rule.logged_by:
        yield f"matches lines of {rule.logger!r} only: name the loggers that print its hits (logged_by)"
    for logger in rule.logged_by:
        if not admits_logger(rule, logger):
            yield f"its hits are printed by {logger!r}, which logger = {rule.logger!r} excludes"
    for sample in rule.hits:
        subject = Subject.of(sample)
        if rule.literal not in subject.whole:
            yield f"the literal {rule.literal!r} is not in its own hit {sample!r}"
        elif not match_rule(rule, subject):
            yield f"does not match its own hit {sample!r}"
    for sample in rule.misses:
        if match_rule(rule, Subject.of(sample)):
            yield f"matches its own miss {sample!r}"
