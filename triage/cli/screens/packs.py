"""Screens of ``triage rules list``, ``triage rules test`` and ``triage explain``."""

from collections.abc import Iterator, Sequence

from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from triage.cli.screens.console import format_sentence, make_grid, render_copyable, shorten_message
from triage.models import Cause, Pack, Rule, RunNeeds
from triage.pipeline import CauseKind, Playbook, TriedPack
from triage.text import clean, count_times, pluralize

#: Width of the ids in the list of all causes; the longest are longer by a few characters and fold.
_ID_WIDTH = 32
#: Lines of an example at most.
_EXAMPLE_LINES = 6
_SCOPES = {
    "revision": "all lines of a revision",
    "failure": "a failure point, or the statement before it",
}


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


def render_trial(trial: TriedPack) -> Iterator[RenderableType]:
    """Yield the rule of each line with what it captured, and for a line without one why none matches."""
    table = make_grid(2)
    for tried in trial.lines:
        count = f"  ({count_times(tried.count)})" if tried.count > 1 else ""
        result = tried.result
        rule = Text(result.rule, style="bold green") if result.rule else Text("-", style="bold yellow")
        table.add_row(rule, Text(clean(shorten_message(tried.line)) + count))
        told = [f"{name} = {value}" for name, value in result.fields.items()] or result.reasons
        for text in told:
            table.add_row(Text(), Text(f"  {clean(text)}", style="dim"))
    yield table
    if trial.omitted:
        yield Text(f"and {pluralize(trial.omitted, 'line')} more")
    matched = sum(tried.count for tried in trial.lines if tried.result.rule)
    total = sum(tried.count for tried in trial.lines) + trial.omitted
    yield Text()
    yield Text(f"{matched:,} of {pluralize(total, 'line')} matched", style="bold")
    if trial.unused:
        yield Text(f"rules that matched no line: {', '.join(trial.unused)}")


def render_causes(kinds: Sequence[CauseKind]) -> Iterator[RenderableType]:
    """Yield all causes by kind, each with its title."""
    for kind in kinds:
        yield Text.assemble((kind.title, "bold underline"), f"  ({len(kind.causes)})")
        table = Table.grid(padding=(0, 2, 0, 0))
        table.add_column(no_wrap=True, width=_ID_WIDTH)
        table.add_column(overflow="fold")
        for cause in kind.causes:
            table.add_row(cause.id, cause.title)
        yield _indent(table)
        yield Text()
    yield Text("triage explain CAUSE shows what it means, an example line and how to fix it.")


def render_cause(
    cause: Cause, pack: Pack, packs: Sequence[Pack], playbook: Playbook, example: str
) -> Iterator[RenderableType]:
    """Yield what a cause means, how it is recognized and fixed, and its limits."""
    rules = {f"{other.id}/{rule.id}": rule for other in packs for rule in other.rules}
    rules |= {rule.id: rule for rule in pack.rules}
    yield Text.assemble((cause.id, "bold"), f"  {cause.title}")
    facts = [cause.severity, f"{cause.confidence} confidence", f"pack {pack.id}"]
    facts.append(f"check {cause.check}" if cause.check else "no failing check")
    yield _indent(Text(", ".join(facts), style="dim"))
    if example:
        lines = example.splitlines()
        shown = [*lines[:_EXAMPLE_LINES], *(["..."] if len(lines) > _EXAMPLE_LINES else [])]
        yield from _render_section("Example", Text("\n".join(shown)))
    yield from _render_section("What it means", Text(cause.means), Text(playbook.means))
    yield from _render_section("How it is recognized", *_render_match(cause, rules))
    if cause.ruled_out:
        ruled_out = make_grid()
        for ruling in cause.ruled_out:
            ruled_out.add_row(Text(ruling.cause, style="bold"), ruling.why)
        yield from _render_section("What it is not", ruled_out)
    if cause.supersedes:
        yield from _render_section("What it supersedes", Text(", ".join(cause.supersedes)))
    yield from _render_fixes([playbook])
    if limits := [*cause.limits, *playbook.limits]:
        yield from _render_section("What the logs cannot show", *map(Text, limits))
    if cause.suggest:
        yield from _render_section("To confirm", Text(format_sentence(cause.suggest.why)))
        yield from render_copyable(cause.suggest.filter)
    yield from _render_docs([playbook])


def render_unexplained(name: str, title: str, playbooks: Sequence[Playbook]) -> Iterator[RenderableType]:
    """Yield what a failure without a known cause means, and what to do about it."""
    yield Text.assemble((name, "bold"), f"  {title}")
    yield from _render_section("What it means", *(Text(playbook.means) for playbook in playbooks))
    yield from _render_fixes(playbooks)
    yield from _render_docs(playbooks)


def _render_docs(playbooks: Sequence[Playbook]) -> Iterator[RenderableType]:
    pages = list(dict.fromkeys(playbook.docs for playbook in playbooks if playbook.docs))
    if pages:
        yield from _render_section("Documentation")
        for page in pages:
            yield from render_copyable(page)


def _render_fixes(playbooks: Sequence[Playbook]) -> Iterator[RenderableType]:
    """Yield the fixes of playbooks, those of the cause first and the most urgent first.

    Each has its commands and how to verify it.
    """
    distinct = {str(fix): fix for playbook in playbooks for fix in playbook.fixes}
    fixes = sorted(distinct.values(), key=lambda fix: fix.priority)
    for heading, symptom in (("How to fix it", False), ("What does not fix it", True)):
        chosen = [fix for fix in fixes if fix.symptom_fix == symptom]
        if chosen:
            yield from _render_section(heading)
        for number, fix in enumerate(chosen, start=1):
            yield _indent(Text.assemble((f"{number}. {fix.title}", "bold")))
            yield _indent(
                Text(f"Due: {fix.due}. Takes: {fix.timeframe}. Risk: {fix.risk}", style="dim"), deeper=True
            )
            yield _indent(Text(fix.does.strip()), deeper=True)
            if fix.why:
                yield _indent(Text(fix.why), deeper=True)
            for command in fix.commands:
                yield from render_copyable(f"   $ {command}")
            for check in fix.validate:
                yield _indent(Text(f"Then: {check}"), deeper=True)


def _render_match(cause: Cause, rules: dict[str, Rule]) -> Iterator[RenderableType]:
    where = _SCOPES.get(cause.scope, f"one run of kind {cause.scope}")
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
