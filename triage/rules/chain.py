"""Checks of a readiness chain: its phases, its checks, and the rules that report them."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from triage.models import Chain, Pack, Rule
from triage.rules.alternatives import named_group
from triage.rules.fault import Fault, nearest
from triage.rules.toml_file import TomlFile


def chain_faults(source: TomlFile, pack: Pack) -> Iterator[Fault]:
    """Yield the faults of the chain of a pack, if it has one."""
    chain = pack.chain
    if chain is None:
        return
    if not pack.services and not pack.primary:
        what = (
            'chain: it belongs to no service: name its services at the top, as in services = ["orders-api"]'
        )
        yield Fault(source.path, source.line_of("chain"), what)
    yield from _duplicates(source, chain)
    yield from _unknown_checks(source, chain)
    yield from _unused_checks(source, chain, pack.rules)


def _duplicates(source: TomlFile, chain: Chain) -> Iterator[Fault]:
    names: dict[str, list[Any]] = {
        "chain.checks": [check.id for check in chain.checks],
        "chain.phases": [phase.number for phase in chain.phases],
        "the checks of chain.phases": [check for phase in chain.phases for check in phase.checks],
    }
    for where, values in names.items():
        for value, count in Counter(values).items():
            if count > 1:
                what = f"chain: {where} names {value} {count} times"
                yield Fault(source.path, source.line_of("chain"), what)


def _unknown_checks(source: TomlFile, chain: Chain) -> Iterator[Fault]:
    """Yield a fault for each check that is named and that the chain does not have."""
    known = [check.id for check in chain.checks]
    named: list[tuple[str, str, tuple[str | int, ...]]] = [
        (f"phase {phase.name}", check, ("phases", number, "checks"))
        for number, phase in enumerate(chain.phases)
        for check in phase.checks
    ]
    named += [
        (f"startup.{phase}", check, ("startup", phase)) for phase, check in chain.startup.items() if check
    ]
    for where, check, path in named:
        if check not in known:
            what = f"chain: {where} names the check {check}, which chain.checks does not have"
            yield Fault(source.path, source.line_of("chain", *path), what + nearest(check, known))


def _unused_checks(source: TomlFile, chain: Chain, rules: Sequence[Rule]) -> Iterator[Fault]:
    """Yield a fault for each check that no phase has, or whose result no rule reports."""
    in_phases = {check for phase in chain.phases for check in phase.checks}
    results = [rule for rule in rules if (rule.run, rule.step) == ("validation", "check")]
    for number, check in enumerate(chain.checks):
        line = source.line_of("chain", "checks", number, "id")
        if check.id not in in_phases:
            what = f"chain: no phase has the check {check.id}: add it to the checks of one"
            yield Fault(source.path, line, what)
        if not any(_reports(rule, check.id, check.descriptions) for rule in results):
            what = (
                f'chain: no rule reports the check {check.id}: add one with run = "validation", '
                f'step = "check" and check = "{check.id}", or a group (?P<check>...) that matches it'
            )
            yield Fault(source.path, line, what)


def _reports(rule: Rule, check: str, descriptions: Sequence[str]) -> bool:
    """Return whether a rule can give the result of a check."""
    if rule.check:
        return rule.check == check
    named = named_group(rule.pattern, "check")
    if named is not None:
        return _matches(named, check)
    described = named_group(rule.pattern, "description")
    return described is not None and any(_matches(described, text) for text in descriptions)


def _matches(pattern: str, text: str) -> bool:
    try:
        return re.fullmatch(pattern, text, re.ASCII) is not None
    except re.error:
        return True  # the fault of the pattern is reported elsewhere
