"""The screens of ``triage rules list`` and ``triage explain``."""

from collections.abc import Iterator, Sequence

from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from triage.cli.screens.console import deciding, grid, to_copy
from triage.models import Cause, Pack, Rule, RunNeeds
from triage.pipeline import Playbook


def listing(packs: Sequence[Pack]) -> Iterator[RenderableType]:
    """Yield for each pack what it is for, a line per rule and a line per cause."""
    for pack in packs:
        yield Text.assemble((pack.id, "bold underline"), f"  {pack.title} (version {pack.version})")
        yield _inset(Text(f"for {', '.join(pack.services) or 'every service'}"))
        rules = grid(3)
        for rule in pack.rules:
            rules.add_row(rule.id, rule.run, _meaning(rule))
        yield _inset(Text(f"{len(pack.rules)} rules", style="bold"))
        yield _inset(rules)
        if pack.causes:
            yield _inset(Text(f"{len(pack.causes)} causes", style="bold"))
            yield _inset(_causes(pack.causes))
        yield Text()


def explanation(
    cause: Cause, pack: Pack, packs: Sequence[Pack], playbook: Playbook
) -> Iterator[RenderableType]:
    """Yield what a cause of a pack means, how it is recognised, what cures it, and what the logs cannot show of it."""
    rules = {f"{other.id}/{rule.id}": rule for other in packs for rule in other.rules}
    rules |= {rule.id: rule for rule in pack.rules}
    yield Text.assemble((cause.id, "bold"), f"  {cause.title}")
    facts = [cause.severity, f"{cause.confidence} confidence", f"pack {pack.id}"]
    facts.append(f"check {cause.check}" if cause.check else "no check to blame")
    yield _inset(Text(", ".join(facts), style="dim"))
    yield from _section("What it means", Text(cause.means), Text(playbook.means))
    yield from _section("How it is recognised", *_recognised(cause, rules))
    if cause.ruled_out:
        cleared = grid()
        for ruling in cause.ruled_out:
            cleared.add_row(Text(ruling.cause, style="bold"), ruling.why)
        yield from _section("What it is not", cleared)
    if cause.outranks:
        yield from _section("What it explains away", Text(", ".join(cause.outranks)))
    yield from _cure(playbook)
    if limits := [*cause.limits, *playbook.limits]:
        yield from _section("What the logs cannot show", *map(Text, limits))
    if cause.settle:
        yield from _section("What would settle it", Text(cause.settle.why))
        yield from to_copy(cause.settle.filter)


def lead(playbook: Playbook) -> Iterator[RenderableType]:
    """Yield what an error that no rule knows is, and what to do about it."""
    yield Text(playbook.title, style="bold")
    yield from _section("What it means", Text(playbook.means))
    yield from _cure(playbook)


def _cure(playbook: Playbook) -> Iterator[RenderableType]:
    """Yield the fixes of a playbook, those that cure first; each with its commands and how to see that it worked."""
    yield from _section("What cures it")
    for number, fix in enumerate(sorted(playbook.fixes, key=lambda fix: fix.symptom_fix), start=1):
        symptom = " (does not cure the cause)" if fix.symptom_fix else ""
        yield _inset(Text.assemble((f"{number}. {fix.title}{symptom}", "bold")))
        yield _inset(Text(f"{fix.priority}, {fix.timeframe}. Risk: {fix.risk}", style="dim"), deeper=True)
        yield _inset(Text(fix.does.strip()), deeper=True)
        if fix.why:
            yield _inset(Text(fix.why), deeper=True)
        for command in fix.commands:
            yield from to_copy(f"   $ {command}")
        for check in fix.validate:
            yield _inset(Text(f"Then: {check}"), deeper=True)


def _recognised(cause: Cause, rules: dict[str, Rule]) -> Iterator[RenderableType]:
    where = "all lines of a revision" if cause.scope == "revision" else f"one run of kind {cause.scope}"
    yield Text(f"in {where}:")
    if cause.run:
        yield Text(f"the run has {_needs(cause.run)}")
    for title, names in (
        ("all of these lines", cause.all_of),
        ("one of these lines", cause.any_of),
        ("none of these lines", cause.none_of),
    ):
        if names:
            yield Text(title)
            lines = grid()
            for name in names:
                rule = rules.get(name)
                lines.add_row(Text(name, style="bold"), deciding(rule.hits[0]) if rule and rule.hits else "")
            yield _inset(lines)


def _needs(needs: RunNeeds) -> str:
    said = [
        f"{name.replace('_', ' ')} {' or '.join(values)}"
        for name in ("verdict", "condition", "failed", "noncritical_failed", "tolerated")
        if (values := getattr(needs, name))
    ]
    if needs.repeats is not None:
        said.append("a cached verdict" if needs.repeats else "a verdict of its own")
    return ", ".join(said)


def _meaning(rule: Rule) -> str:
    if rule.noise:
        return f"noise: {rule.noise}"
    return " ".join(part for part in (rule.step, rule.check, rule.outcome, rule.condition) if part)


def _causes(causes: Sequence[Cause]) -> Table:
    table = grid()
    for cause in causes:
        table.add_row(cause.id, cause.title)
    return table


def _section(title: str, *parts: RenderableType) -> Iterator[RenderableType]:
    yield Text()
    yield Text(title, style="bold underline")
    for part in parts:
        yield _inset(part)


def _inset(part: RenderableType, *, deeper: bool = False) -> Padding:
    return Padding(part, (0, 0, 0, 5 if deeper else 2))
