"""Proof of a rule pack: every rule against its own samples, its pattern's form, and hostile strings."""

import re
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from triage.models import Cause, Pack, Rule
from triage.rules.load import Fault, read, shipped
from triage.rules.match import Subject, matches
from triage.text import SUBJECT_LIMIT

_REFUSED = {
    "look-around": re.compile(r"\(\?(?:[=!]|<[=!])"),
    "a backreference": re.compile(r"(?<!\\)(?:\\\\)*\\[1-9]|\(\?P="),
    "a possessive or atomic group": re.compile(r"\(\?>|[*+?}]\+"),
}
#: A pattern that takes longer than this on 8 KiB would stall the reading of a hostile log.
_SECONDS = 0.25


def check(paths: Sequence[Path] = ()) -> tuple[list[Pack], list[Fault]]:
    """Return the packs that could be read (all that ship when no path is given) and every fault in them."""
    packs: list[Pack] = []
    faults: list[Fault] = []
    for item in paths or shipped():
        loaded = read(item)
        faults += loaded.faults
        if loaded.pack is not None:
            packs.append(loaded.pack)
            faults += [loaded.fault("rules", name, what) for name, what in _rule_faults(loaded.pack)]
            faults += [loaded.fault("causes", name, what) for name, what in _cause_faults(loaded.pack)]
    return packs, sorted(faults, key=lambda fault: (fault.path, fault.line))


def _rule_faults(pack: Pack) -> Iterator[tuple[str, str]]:
    for rule in pack.rules:
        for what in (*_form(rule), *_samples(rule)):
            yield rule.id, what


def _form(rule: Rule) -> Iterator[str]:
    try:
        pattern = re.compile(rule.pattern, re.ASCII)
    except re.error as error:
        yield f"the pattern is no regular expression: {error}"
        return
    for name, refused in _REFUSED.items():
        if refused.search(rule.pattern):
            yield f"the pattern holds {name}, which RE2 does not have"
    if nested_quantifier(rule.pattern):
        yield "the pattern repeats a group that repeats inside: it can stall on a hostile line"
        return
    if not rule.literal.isascii() or len(rule.literal) < 3:
        yield "the literal must be plain ASCII of at least 3 characters"
    for hostile in _hostile(rule.literal):
        began = time.perf_counter()
        pattern.search(hostile)
        if time.perf_counter() - began > _SECONDS:
            yield "the pattern takes too long on a hostile line"
            return


def _samples(rule: Rule) -> Iterator[str]:
    if not rule.hits or not rule.misses:
        yield "a rule needs lines that it must match (hits) and lines that it must not (misses)"
    for sample in rule.hits:
        subject = Subject.of(sample)
        if rule.literal.lower() not in subject.whole.lower():
            yield f"the literal {rule.literal!r} is not in its own hit {sample!r}"
        elif not matches(rule, subject):
            yield f"does not match its own hit {sample!r}"
    for sample in rule.misses:
        if matches(rule, Subject.of(sample)):
            yield f"matches its own miss {sample!r}"


def _cause_faults(pack: Pack) -> Iterator[tuple[str, str]]:
    """Yield each cause that names a rule which its own pack does not have.

    Rules of other packs are named ``pack/rule``; they are looked up when the packs are used together.
    """
    known = {rule.id for rule in pack.rules}
    for cause in pack.causes:
        for name in _named(cause):
            if "/" not in name and name not in known:
                yield cause.id, f"names the rule {name}, which the pack does not have"


def _named(cause: Cause) -> list[str]:
    reasons = [reason.rule for reason in cause.because]
    cleared = [rule for ruling in cause.ruled_out for rule in ruling.rules]
    return [
        name for name in [*cause.all_of, *cause.any_of, *cause.none_of, *reasons, *cleared] if name[0] != "@"
    ]


def _hostile(literal: str) -> Iterator[str]:
    size = SUBJECT_LIMIT
    for filler in ("a", "0", " ", "'", "(", ", ", literal):
        padding = (filler * size)[: size - len(literal)]
        yield literal + padding
        yield padding + literal


def nested_quantifier(pattern: str) -> bool:
    """Return whether a group that holds an unbounded repeat is itself repeated without bound."""
    unbounded: list[bool] = [False]
    position, in_class = 0, False
    while position < len(pattern):
        character = pattern[position]
        if character == "\\":
            position += 1
        elif in_class:
            in_class = character != "]"
        elif character == "[":
            in_class = True
            position += pattern[position + 1 : position + 2] == "]"
        elif character == "(":
            unbounded.append(False)
        elif character == ")" and len(unbounded) > 1:
            inner = unbounded.pop()
            if inner and re.match(r"[*+]|\{\d*,\}", pattern[position + 1 :]):
                return True
            unbounded[-1] |= inner
        elif re.match(r"[*+]|\{\d*,\}", pattern[position:]):
            unbounded[-1] = True
        position += 1
    return False
