"""Rule packs ready to be used: their matchers are built once, however many analyses use them."""

from collections.abc import Sequence

import msgspec

from triage.diagnosis import FailureCauses, failure_packs
from triage.models import Immutable, Pack
from triage.rules import Matcher

#: Sets of packs that are kept compiled.
_KEPT = 4
_compiled: list["CompiledPacks"] = []


class CompiledPacks(Immutable):
    """The matchers of some packs.

    packs: the packs.
    matcher: all rules.
    relevant: the rules that matter below ERROR: of a service, of a run, failures and successes.
    failures: the rules that name the cause of a failure, or known noise.
    whole_failures: those of them that read a whole statement.
    causes: the causes of failures.
    """

    def __init__(self, packs: Sequence[Pack]) -> None:
        """Build the matchers."""
        self.packs = tuple(packs)
        self.matcher = Matcher(packs)
        self.relevant = Matcher(_relevant_packs(packs))
        self.causes = FailureCauses(packs)
        self.failures = Matcher(failure_packs(packs, self.causes))
        self.whole_failures = Matcher(failure_packs(packs, self.causes, only_multiline=True))


def compile_packs(packs: Sequence[Pack]) -> CompiledPacks:
    """Return the matchers of packs, those of the same packs as before where they are still kept."""
    for known in _compiled:
        if len(known.packs) == len(packs) and all(map(_is_same, known.packs, packs)):
            return known
    _compiled.insert(0, CompiledPacks(packs))
    del _compiled[_KEPT:]
    return _compiled[0]


def _is_same(one: Pack, other: Pack) -> bool:
    return one is other


def _relevant_packs(packs: Sequence[Pack]) -> list[Pack]:
    """Return the packs with only the rules that matter below ERROR.

    What other rules know matters only beside a failure, and is read there.
    """
    return [
        msgspec.structs.replace(
            pack,
            rules=[
                rule
                for rule in pack.rules
                if pack.services or rule.run or rule.step or rule.failure or rule.success
            ],
        )
        for pack in packs
    ]
