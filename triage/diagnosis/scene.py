"""Which cause explains a scene: one run with its lines, or all lines of a revision."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property
from typing import get_args

from triage.diagnosis.sighting import Sightings
from triage.models import Cause, Pack, Run, RunNeeds, Tier, Unchanging
from triage.window import parse_timestamp

TIERS: tuple[Tier, ...] = get_args(Tier)

#: When a scene was over and where; those of one place that were over at once are told apart by which comes first.
Moment = tuple[int, str, str, str]


def moment(run: Run) -> Moment:
    """Return when and where a run was over: what is told of several goes by it, as they come place by place."""
    return parse_timestamp(run.ended), run.service, run.revision, run.instance


@dataclass(frozen=True)
class Known(Unchanging):
    """A cause with the pack that it stands in: rules of its own pack are named without it."""

    pack: Pack
    cause: Cause

    def name(self, rule: str) -> str:
        """Return a rule's full name."""
        return rule if "/" in rule else f"{self.pack.id}/{rule}"

    def names(self, rules: Iterable[str]) -> list[str]:
        """Return the full names of some rules."""
        return [self.name(rule) for rule in rules]

    def reads(self, service: str) -> bool:
        """Return whether the cause's pack is for a service: what it says of others' lines would be guesswork."""
        patterns = self.pack.services
        return not patterns or not service or any(fnmatchcase(service, pattern) for pattern in patterns)

    @cached_property
    def _rules(self) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
        cause = self.cause
        all_of, any_of, none_of = map(self.names, (cause.all_of, cause.any_of, cause.none_of))
        return frozenset(all_of), frozenset(any_of), frozenset(none_of)

    def holds(self, run: Run | None, seen: Sightings) -> bool:
        """Return whether the cause explains a scene."""
        needs = self.cause.run
        if needs is not None and (run is None or not _fits(needs, run)):
            return False
        all_of, any_of, none_of = self._rules
        if not seen.keys() >= all_of or (any_of and any_of.isdisjoint(seen)):
            return False
        return none_of.isdisjoint(seen)


def _fits(needs: RunNeeds, run: Run) -> bool:
    """Return whether a run is what a cause needs."""
    exact = [
        (needs.verdict, run.verdict),
        (needs.condition, run.condition or ""),
        (needs.failed, run.first_failed or ""),
    ]
    if any(wanted and value not in wanted for wanted, value in exact):
        return False
    shared = [(needs.noncritical_failed, run.noncritical_failed), (needs.tolerated, run.tolerated)]
    if any(wanted and not (set(wanted) & set(have) or (wanted == ["*"] and have)) for wanted, have in shared):
        return False
    return needs.repeats is None or needs.repeats == (run.repeats is not None)


class Causes(Unchanging):
    """The causes of some packs, by the scene that they explain."""

    def __init__(self, packs: Sequence[Pack]) -> None:
        """Take in the causes, in the order of the packs."""
        self._of_scene: dict[str, list[Known]] = defaultdict(list)
        for pack in packs:
            for cause in pack.causes:
                self._of_scene[cause.scope].append(Known(pack, cause))

    def of_run(self, run: Run, seen: Sightings) -> Known | None:
        """Return the deepest cause that explains a run, or None."""
        fitting = [
            known for known in self._of_scene[run.kind] if known.holds(run, seen) and known.reads(run.service)
        ]
        return _deepest(fitting)

    def of_revision(self, service: str, seen: Sightings) -> list[Known]:
        """Return every cause that the lines of a service's revision show, the deepest first."""
        fitting = [
            known for known in self._of_scene["revision"] if known.reads(service) and known.holds(None, seen)
        ]
        return sorted(fitting, key=lambda known: TIERS.index(known.cause.tier))


def _deepest(fitting: list[Known]) -> Known | None:
    """Return the cause that no other one outranks; of several, the deepest tier, then the first that is written."""
    outranked = {loser for known in fitting for loser in known.cause.outranks}
    standing = [known for known in fitting if known.cause.id not in outranked] or fitting
    return min(standing, key=lambda known: TIERS.index(known.cause.tier), default=None)
