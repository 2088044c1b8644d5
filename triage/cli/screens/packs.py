"""The screens of ``triage rules list`` and ``triage explain``."""

from collections.abc import Iterator, Sequence

from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from triage.cli.screens.console import grid
from triage.models import Cause, Pack, Rule, RunNeeds


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


def explanation(cause: Cause, pack: Pack) -> Iterator[RenderableType]:
    """Yield what a cause means, how it is recognised, what it is told from and what it cannot show."""
    rules = {rule.id: rule for rule in pack.rules}
    yield Text.assemble((cause.id, "bold"), f"  {cause.title}")
    facts = [cause.severity, f"{cause.confidence} confidence", f"pack {pack.id}"]
    facts.append(f"check {cause.check}" if cause.check else "no check to blame")
    yield _inset(Text(", ".join(facts), style="dim"))
    yield from _section("What it means", Text(cause.means))
    yield from _section("How it is recognised", *_recognised(cause, rules))
    if cause.ruled_out:
        cleared = grid()
        for ruling in cause.ruled_out:
            cleared.add_row(Text(ruling.cause, style="bold"), ruling.why)
        yield from _section("What it is not", cleared)
    if cause.outranks:
        yield from _section("What it explains away", Text(", ".join(cause.outranks)))
    if cause.limits:
        yield from _section("What these logs cannot show", *map(Text, cause.limits))
    if cause.settle:
        yield from _section(
            "What would settle it", Text(cause.settle.why), Text(cause.settle.filter, style="cyan")
        )


def _recognised(cause: Cause, rules: dict[str, Rule]) -> Iterator[RenderableType]:
    where = "all lines of a revision" if cause.scene == "revision" else f"one run of kind {cause.scene}"
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
                lines.add_row(
                    Text(name, style="bold"), rule.hits[0].partition("\n")[0] if rule and rule.hits else ""
                )
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


def _inset(part: RenderableType) -> Padding:
    return Padding(part, (0, 0, 0, 2))
