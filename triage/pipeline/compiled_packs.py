"""Rule packs ready to be used: their matchers are built once, however many analyses use them."""

from collections.abc import Sequence

from triage.diagnosis import FailureCauses
from triage.models import Immutable, Pack, Rule
from triage.rules import Matcher, RuleIndex

#: Sets of packs that are kept compiled.
_KEPT = 4
_compiled: list["CompiledPacks"] = []


class CompiledPacks(Immutable):
    """The matchers of some packs.

    packs: the packs.
    index: their rules.
    matcher: all rules.
    relevant: the rules that matter below ERROR: of a service, of a run, failures and successes.
    failures: the rules that name the cause of a failure, or known noise.
    whole_failures: those of them that read a whole statement.
    causes: the causes of failures.
    """

    def __init__(self, packs: Sequence[Pack]) -> None:
        """Build the matchers."""
        self.packs = tuple(packs)
        self.index = index = RuleIndex(packs)
        self.matcher = Matcher(packs, index)
        self.relevant = Matcher(packs, index, _is_relevant)
        self.causes = FailureCauses(packs)
        self.failures = Matcher(packs, index, self.causes.reads)
        self.whole_failures = Matcher(packs, index, self.causes.reads_whole)


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


def _is_relevant(pack: Pack, rule: Rule) -> bool:
    """Return whether a rule matters below ERROR.

    What other rules know matters only beside a failure, and is read there.
    """
    return bool(pack.services or rule.run or rule.step or rule.failure or rule.success)
