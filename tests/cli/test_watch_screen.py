"""Table of a watch at every terminal width, with hostile log text."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from tests.cli.test_screens import width
from tests.release.watch.updates import make_update
from tests.runs.logs import SERVICE, analysis, platform, validation
from triage.cli.screens.console import print_screen
from triage.cli.screens.watch import render_change, render_watch
from triage.models import RevisionResponses, Stream, VerdictChange, Watch
from triage.window import parse_timestamp

__all__ = ["width"]
GOLDEN = Path(__file__).parent / "golden"
NEW = f"{SERVICE}-00042-abc"
BORN = "Starting new instance. Reason: AUTOSCALING - Instance started due to traffic."


def busy() -> Watch:
    """Return a moment with many events."""
    found = analysis(
        validation(0),
        validation(1, instance="00f0c0de55aa77bb", down=["agent_supervisor"]),
        platform(200, BORN, revision=NEW, instance="00f0c0de55aa99cc"),
        validation(208, revision=NEW, instance="00f0c0de55aa88ff")[:-6],
    )
    return make_update(
        found,
        215,
        answers=[
            RevisionResponses(NEW, {"101": 3, "200": 41, "503": 2}),
            RevisionResponses(f"{SERVICE}-00041-kqx", {"401": 1}),
        ],
        stream=Stream(lines=12_345, suppressed=120, missing=20, delay=2.34),
    )


def shown(watch: Watch, capsys: pytest.CaptureFixture[str]) -> str:
    print_screen(*render_watch(watch))
    return capsys.readouterr().out


def test_table_is_readable_at_every_width(
    width: str, golden: Callable[[Path, str], None], capsys: pytest.CaptureFixture[str]
) -> None:
    text = shown(busy(), capsys)
    assert max(map(len, text.splitlines())) <= int(width)
    golden(GOLDEN / f"watch.{width}.txt", text)


def test_no_runs_yet_is_stated(capsys: pytest.CaptureFixture[str]) -> None:
    text = shown(make_update(analysis(), stream=Stream(arriving="reconnecting")), capsys)
    assert "reconnecting, 0 lines, 0 suppressed, watching for 1m 0s" in text
    assert "No run of any instance is in these lines yet." in text
    assert "No request is in the lines of the last 5 minutes." in text


def test_latest_instances_are_shown_and_the_rest_counted(capsys: pytest.CaptureFixture[str]) -> None:
    found = analysis(*(validation(n * 5, instance=f"i{n}") for n in range(20)))
    lines = shown(make_update(found, 120), capsys).splitlines()
    assert sum("validation passed" in line for line in lines) == 12
    assert "i19" in lines[3]
    assert any("and 8 more" in line for line in lines)


def test_suppressed_and_refetched_entries_are_shown(capsys: pytest.CaptureFixture[str]) -> None:
    text = shown(make_update(analysis(), stream=Stream(suppressed=7)), capsys)
    assert "7 suppressed (all asked for again)" in text


HOSTILE = "\x1b[2J[bold]x[/bold] :smile: \u202egnp password=correct-horse-battery"


def test_log_text_is_sanitized_and_masked(
    capsys: pytest.CaptureFixture[str],
) -> None:
    watch = busy()
    run = msgspec.structs.replace(
        watch.standings[0].run, revision=HOSTILE, instance=HOSTILE, failed_checks=[HOSTILE], condition=HOSTILE
    )
    standing = msgspec.structs.replace(
        watch.standings[0], run=run, revision=HOSTILE, instance=HOSTILE, going_on=False
    )
    verdict_change = VerdictChange(
        at=0, before="ready", after="not_ready", revisions=[HOSTILE], instances=[HOSTILE], cause=HOSTILE
    )
    hostile = msgspec.structs.replace(
        watch, standings=[standing], answers=[RevisionResponses(HOSTILE, {"200": 1})]
    )
    print_screen(render_change(verdict_change), *render_watch(hostile))
    text = capsys.readouterr().out
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "[bold]x[/bold] :smile:" in text
    assert "correct-horse" not in "".join(text.split())


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (
            {"service": SERVICE, "revisions": [NEW], "instances": ["i1"], "cause": "Redis did not answer"},
            f"READY -> NOT READY  {SERVICE}, revision {NEW}, instance i1: Redis did not answer",
        ),
        ({"before": None, "service": SERVICE}, f"NOT READY  {SERVICE}"),
        (
            {"instances": [f"i{n}" for n in range(5)]},
            "READY -> NOT READY  instance 5: i0, i1, i2 ...",
        ),
    ],
)
def test_change_is_one_line(change: dict[str, object], line: str) -> None:
    at = parse_timestamp("2026-03-17T14:02:01Z")
    verdict_change = VerdictChange(**{"at": at, "before": "ready", "after": "not_ready"} | change)  # type: ignore[arg-type]
    assert render_change(verdict_change).plain == f"2026-03-17 14:02:01 UTC (07:02:01 PDT)  {line}"
