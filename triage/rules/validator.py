"""Checks of one pack: its rules against their samples, its patterns, its causes."""

from collections.abc import Iterator

from triage.models import DECISIVE_STEPS, OUTCOMES, STEPS, Pack, Rule
from triage.rules.alternatives import unproved_alternatives
from triage.rules.causes import cause_faults
from triage.rules.chain import chain_faults
from triage.rules.fault import Fault, advice
from triage.rules.hidden import hidden_hits
from triage.rules.matcher import Subject, admits_logger, compiled, match_rule, read_text
from triage.rules.pack_reader import LoadedPack
from triage.rules.patterns import pattern_faults

#: A fault with the key that has it, "" for the whole table.
KeyFault = tuple[str, str]
#: Groups by which a line says which check it is about.
_CHECK_GROUPS = frozenset({"check", "description"})


def pack_faults(loaded: LoadedPack) -> list[Fault]:
    """Return the faults of a pack's rules and causes, each checked on its own."""
    pack = loaded.pack
    faults = list(chain_faults(loaded.head, pack))
    matching: list[Rule] = []
    for rule in pack.rules:
        malformed = list(pattern_faults(rule))
        found = [*malformed, *_reference_faults(rule, pack)]
        if not malformed:
            found += _sample_faults(rule)
        matching += [] if found else [rule]
        faults += [loaded.fault("rules", rule.id, what, key) for key, what in found]
    faults += [loaded.fault("rules", name, what, "hits") for name, what in hidden_hits(pack, matching)]
    faults += [
        loaded.fault("causes", cause.id, what, key)
        for cause in pack.causes
        for key, what in cause_faults(cause, pack)
    ]
    return faults


def _reference_faults(rule: Rule, pack: Pack) -> Iterator[KeyFault]:
    """Yield the steps, outcomes and checks that a rule cannot have."""
    if rule.run and rule.step not in STEPS[rule.run]:
        steps = sorted(STEPS[rule.run])
        yield "step", f"a {rule.run} has no step {rule.step!r}{advice(rule.step, steps)}"
    elif rule.run:
        yield from _outcome_faults(rule, pack)
    if rule.step and not rule.run:
        yield "step", f"a step belongs to a run: name its kind, run = {' or '.join(map(repr, STEPS))}"
    if rule.outcome and not rule.run:
        yield "outcome", "an outcome belongs to a step of a run: name run and step, or remove it"
    checks = [check.id for check in pack.chain.checks] if pack.chain else []
    if rule.check and pack.chain and rule.check not in checks:
        what = f"names the check {rule.check}, which chain.checks does not have"
        yield "check", what + advice(rule.check, checks)


def _outcome_faults(rule: Rule, pack: Pack) -> Iterator[KeyFault]:
    """Yield what a line cannot report at its step of a run."""
    assert rule.run, "only rules of runs have outcomes"  # noqa: S101
    where = f"the step {rule.step} of a {rule.run}"
    allowed = sorted(OUTCOMES.get((rule.run, rule.step), ()))
    if rule.outcome not in ("", "seen", *allowed):
        reports = (
            f"cannot be {rule.outcome!r}{advice(rule.outcome, allowed)}" if allowed else "reports no outcome"
        )
        yield "outcome", f"outcome: {where} {reports}"
    elif (rule.run, rule.step) in DECISIVE_STEPS and rule.outcome == "":
        yield "step", f"{where} needs an outcome: {', '.join(allowed)}"
    says = rule.check or _CHECK_GROUPS & compiled(rule.pattern).groupindex.keys()
    announced = any(other.step == "group" for other in pack.rules)
    if (rule.run, rule.step) == ("validation", "check") and not says and not announced:
        yield "check", "no check is named: give the rule a check, or its pattern a group (?P<check>...)"


def _sample_faults(rule: Rule) -> Iterator[KeyFault]:
    for key in ("hits", "misses"):
        if not getattr(rule, key):
            yield key, "a rule needs lines that it must match (hits) and lines that it must not (misses)"
    yield from _logger_faults(rule)
    subjects = [Subject.of(sample) for sample in rule.hits]
    for sample, subject in zip(rule.hits, subjects, strict=True):
        if rule.literal not in subject.whole:
            yield "hits", f"the literal {rule.literal!r} is not in its own hit {sample!r}"
        elif not match_rule(rule, subject):
            yield "hits", f"does not match its own hit {sample!r}"
    for sample in rule.misses:
        if match_rule(rule, Subject.of(sample)):
            yield "misses", f"matches its own miss {sample!r}"
    if rule.hits:
        for text in unproved_alternatives(rule.pattern, [read_text(rule, subject) for subject in subjects]):
            yield "hits", f"no hit proves the alternative '{text}' of the pattern: add a line that needs it"


def _logger_faults(rule: Rule) -> Iterator[KeyFault]:
    if rule.logger and not rule.logged_by:
        what = f"matches lines of {rule.logger!r} only: name the loggers that print its hits (logged_by)"
        yield "logger", what
    for logger in rule.logged_by:
        if not admits_logger(rule, logger):
            what = f"its hits are printed by {logger!r}, which logger = {rule.logger!r} excludes"
            yield "logged_by", what
