"""Screen of ``triage verify --connections``: the answer, then what was measured."""

from collections.abc import Iterator

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from triage.cli.screens.console import VERDICTS, make_bullets, make_grid, render_section
from triage.models import LoadClient, LoadConnections, LoadHealth, LoadMessages, LoadTest, TimeStats
from triage.text import format_seconds, pluralize

_PHASES = {"before": "before", "opening": "while opening", "held": "while held", "after": "after"}
_CHANGES = {"better": "BETTER", "worse": "WORSE", "mixed": "MIXED", "same": "SAME", "unclear": "UNCLEAR"}


def render_answer(test: LoadTest) -> Text:
    """Return the first two lines: the verdict, and the reason."""
    word, style = VERDICTS[test.verdict]
    partial = "PARTIAL, " if test.partial else ""
    line = Text(f"{partial}{word}", style=style, no_wrap=True)
    return line.append(f"  {test.service}\n{test.why}", style="not bold default")


def render_details(test: LoadTest) -> Iterator[RenderableType]:
    """Yield the sections under the answer."""
    if len(test.because) > 1:
        yield from render_section("Also", make_bullets(test.because[1:]))
    yield from render_section("Connections", _connections_table(test))
    if len(test.connections.levels) > 1:
        yield from render_section("As connections grew", _levels_table(test.connections))
    if test.health:
        yield from render_section(f"Health check {test.health_path}", _health_table(test.health))
    if test.metrics and test.connections.tried:
        yield from render_section("Success metrics", _metrics_table(test))
    if test.baseline:
        head = f"{_CHANGES[test.baseline.change]} than {test.baseline.file} of {test.baseline.started[:19]}Z"
        if test.baseline.change in ("same", "mixed", "unclear"):
            head = head.replace(" than ", ", compared with ")
        notes = [*(reason.says for reason in test.baseline.because), *test.baseline.limits]
        yield from render_section("Compared", Text(head), *([make_bullets(notes)] if notes else []))
    yield from render_section("What this test cannot tell", make_bullets(test.limits))


def _connections_table(test: LoadTest) -> Table:
    connections = test.connections
    table = make_grid()
    table.add_row("opened", Text(f"{connections.opened:,} of {connections.tried:,}{_untried(connections)}"))
    table.add_row("most at once", Text(f"{connections.most:,}; {connections.held:,} open at the end"))
    table.add_row("time to open", Text(_format_times(connections.times)))
    for failure in connections.failures:
        began = f"the first with {failure.open_at_first:,} open"
        table.add_row("not opened", Text(f"{failure.count:,}: {failure.says}, {began}", style="red"))
    for close in connections.closes:
        began = f"the first after {close.after:.1f} s with {close.open_at_first:,} open"
        table.add_row(
            "closed", Text(f"{close.count:,} by the service, code {close.code}, {began}", style="red")
        )
    if connections.opened and not connections.closes:
        table.add_row("closed", Text("none by the service"))
    table.add_row("messages", Text(_format_messages(test.messages)))
    table.add_row("pings", Text(_format_pings(test.messages)))
    table.add_row("this machine", Text(_format_client(test.client)))
    return table


def _untried(connections: LoadConnections) -> str:
    left = connections.planned - connections.tried
    return f"; {left:,} of {connections.planned:,} not tried" if left else ""


def _format_messages(messages: LoadMessages) -> str:
    complete = "" if messages.complete is None else f"; all events on {messages.complete:,}"
    size = f" ({messages.bytes:,} bytes)" if messages.received else ""
    return f"{messages.sent:,} sent, {messages.received:,} received{size}{complete}"


def _format_pings(messages: LoadMessages) -> str:
    if not messages.pings:
        return "none was due"
    return f"{messages.pongs.count:,} of {messages.pings:,} answered, {_format_times(messages.pongs)}"


def _format_client(client: LoadClient) -> str:
    rate = "" if client.rate is None else f"{client.rate:.3g} connections a second; "
    late = f"late by {_format_times(client.lag)}" if client.lag.count else "lateness not measured"
    return f"{rate}{late}{', which may distort short times' if client.distorts else ''}"


def _levels_table(connections: LoadConnections) -> Table:
    table = make_grid(6)
    table.add_row(*(Text(word, style="dim") for word in ("tried", "opened", "open", "median", "p95", "max")))
    for level in connections.levels:
        style = "red" if level.opened < level.tried else ""
        table.add_row(
            f"{level.first:,} to {level.last:,}",
            Text(f"{level.opened:,} of {level.tried:,}", style=style),
            f"{level.open_at_end:,}",
            *_time_cells(level.times),
        )
    return table


def _health_table(health: list[LoadHealth]) -> Table:
    table = make_grid(6)
    table.add_row(*(Text(word, style="dim") for word in ("", "2xx", "median", "p95", "max", "others")))
    for found in health:
        others = ", ".join(f"{count:,} x {says}" for says, count in found.outcomes.items())
        style = "red" if found.good < found.requests else ""
        table.add_row(
            _PHASES[found.phase],
            Text(f"{found.good:,} of {found.requests:,}", style=style),
            *_time_cells(found.times),
            Text(others, style=style),
        )
    return table


def _metrics_table(test: LoadTest) -> Table:
    table = make_grid(gap=1)
    for metric in test.metrics:
        mark, style = ("ok", "green") if metric.met else ("FAIL", "bold red")
        share = f"{metric.good:,} of {pluralize(metric.total, 'request')}"
        table.add_row(Text(mark, style=style), Text(f"{metric.says}: {share}"))
    return table


def _time_cells(times: TimeStats) -> list[str]:
    return ["" if value is None else format_seconds(value) for value in (times.median, times.p95, times.max)]


def _format_times(times: TimeStats) -> str:
    if times.median is None or times.p95 is None or times.max is None:
        return "not measured"
    median, p95, longest = (format_seconds(value) for value in (times.median, times.p95, times.max))
    return f"median {median}, p95 {p95}, max {longest}"
