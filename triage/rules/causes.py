"""Checks of causes: their rules, checks, superseded causes and captured fields exist."""

import re
from collections.abc import Iterator, Sequence
from string import Formatter

from triage.models import Cause, Pack, Rule
from triage.rules.fault import Fault
from triage.rules.pack_reader import LoadedPack

_POINTERS = ("@failed", "@noncritical", "@tolerated")
#: Fields that every sentence of a cause may contain.
_ALWAYS_KNOWN = frozenset({"check", "service"})


def cause_faults(cause: Cause, pack: Pack) -> Iterator[str]:
    """Yield the faults of a cause that its own pack shows."""
    named = [*cause.all_of, *cause.any_of]
    if cause.scope in ("revision", "failure") and (cause.run is not None or not named):
        yield "a cause of a revision is recognised by all_of or any_of, not by a run"
    elif not named and cause.run is None:
        yield "nothing tells when the cause holds: give it run, all_of or any_of"
    if not cause.because:
        yield "a cause gives its reasons: because is empty"
    if cause.check.startswith("@") and (
        cause.check not in _POINTERS or cause.scope in ("revision", "failure")
    ):
        yield f"check {cause.check!r} points at nothing: only a run has {', '.join(_POINTERS)}"
    yield from _unknown_checks(cause, pack)


def reference_faults(loaded: LoadedPack, used: Sequence[LoadedPack]) -> Iterator[Fault]:
    """Yield a fault per rule, cause or field that the packs in use do not have."""
    packs = {other.pack.id: other.pack for other in [*used, loaded]}
    rules = {f"{pack.id}/{rule.id}": rule for pack in packs.values() for rule in pack.rules}
    causes = {cause.id for pack in packs.values() for cause in pack.causes}
    own = {rule.id for rule in loaded.pack.rules}
    for name in loaded.pack.paths.plain:
        if name not in own:
            yield Fault(loaded.path, 1, f"paths plain names the rule {name}, which the pack does not have")
    for cause in loaded.pack.causes:
        index = _RuleIndex(loaded.pack.id, rules)
        found = [*index.unknown_rules(cause), *index.missing_fields(cause)]
        found += [f"supersedes {name}, which no pack has" for name in cause.supersedes if name not in causes]
        yield from (loaded.fault("causes", cause.id, what) for what in dict.fromkeys(found))


class _RuleIndex:
    """The rules of all packs in use, by the names that one pack uses."""

    def __init__(self, pack: str, rules: dict[str, Rule]) -> None:
        self._pack, self._rules = pack, rules

    def rule(self, name: str) -> Rule | None:
        """Return the rule of a name, from the cause's own pack if it names none."""
        return self._rules.get(name if "/" in name else f"{self._pack}/{name}")

    def unknown_rules(self, cause: Cause) -> Iterator[str]:
        """Yield each rule that is named and does not exist."""
        reasons = [reason.rule for reason in cause.because]
        excluded = [rule for candidate in cause.ruled_out for rule in candidate.rules]
        named = [*cause.all_of, *cause.any_of, *cause.none_of, *reasons, *excluded]
        for name in dict.fromkeys(named):
            if self.rule(name) is None:
                whose = "no pack in use has" if "/" in name else "the pack does not have"
                yield f"names the rule {name}, which {whose}"

    def missing_fields(self, cause: Cause) -> Iterator[str]:
        """Yield each {field} of a sentence that its rules do not capture."""
        deciding = [*cause.all_of, *cause.any_of, *(reason.rule for reason in cause.because)]
        captured = {name for rule in deciding for name in self._captured(rule)}
        yield from _missing_fields("title", cause.title, captured)
        for reason in cause.because:
            yield from _missing_fields(f"because of {reason.rule}", reason.says, self._captured(reason.rule))
        for candidate in cause.ruled_out:
            groups = [self._captured(rule) for rule in candidate.rules] or [set()]
            yield from _missing_fields(
                f"ruled_out {candidate.cause}", candidate.why, set.intersection(*groups)
            )

    def _captured(self, name: str) -> set[str]:
        rule = self.rule(name)
        try:
            return set(re.compile(rule.pattern).groupindex) if rule else set()
        except re.error:
            return set()


def _missing_fields(where: str, sentence: str, captured: set[str]) -> Iterator[str]:
    try:
        parts = list(Formatter().parse(sentence))
    except ValueError as error:
        yield f"{where}: {error} in {sentence!r}"
        return
    for _, field, format_spec, conversion in parts:
        if field is None:
            continue
        if not field.isidentifier() or format_spec or conversion:
            written = (
                f"{field}{f'!{conversion}' if conversion else ''}{f':{format_spec}' if format_spec else ''}"
            )
            yield f"{where}: {{{written}}} is no plain word"
        elif field not in captured | _ALWAYS_KNOWN:
            yield f"{where}: {{{field}}} is captured by no group of its rules"


def _unknown_checks(cause: Cause, pack: Pack) -> Iterator[str]:
    """Yield each check that is named and that the chain does not have."""
    if pack.chain is None:
        return
    known = {check.id for check in pack.chain.checks}
    run = cause.run
    named = [cause.check] if not cause.check.startswith("@") else []
    if run is not None:
        named += [*run.failed, *(name for name in [*run.noncritical_failed, *run.tolerated] if name != "*")]
    for name in named:
        if name and name not in known:
            yield f"names the check {name}, which chain.checks does not have"
