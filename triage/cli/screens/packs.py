"""Screens of ``triage rules list`` and ``triage explain``."""

from collections.abc import Iterator, Sequence

from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from triage.cli.screens.console import make_grid, render_copyable, shorten_message
from triage.models import Cause, Pack, Rule, RunNeeds
from triage.pipeline import Playbook


def render_packs(packs: Sequence[Pack]) -> Iterator[RenderableType]:
    """Yield for each pack its services, a line per rule and a line per cause."""
    for pack in packs:
        yield Text.assemble((pack.id, "bold underline"), f"  {pack.title} (version {pack.version})")
        yield _indent(Text(f"for {', '.join(pack.services) or 'every service'}"))
        rules = make_grid(3)
        for rule in pack.rules:
            rules.add_row(rule.id, rule.run, _format_meaning(rule))
        yield _indent(Text(f"{len(pack.rules)} rules", style="bold"))
        yield _indent(rules)
        if pack.causes:
            yield _indent(Text(f"{len(pack.causes)} causes", style="bold"))
            yield _indent(_causes_table(pack.causes))
        yield Text()


def render_cause(
    cause: Cause, pack: Pack, packs: Sequence[Pack], playbook: Playbook
) -> Iterator[RenderableType]:
    """Yield what a cause means, how it is recognised and fixed, and its limits."""
    rules = {f"{other.id}/{rule.id}": rule for other in packs for rule in other.rules}
    rules |= {rule.id: rule for rule in pack.rules}
    yield Text.assemble((cause.id, "bold"), f"  {cause.title}")
    facts = [cause.severity, f"{cause.confidence} confidence", f"pack {pack.id}"]
    facts.append(f"check {cause.check}" if cause.check else "no check to blame")
    yield _indent(Text(", ".join(facts), style="dim"))
    yield from _render_section("What it means", Text(cause.means), Text(playbook.means))
    yield from _render_section("How it is recognised", *_render_match(cause, rules))
    if cause.ruled_out:
        ruled_out = make_grid()
        for ruling in cause.ruled_out:
            ruled_out.add_row(Text(ruling.cause, style="bold"), ruling.why)
        yield from _render_section("What it is not", ruled_out)
    if cause.supersedes:
        yield from _render_section("What it explains away", Text(", ".join(cause.supersedes)))
    yield from _render_fixes(playbook)
    if limits := [*cause.limits, *playbook.limits]:
        yield from _render_section("What the logs cannot show", *map(Text, limits))
    if cause.suggest:
        yield from _render_section("What would settle it", Text(cause.suggest.why))
        yield from render_copyable(cause.suggest.filter)


def render_unknown_error(playbook: Playbook) -> Iterator[RenderableType]:
    """Yield what an error without a known cause means, and what to do about it."""
    yield Text(playbook.title, style="bold")
    yield from _render_section("What it means", Text(playbook.means))
    yield from _render_fixes(playbook)


def _render_fixes(playbook: Playbook) -> Iterator[RenderableType]:
    """Yield the fixes of a playbook, those of the cause first.

    Each has its commands and how to verify it.
    """
    yield from _render_section("What cures it")
    for number, fix in enumerate(sorted(playbook.fixes, key=lambda fix: fix.symptom_fix), start=1):
        symptom = " (does not cure the cause)" if fix.symptom_fix else ""
        yield _indent(Text.assemble((f"{number}. {fix.title}{symptom}", "bold")))
        yield _indent(Text(f"{fix.priority}, {fix.timeframe}. Risk: {fix.risk}", style="dim"), deeper=True)
        yield _indent(Text(fix.does.strip()), deeper=True)
        if fix.why:
            yield _indent(Text(fix.why), deeper=True)
        for command in fix.commands:
            yield from render_copyable(f"   $ {command}")
        for check in fix.validate:
            yield _indent(Text(f"Then: {check}"), deeper=True)


def _render_match(cause: Cause, rules: dict[str, Rule]) -> Iterator[RenderableType]:
    where = "all lines of a revision" if cause.scope == "revision" else f"one run of kind {cause.scope}"
    yield Text(f"in {where}:")
    if cause.run:
        yield Text(f"the run has {_format_run_needs(cause.run)}")
    for title, names in (
        ("all of these lines", cause.all_of),
        ("one of these lines", cause.any_of),
        ("none of these lines", cause.none_of),
    ):
        if names:
            yield Text(title)
            lines = make_grid()
            for name in names:
                rule = rules.get(name)
                lines.add_row(
                    Text(name, style="bold"), shorten_message(rule.hits[0]) if rule and rule.hits else ""
                )
            yield _indent(lines)


def _format_run_needs(needs: RunNeeds) -> str:
    parts = [
        f"{name.replace('_', ' ')} {' or '.join(values)}"
        for name in ("verdict", "condition", "failed", "noncritical_failed", "tolerated")
        if (values := getattr(needs, name))
    ]
    if needs.repeats is not None:
        parts.append("a cached verdict" if needs.repeats else "a verdict of its own")
    return ", ".join(parts)


def _format_meaning(rule: Rule) -> str:
    if rule.noise:
        return f"noise: {rule.noise}"
    return " ".join(part for part in (rule.step, rule.check, rule.outcome, rule.condition) if part)


def _causes_table(causes: Sequence[Cause]) -> Table:
    table = make_grid()
    for cause in causes:
        table.add_row(cause.id, cause.title)
    return table


def _render_section(title: str, *parts: RenderableType) -> Iterator[RenderableType]:
    yield Text()
    yield Text(title, style="bold underline")
    for part in parts:
        yield _indent(part)


def _indent(part: RenderableType, *, deeper: bool = False) -> Padding:
    return Padding(part, (0, 0, 0, 5 if deeper else 2))
