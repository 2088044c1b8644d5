"""Chart of a timeline, and images of it. Needs the extra ``plot``."""

import io
from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from triage.errors import UsageError
from triage.models import Run, Timeline
from triage.text import clean
from triage.window import NANOSECONDS, parse_timestamp

if TYPE_CHECKING:
    import altair as alt

ImageFormat: TypeAlias = Literal["svg", "png"]

#: Color and shape of each verdict; either alone distinguishes them.
_VERDICTS = {
    "ready": ("#2a9d5c", "circle"),
    "degraded": ("#e69f00", "triangle-up"),
    "not ready": ("#c0392b", "cross"),
    "unknown": ("#7f7f7f", "diamond"),
}
_KINDS = ("boot", "validation", "gate", "probe")
#: Axis labels: 24-hour times as in logs, and the date where a day begins.
_CLOCK = {
    "milliseconds": "%H:%M:%S.%L",
    "seconds": "%H:%M:%S",
    "minutes": "%H:%M",
    "hours": "%H:%M",
    "day": "%b %d",
    "date": "%b %d",
    "week": "%b %d",
    "month": "%b %Y",
}
_WIDTH = 720
_NANOSECONDS_PER_MILLISECOND = NANOSECONDS // 1000


def draw_runs(timeline: Timeline) -> "alt.FacetChart | alt.Chart":
    """Return the runs over time (UTC): a panel per revision, colored by verdict.

    Each panel has a lane per kind of run and instance. Runs at the same position share one mark that counts
    them, which keeps the chart small. The time axis can be zoomed and panned.

    Raises:
        UsageError: altair is not installed.

    """
    _require("altair")
    import altair as alt

    if not timeline.runs:
        empty: alt.Chart = alt.Chart(alt.InlineData(values=[{}])).mark_text(text="no runs in these logs")
        return empty
    marks = list(_marks(timeline.runs))
    colors, shapes = zip(*_VERDICTS.values(), strict=True)
    base = alt.Chart().encode(
        x=alt.X(
            "start:T",
            title=_format_days(timeline.runs),
            scale=alt.Scale(type="utc", nice=False, padding=12),
            axis=alt.Axis(format=_CLOCK),
        ),
        y=alt.Y(
            "lane:N",
            title=None,
            sort=list(dict.fromkeys(mark["lane"] for mark in marks)),
            axis=alt.Axis(labelLimit=300, domain=False, ticks=False),
        ),
        color=alt.Color(
            "verdict:N",
            title="Verdict",
            scale=alt.Scale(domain=list(_VERDICTS), range=list(colors)),
            legend=alt.Legend(symbolOpacity=1),
        ),
        tooltip=["kind:N", "verdict:N", "failed:N", "started:N", "took:N", "instance:N", "run:N", "runs:Q"],
    )
    bars = base.mark_bar(height=8, opacity=0.6).encode(x2="end:T")
    points = base.mark_point(filled=True, size=80, opacity=1).encode(
        shape=alt.Shape(
            "verdict:N", title="Verdict", scale=alt.Scale(domain=list(_VERDICTS), range=list(shapes))
        )
    )
    layers = alt.layer(bars, points).properties(width=_WIDTH, height=alt.Step(24)).interactive(bind_y=False)
    revisions = list(dict.fromkeys(mark["revision"] for mark in marks))
    header = alt.Header(
        labelAngle=0,
        labelOrient="top",
        labelAnchor="start",
        labelLimit=_WIDTH,
        labelFontWeight="bold",
        labelPadding=4,
    )
    # InlineData, because altair rejects more than 5,000 rows of other data.
    chart: alt.FacetChart = layers.facet(
        data=alt.InlineData(values=marks),
        row=alt.Row("revision:N", title=None, sort=revisions, header=header),
    ).resolve_scale(y="independent")
    return chart


def render_image(chart: "alt.FacetChart | alt.Chart", form: ImageFormat) -> bytes:
    """Return a chart as an image; PNG has twice the usual resolution.

    Raises:
        UsageError: altair or vl-convert-python is not installed.

    """
    require_image_support()
    if form == "svg":
        text = io.StringIO()
        chart.save(text, format="svg")
        return text.getvalue().encode()
    data = io.BytesIO()
    chart.save(data, format="png", scale_factor=2)
    return data.getvalue()


def require_image_support() -> None:
    """Check that charts and images of them can be made.

    Raises:
        UsageError: altair or vl-convert-python is not installed.

    """
    _require("altair")
    _require("vl_convert")


def _require(module: str) -> None:
    if find_spec(module) is None:
        package = {"vl_convert": "vl-convert-python"}.get(module, module)
        raise UsageError(
            f"a chart needs {package}, which is not installed",
            "install it: pip install 'cloudrun-triage[plot]'",
        )


def _format_days(timeline: Iterable[Run]) -> str:
    """Return the day of the runs, or the first and last day.

    The axis shows times only.
    """
    days = sorted({run.started[:10] for run in timeline})
    return f"{days[0]} UTC" if len(days) == 1 else f"{days[0]} to {days[-1]} UTC"


def _marks(timeline: Iterable[Run]) -> Iterator[dict[str, Any]]:
    """Yield one mark per position, lanes in display order; times in milliseconds."""
    listed = sorted(timeline, key=lambda run: (run.revision, _KINDS.index(run.kind)))
    starts = [parse_timestamp(run.started) // _NANOSECONDS_PER_MILLISECOND for run in listed]
    ends = [
        max(start, parse_timestamp(run.ended) // _NANOSECONDS_PER_MILLISECOND)
        for start, run in zip(starts, listed, strict=True)
    ]
    spot = max(1, (max(ends) - min(starts)) // _WIDTH)
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for run, start, end in zip(listed, starts, ends, strict=True):
        verdict = run.verdict.replace("_", " ")
        key = (run.revision, run.kind, run.instance, verdict, start // spot, end // spot)
        if key in found:
            found[key]["runs"] += 1
            continue
        instance = clean(run.instance)[-8:]
        found[key] = {
            "revision": clean(run.revision or run.service) or "no revision named",
            "lane": f"{run.kind} ...{instance}" if instance else run.kind,
            "kind": run.kind,
            "verdict": verdict,
            "failed": clean(", ".join(run.failed_checks) or run.condition or ""),
            "start": start,
            "end": end,
            "started": f"{run.started[:23].replace('T', ' ').rstrip('Z')} UTC",
            "took": f"{run.elapsed:.2f} s",
            "instance": clean(run.instance),
            "run": clean(run.id),
            "runs": 1,
        }
    yield from found.values()
