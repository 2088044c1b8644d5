"""Rules that never match their own hits, because a rule before them does."""

from collections.abc import Iterator, Sequence

from triage.models import Pack, Rule
from triage.rules.matcher import Subject, admits_logger, match_rule


def hidden_hits(pack: Pack, rules: Sequence[Rule]) -> Iterator[tuple[str, str]]:
    """Yield each rule that a rule before it in the pack hides, by its id, with the fault.

    Rules of runs are matched among all rules. A rule that only causes of failures name is matched once more
    among those and the known noise, so that only these can hide it there; a rule of the same cause hides
    nothing.
    """
    causes = _failure_causes(pack)
    for number, rule in enumerate(rules):
        before = [other for other in rules[:number] if _is_tried(other, rule, causes)]
        for hit in rule.hits:
            text = Subject.of(hit)
            first = next(
                (other for other in before if other.literal in text.whole and match_rule(other, text)), None
            )
            if first is not None and causes.get(first.id, set()).isdisjoint(causes.get(rule.id, set())):
                what = f"the rule {first.id} before it matches its hit {hit!r}"
                yield rule.id, f"{what}: put this rule first, or make the other one stricter"


def _is_tried(other: Rule, rule: Rule, causes: dict[str, set[str]]) -> bool:
    """Return whether a rule is tried on the lines that another one is for."""
    if other.log and other.log != rule.log:
        return False
    if other.logger and not any(admits_logger(other, logger) for logger in rule.logged_by):
        return False
    return rule.id not in causes or other.id in causes or bool(other.noise)


def _failure_causes(pack: Pack) -> dict[str, set[str]]:
    """Return the causes of failures by the rules that show them."""
    causes: dict[str, set[str]] = {}
    for cause in pack.causes:
        if cause.scope == "failure":
            for name in [*cause.any_of, *cause.all_of]:
                causes.setdefault(name, set()).add(cause.id)
    return causes
