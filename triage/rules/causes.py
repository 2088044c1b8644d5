"""Checks of causes: what they name exists, and they can apply."""

import re
from collections.abc import Iterator, Sequence
from string import Formatter

from triage.models import Cause, Pack, Rule, RunNeeds
from triage.rules.fault import Fault, advice, nearest
from triage.rules.matcher import compiled
from triage.rules.pack_reader import LoadedPack
from triage.rules.playbook_names import shipped_playbooks

_POINTERS = ("@failed", "@noncritical", "@tolerated")
#: Fields that every sentence of a cause may contain.
_ALWAYS_KNOWN = frozenset({"check", "service"})
#: Kinds of run whose lines belong to the runs of a match scope; other scopes take every line.
_RUNS_OF_SCOPE = {
    "boot": ("boot",),
    "validation": ("validation", "gate"),
    "gate": ("gate",),
    "probe": ("probe",),
}
#: Conditions of runs that no rule reports.
_OWN_CONDITIONS = frozenset({
    "", "checks_unreported", "gate_rejected", "validation_error", "validation_timeout",
})  # fmt: skip

#: A fault with the key that has it, "" for the whole table.
KeyFault = tuple[str, str]


def cause_faults(cause: Cause, pack: Pack) -> Iterator[KeyFault]:
    """Yield the faults of a cause that its own pack shows."""
    named = [*cause.all_of, *cause.any_of]
    of_a_run = cause.scope in _RUNS_OF_SCOPE
    if not of_a_run and (cause.run is not None or not named):
        what = f"a cause of a {cause.scope} is recognized by all_of or any_of, not by a run"
        yield ("run" if cause.run is not None else ""), what
    elif not named and cause.run is None:
        yield "", "nothing says when the cause applies: give it run, all_of or any_of"
    if not cause.because and (named or cause.run is not None):
        yield "because", "a cause gives its reasons: because is empty"
    if cause.check.startswith("@") and (cause.check not in _POINTERS or not of_a_run):
        yield "check", f"check {cause.check!r} points at nothing: only a run has {', '.join(_POINTERS)}"
    yield from _unknown_checks(cause, pack)
    yield from _contradictions(cause)
    if cause.run is not None:
        yield from _impossible_needs(cause, cause.run, pack)


def reference_faults(loaded: LoadedPack, used: Sequence[LoadedPack]) -> Iterator[Fault]:
    """Yield a fault per rule, cause, playbook or field that the packs in use do not have."""
    packs = {other.pack.id: other.pack for other in [*used, loaded]}
    rules = {f"{pack.id}/{rule.id}": rule for pack in packs.values() for rule in pack.rules}
    causes = {cause.id for pack in packs.values() for cause in pack.causes}
    own = {rule.id for rule in loaded.pack.rules}
    for number, name in enumerate(loaded.pack.paths.plain):
        if name not in own:
            what = f"paths plain names the rule {name}, which the pack does not have{nearest(name, own)}"
            yield Fault(loaded.path, loaded.head.line_of("paths", "plain", number), what)
    playbooks = [*shipped_playbooks(), *loaded.pack.playbooks]
    for cause in loaded.pack.causes:
        index = _RuleIndex(loaded, rules)
        found = [*index.unknown_rules(cause), *index.missing_fields(cause), *index.impossible_rules(cause)]
        found += [
            ("supersedes", f"supersedes {name}, which no pack has{nearest(name, causes)}")
            for name in cause.supersedes
            if name not in causes
        ]
        if cause.playbook not in playbooks:
            what = f"there is no playbook {cause.playbook!r}{nearest(cause.playbook, playbooks) or ';'}"
            where = f"Add playbooks/{cause.playbook or cause.id}.toml beside the pack, or remove the key"
            found.append(("playbook", f"{what} {where}"))
        yield from (loaded.fault("causes", cause.id, what, key) for key, what in dict.fromkeys(found))


class _RuleIndex:
    """The rules of all packs in use, by the names that one pack uses."""

    def __init__(self, loaded: LoadedPack, rules: dict[str, Rule]) -> None:
        self._pack, self._rules = loaded.pack.id, rules
        self._invalid = {name for table, name in loaded.headers if table == "rules"}

    def rule(self, name: str) -> Rule | None:
        """Return the rule of a name, from the cause's own pack if it names none."""
        return self._rules.get(name if "/" in name else f"{self._pack}/{name}")

    def unknown_rules(self, cause: Cause) -> Iterator[KeyFault]:
        """Yield each rule that is named and does not exist."""
        named = {
            "all_of": cause.all_of,
            "any_of": cause.any_of,
            "none_of": cause.none_of,
            "because": [reason.rule for reason in cause.because],
            "ruled_out": [rule for candidate in cause.ruled_out for rule in candidate.rules],
        }
        own = [name.removeprefix(f"{self._pack}/") for name in self._rules]
        told: set[str] = set()
        for key, names in named.items():
            for name in dict.fromkeys(names):
                if self.rule(name) is None and name not in told | self._invalid:
                    told.add(name)
                    whose = "no pack in use has" if "/" in name else "the pack does not have"
                    yield key, f"names the rule {name}, which {whose}{nearest(name, own)}"

    def impossible_rules(self, cause: Cause) -> Iterator[KeyFault]:
        """Yield each rule that can never match where the cause is matched."""
        allowed = _RUNS_OF_SCOPE.get(cause.scope)
        for key, names in (("all_of", cause.all_of), ("any_of", cause.any_of), ("none_of", cause.none_of)):
            for name in names:
                rule = self.rule(name)
                if rule is None:
                    continue
                if rule.noise:
                    yield key, f"the rule {name} never matches here: its lines are known noise"
                elif allowed is not None and rule.run not in allowed:
                    is_of = f"a line of a {rule.run}" if rule.run else "a line of no run"
                    scope = f'scope = "{rule.run or "failure"}"'
                    yield key, f"the rule {name} never matches in a {cause.scope}: it is {is_of} ({scope})"

    def missing_fields(self, cause: Cause) -> Iterator[KeyFault]:
        """Yield each {field} of a sentence that its rules do not capture."""
        deciding = [*cause.all_of, *cause.any_of, *(reason.rule for reason in cause.because)]
        if all(self.rule(name) for name in deciding):
            captured = {name for rule in deciding for name in self._captured(rule)}
            yield from _missing_fields("title", "title", cause.title, captured)
        for reason in cause.because:
            if self.rule(reason.rule) is None:
                continue
            where = f"because of {reason.rule}"
            yield from _missing_fields("because", where, reason.says, self._captured(reason.rule))
        for candidate in cause.ruled_out:
            groups = [self._captured(rule) for rule in candidate.rules] or [set()]
            where = f"ruled_out {candidate.cause}"
            yield from _missing_fields("ruled_out", where, candidate.why, set.intersection(*groups))

    def _captured(self, name: str) -> set[str]:
        rule = self.rule(name)
        try:
            return set(compiled(rule.pattern).groupindex) if rule else set()
        except re.error:
            return set()


def _missing_fields(key: str, where: str, sentence: str, captured: set[str]) -> Iterator[KeyFault]:
    try:
        parts = list(Formatter().parse(sentence))
    except ValueError as error:
        yield key, f"{where}: {error} in {sentence!r}"
        return
    for _, field, format_spec, conversion in parts:
        if field is None:
            continue
        if not field.isidentifier() or format_spec or conversion:
            written = (
                f"{field}{f'!{conversion}' if conversion else ''}{f':{format_spec}' if format_spec else ''}"
            )
            yield key, f"{where}: {{{written}}} is no plain word"
        elif field not in captured | _ALWAYS_KNOWN:
            near = nearest(field, captured | _ALWAYS_KNOWN)
            yield key, f"{where}: {{{field}}} is captured by no group of its rules{near}"


def _unknown_checks(cause: Cause, pack: Pack) -> Iterator[KeyFault]:
    """Yield each check that is named and that the chain does not have."""
    if pack.chain is None:
        return
    known = [check.id for check in pack.chain.checks]
    run = cause.run
    named = [("check", cause.check)] if not cause.check.startswith("@") else []
    if run is not None:
        lists = (run.failed, run.noncritical_failed, run.tolerated)
        named += [("run", name) for names in lists for name in names if name != "*"]
    for key, name in named:
        if name and name not in known:
            yield key, f"names the check {name}, which chain.checks does not have{advice(name, known)}"


def _contradictions(cause: Cause) -> Iterator[KeyFault]:
    """Yield why the rules of a cause can never be as it requires."""
    for name in cause.all_of:
        if name in cause.none_of:
            yield "none_of", f"never applies: all_of and none_of both name the rule {name}"
    if cause.any_of and set(cause.any_of) <= set(cause.none_of):
        yield "none_of", "never applies: none_of names every rule of any_of"


def _impossible_needs(cause: Cause, run: RunNeeds, pack: Pack) -> Iterator[KeyFault]:
    """Yield why no run can be as a cause requires."""
    if run.failed not in ([], [""]) and run.verdict and not {"not_ready", "unknown"} & set(run.verdict):
        yield "run", f"never applies: a run that is {' or '.join(run.verdict)} has no failed check"
    if run.repeats is not None and cause.scope != "gate":
        yield "run", f"never applies: a {cause.scope} repeats no verdict; only a gate does"
    outcomes = {rule.outcome for rule in pack.rules}
    for key, names, outcome in (
        ("failed", [name for name in run.failed if name], "failed"),
        ("noncritical_failed", run.noncritical_failed, "warned"),
        ("tolerated", run.tolerated, "tolerated"),
    ):
        names_checks = any("(?P<checks>" in rule.pattern for rule in pack.rules) and outcome == "failed"
        if names and outcome not in outcomes and not names_checks:
            yield (
                "run",
                f'never applies: {key} needs a rule with outcome = "{outcome}", and the pack has none',
            )
    conditions = {rule.condition for rule in pack.rules} | _OWN_CONDITIONS
    for name in run.condition:
        if name not in conditions:
            what = f"never applies: no rule of the pack reports the condition {name}"
            yield "run", what + advice(name, sorted(conditions))
