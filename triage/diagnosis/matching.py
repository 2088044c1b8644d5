"""Which cause applies to a run, or to all events of a revision."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property
from typing import get_args

from triage.diagnosis.rule_matches import MatchesByRule
from triage.models import Cause, Immutable, Pack, Run, RunNeeds, Tier
from triage.window import parse_timestamp

TIERS: tuple[Tier, ...] = get_args(Tier)

#: When and where a run ended: time, service, revision, instance.
FinishKey = tuple[int, str, str, str]


def finish_key(run: Run) -> FinishKey:
    """Return when and where a run ended; it orders runs that arrive instance by instance."""
    return parse_timestamp(run.ended), run.service, run.revision, run.instance


@dataclass(frozen=True)
class PackCause(Immutable):
    """A cause with the pack that defines it.

    Attributes:
        pack: the pack.
        cause: the cause.

    """

    pack: Pack
    cause: Cause

    def full_name(self, rule: str) -> str:
        """Return the full name of a rule: ``pack/rule``."""
        return rule if "/" in rule else f"{self.pack.id}/{rule}"

    def full_names(self, rules: Iterable[str]) -> list[str]:
        """Return the full names of rules."""
        return [self.full_name(rule) for rule in rules]

    def covers(self, service: str) -> bool:
        """Return whether the pack of the cause applies to a service."""
        patterns = self.pack.services
        return not patterns or not service or any(fnmatchcase(service, pattern) for pattern in patterns)

    @cached_property
    def _rules(self) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
        cause = self.cause
        all_of, any_of, none_of = map(self.full_names, (cause.all_of, cause.any_of, cause.none_of))
        return frozenset(all_of), frozenset(any_of), frozenset(none_of)

    def applies(self, run: Run | None, matched: AbstractSet[str]) -> bool:
        """Return whether the cause explains a run or a revision whose lines these rules match."""
        all_of, any_of, none_of = self._rules
        if not matched >= all_of or (any_of and any_of.isdisjoint(matched)):
            return False
        needs = self.cause.run
        if needs is not None and (run is None or not _run_fits(needs, run)):
            return False
        return none_of.isdisjoint(matched)


def _run_fits(needs: RunNeeds, run: Run) -> bool:
    """Return whether a run is what a cause requires."""
    exact: list[tuple[Sequence[str], str]] = [
        (needs.verdict, run.verdict),
        (needs.condition, run.condition or ""),
        (needs.failed, run.first_failed or ""),
    ]
    if any(required and value not in required for required, value in exact):
        return False
    shared = [(needs.noncritical_failed, run.noncritical_failed), (needs.tolerated, run.tolerated)]
    if any(
        required and not (set(required) & set(actual) or (required == ["*"] and actual))
        for required, actual in shared
    ):
        return False
    return needs.repeats is None or needs.repeats == (run.repeats is not None)


class CauseIndex(Immutable):
    """The causes of packs, by match scope."""

    def __init__(self, packs: Sequence[Pack]) -> None:
        """Index the causes in the order of the packs."""
        self._by_scope: dict[str, list[PackCause]] = defaultdict(list)
        for pack in packs:
            for cause in pack.causes:
                self._by_scope[cause.scope].append(PackCause(pack, cause))

    @cached_property
    def rules(self) -> frozenset[str]:
        """Return the full names of the rules that causes of runs and revisions rest on."""
        return frozenset(
            name
            for scope, causes in self._by_scope.items()
            if scope != "failure"
            for found in causes
            for name in found.full_names(_rules_of(found.cause))
        )

    def match_run(self, run: Run, matched: AbstractSet[str]) -> PackCause | None:
        """Return the deepest cause that explains a run whose lines these rules match, or None."""
        candidates = [
            candidate
            for candidate in self._by_scope[run.kind]
            if candidate.applies(run, matched) and candidate.covers(run.service)
        ]
        return _deepest(candidates)

    def match_revision(self, service: str, matches: MatchesByRule) -> list[PackCause]:
        """Return every cause that the events of a revision show, deepest first."""
        candidates = [
            candidate
            for candidate in self._by_scope["revision"]
            if candidate.covers(service) and candidate.applies(None, matches.keys())
        ]
        return sorted(candidates, key=lambda candidate: TIERS.index(candidate.cause.tier))


def _rules_of(cause: Cause) -> list[str]:
    return [*cause.all_of, *cause.any_of, *(reason.rule for reason in cause.because)]


def _deepest(candidates: list[PackCause]) -> PackCause | None:
    """Return the cause that no other supersedes; of several the deepest tier, then the first in its pack."""
    superseded = {other for candidate in candidates for other in candidate.cause.supersedes}
    remaining = [candidate for candidate in candidates if candidate.cause.id not in superseded] or candidates
    return min(remaining, key=lambda candidate: TIERS.index(candidate.cause.tier), default=None)


def failing_check(pack_cause: PackCause, run: Run) -> str | None:
    """Return the failing check: the cause's own, or the one of the run that it points to."""
    checks = {
        "@failed": run.failed_checks,
        "@noncritical": run.noncritical_failed,
        "@tolerated": run.tolerated,
    }
    if pack_cause.cause.check in checks:
        return next(iter(checks[pack_cause.cause.check]), None)
    return pack_cause.cause.check or None
