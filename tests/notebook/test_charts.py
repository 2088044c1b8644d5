"""Chart of a timeline: bounded size, names from logs as text."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import msgspec
import pytest

import triage
from triage.cli import main
from triage.errors import UsageError
from triage.models import Coverage, Run
from triage.notebook import Timeline, charts

EXAMPLE = Path(__file__).parents[2] / "examples" / "export.json"


@pytest.fixture(scope="module")
def timeline() -> Timeline:
    return triage.timeline(EXAMPLE)


def run(number: int, **fields: Any) -> Run:
    at = f"2026-03-17T{number // 3600 % 24:02}:{number // 60 % 60:02}:{number % 60:02}Z"
    given = {
        "kind": "gate",
        "service": "shop",
        "revision": "shop-00001-abc",
        "instance": "00f0c0de",
        "verdict": "not_ready",
    }
    return msgspec.convert(
        {"id": f"g-{number}", "started": at, "ended": at, "elapsed": 0.0, "complete": True} | given | fields,
        Run,
    )


def marks(timeline: Timeline) -> list[dict[str, Any]]:
    (found,) = timeline.plot().to_dict()["datasets"].values()
    marks: list[dict[str, Any]] = found
    return marks


def texts(svg: bytes) -> str:
    return " ".join(ET.fromstring(svg).itertext())  # noqa: S314 - our own picture


def test_chart_has_every_run_with_its_verdict(timeline: Timeline) -> None:
    drawn = marks(timeline)
    assert sum(mark["runs"] for mark in drawn) == len(timeline.runs)
    assert {mark["verdict"] for mark in drawn} == {"ready", "not ready"}
    assert {mark["failed"] for mark in drawn} == {"", "database", "gate_rejected"}


def test_chart_names_revisions_lanes_and_the_day(timeline: Timeline) -> None:
    printed = texts(charts.render_image(timeline.plot(), "svg"))
    for name in (
        "netra-backend-staging-00041-kxw",
        "netra-backend-staging-00042-bqz",
        "gate ...465bb2ae",
        "2026-03-17 UTC",
        "14:00",
    ):
        assert name in printed


def test_chart_renders_as_png(timeline: Timeline) -> None:
    assert charts.render_image(timeline.plot(), "png").startswith(b"\x89PNG")


def test_chart_stays_small_with_many_runs() -> None:
    many = Timeline(coverage=Coverage(), runs=[run(second) for second in range(20_000)])
    drawn = marks(many)
    assert len(drawn) <= 800
    assert sum(mark["runs"] for mark in drawn) == 20_000


def test_names_from_logs_are_text_in_the_image() -> None:
    named = run(1, revision="</text><script>x</script>\x1b[1m", failed_checks=["<b>"])
    svg = charts.render_image(Timeline(coverage=Coverage(), runs=[named]).plot(), "svg")
    assert b"<script" not in svg
    assert "</text><script>x</script>\\x1b[1m" in texts(svg)


def test_image_states_that_there_are_no_runs() -> None:
    assert "no runs in these logs" in texts(charts.render_image(triage.timeline([]).plot(), "svg"))


@pytest.mark.parametrize(
    ("module", "draw"),
    [
        ("altair", lambda timeline: timeline.plot()),
        ("vl_convert", lambda timeline: charts.render_image(timeline.plot(), "svg")),
    ],
)
def test_missing_extra_names_what_to_install(
    module: str, draw: Callable[[Timeline], Any], timeline: Timeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(UsageError, match=r"pip install 'cloudrun-triage\[plot\]'"):
        draw(timeline)


def test_command_draws_the_same_chart(
    timeline: Timeline, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    svg, png = tmp_path / "runs.svg", tmp_path / "runs.PNG"
    assert [main(["timeline", str(EXAMPLE), "--plot", str(path)]) for path in (svg, png)] == [0, 0]
    assert texts(svg.read_bytes()) == texts(charts.render_image(timeline.plot(), "svg"))
    assert png.read_bytes() == charts.render_image(timeline.plot(), "png")
    printed = capsys.readouterr()
    assert printed.err.splitlines() == [f"wrote {svg}", f"wrote {png}"]
    assert printed.out.count("boot, 2 similar") == 2


def test_unsupported_image_format_is_rejected_before_reading(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["timeline", "nowhere.json", "--plot", str(tmp_path / "runs.gif")]) == 2
    assert "let the file end in .svg or .png" in capsys.readouterr().err
