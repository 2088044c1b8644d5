"""Screen of ``triage compare``: the answer, then each difference in numbers."""

from collections import Counter
from collections.abc import Iterator, Sequence

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from triage.cli.screens.changes import render_differences
from triage.cli.screens.console import (
    VERDICTS,
    first_of,
    format_sentence,
    make_bullets,
    make_grid,
    render_section,
    shorten_message,
)
from triage.cli.screens.times import format_elapsed, format_span
from triage.models import Comparison, ErrorChange, OutcomeChange, OutcomeStats, RevisionHistory, SideSummary

_MAX_REASONS = 3
_MAX_ERRORS = 8
_MAX_REVISIONS = 3
_MAX_MESSAGE = 120
_ANSWERS = {
    "better": ("BETTER", "bold green"),
    "worse": ("WORSE", "bold red"),
    "mixed": ("MIXED", "bold yellow"),
    "same": ("SAME", "bold"),
    "unclear": ("UNCLEAR", "bold magenta"),
}
_STYLES = {"better": "green", "worse": "red", "new": "red", "more": "red", "gone": "green", "less": "green"}
_INCIDENTS = {"new": "new", "gone": "not seen again", "stays": "stays"}


def render_answer(comparison: Comparison) -> Iterator[Text]:
    """Yield the answer, better, worse, mixed, the same or unclear, with the service; then each reason."""
    word, style = _ANSWERS[comparison.change]
    sides = (comparison.before, comparison.after)
    services = dict.fromkeys(_as_one_line(side.service) for side in sides if side.service)
    yield Text.assemble((word, style), f"  {' and '.join(services)}" if services else "", no_wrap=True)
    for reason in _reasons(comparison):
        yield Text(format_sentence(reason))


def render_details(comparison: Comparison) -> Iterator[RenderableType]:
    """Yield the sections under the answer."""
    if len(comparison.because) > _MAX_REASONS:
        yield from render_section("Why", make_bullets([sign.says for sign in comparison.because]))
    yield from render_section("Sides", _sides_table(comparison.before, comparison.after))
    yield from render_differences(comparison.configuration)
    if comparison.incidents:
        table = make_grid()
        for incident in comparison.incidents:
            times = f"{incident.before} times before, {incident.after} after"
            table.add_row(_INCIDENTS[incident.change], Text(f"{incident.title}, {times}"))
        yield from render_section("Incidents", table)
    if comparison.outcomes:
        yield from render_section("Outcomes", _outcomes_table(comparison.outcomes))
    yield from render_section("Errors", *_render_errors(comparison.errors))
    if comparison.walks:
        yield from render_section("Revisions", _revisions_table(comparison.walks))
    if limits := list(_limits(comparison)):
        yield from render_section("What these logs cannot tell", make_bullets(limits))


def _reasons(comparison: Comparison) -> list[str]:
    """Return the first reasons; those against the answer come last."""
    contrary = {"better": "worse"}.get(comparison.change, "better")
    signs = [(sign.change == contrary, _as_one_line(sign.says)) for sign in comparison.because]
    reasons = first_of([says for against, says in signs if not against], _MAX_REASONS)
    contrary_reasons = first_of([says for against, says in signs if against], _MAX_REASONS)
    return [*reasons, *(f"but {reason}" for reason in contrary_reasons)]


def _as_one_line(text: str) -> str:
    """Return a text without line breaks: after one in a service's name it would look like our output."""
    return " ".join(text.split())


def _limits(comparison: Comparison) -> Iterator[str]:
    yield from comparison.limits
    for thin in comparison.thin:
        yield f"{thin.side.upper()}, {thin.service or 'lines of no service'}: {thin.why}"


def _sides_table(before: SideSummary, after: SideSummary) -> Table:
    table = make_grid(3)
    table.add_row("", Text("BEFORE", style="bold"), Text("AFTER", style="bold"))
    sides = (before, after)
    table.add_row("logs", *(Text(side.name) for side in sides))
    table.add_row("verdict", *(Text(*VERDICTS[side.verdict]) for side in sides))
    if before.basis or after.basis:
        table.add_row("based on", *(Text(side.basis) for side in sides))
    if before.service == after.service:
        table.add_row("service", Text(after.service))
    else:
        table.add_row("service", *(Text(side.service) for side in sides))
    table.add_row("revisions", *(Text(_join_names(side.revisions)) for side in sides))
    table.add_row(
        "time",
        *(Text(format_span(side.first, side.last) if side.first and side.last else "") for side in sides),
    )
    table.add_row("length", *(Text(_format_hours(side.hours)) for side in sides))
    table.add_row("instances", *(Text(str(side.instances)) for side in sides))
    return table


def _format_hours(hours: float) -> str:
    return f"{hours:.1f} hours" if hours >= 2 else f"{hours * 60:.1f} minutes"


def _join_names(names: Sequence[str]) -> str:
    more = len(names) - _MAX_REVISIONS
    return "\n".join([*names[:_MAX_REVISIONS], *([f"and {more} more"] if more > 0 else [])])


def _outcomes_table(outcomes: Sequence[OutcomeChange]) -> Table:
    """Return a row per outcome and a row for its latency.

    The service is named if there are several.
    """
    several = len({found.service for found in outcomes}) > 1
    table = make_grid(4)
    table.add_row("", Text("BEFORE", style="bold"), Text("AFTER", style="bold"), "")
    for found in outcomes:
        subject = found.name if found.kind == "check" else found.subject
        subject = f"{found.service}: {subject}" if several else subject
        table.add_row(
            Text(subject),
            *(Text(str(side) if side else "none") for side in (found.before, found.after)),
            Text(found.became, style=_STYLES.get(found.change, "dim")),
        )
        if found.pace and (found.kind != "check" or found.pace != "same"):
            words = "too few to tell" if found.pace == "unclear" else found.pace
            table.add_row(
                Text("  median, p95", style="dim"),
                *(Text(_format_latency(side), style="dim") for side in (found.before, found.after)),
                Text(words, style="dim"),
            )
    return table


def _format_latency(figure: OutcomeStats | None) -> str:
    if figure is None or figure.median is None or figure.p95 is None:
        return ""
    return f"{format_elapsed(figure.median)}, {format_elapsed(figure.p95)}"


def _render_errors(errors: Sequence[ErrorChange]) -> Iterator[RenderableType]:
    changed = [error for error in errors if error.change != "same"]
    several = len({error.service for error in errors}) > 1
    table = make_grid()
    for error in changed[:_MAX_ERRORS]:
        service = f"{error.service}: " if several else ""
        rates = f"{error.before} before, {error.after} after"
        table.add_row(
            Text(error.became, style=_STYLES.get(error.change, "") if error.sure else "dim"),
            Text.assemble(f"{service}{_truncate(shorten_message(error.example))}\n", (rates, "dim")),
        )
    if changed:
        yield table
    if any(error.became.endswith("?") for error in changed):
        yield Text("?: too few lines, or too little data on a side, to rule out chance", style="dim")
    rest = Counter(error.became for error in changed[_MAX_ERRORS:])
    counted = [f"{count} more {words}" for words, count in rest.items()]
    if same := len(errors) - len(changed):
        counted.append(f"{same} as frequent as before")
    if counted or not changed:
        yield Text("; ".join(counted) or "neither side logged one")


def _truncate(text: str) -> str:
    return text if len(text) <= _MAX_MESSAGE else f"{text[:_MAX_MESSAGE]} ..."


def _revisions_table(walks: Sequence[RevisionHistory]) -> Table:
    table = make_grid(3)
    for walk in walks:
        service = walk.service if len(walks) > 1 else ""
        table.add_row("last good", Text(walk.last_good or "not seen"), service)
        first_bad = walk.first_bad or "not seen"
        unbounded = walk.first_bad and not walk.bounded
        table.add_row(
            "first bad",
            Text(f"{first_bad}, or one that is older than these logs" if unbounded else first_bad),
        )
    return table
