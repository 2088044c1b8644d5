import re
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from rich.console import RenderableType
from rich.text import Text

from tests.rendering import gates
from triage.cli.screens.console import lay_out, make_bullets, print_screen, render_text
from triage.cli.screens.diagnosis import render_answer, render_details
from triage.cli.screens.gate import render_answer as gate_answer
from triage.cli.screens.gate import render_details as gate_screen
from triage.cli.screens.timeline import render_timeline as timeline_screen
from triage.models import Diagnosis, Evidence, Gate, Timeline
from triage.pipeline import sanitize
from triage.rendering.run_groups import group_similar_runs

GOLDEN = Path(__file__).parent / "golden"
DIAGNOSES = sorted(path.stem for path in (Path(__file__).parent / "documents").glob("diagnosis-*.json"))


@pytest.fixture(params=["80", "120"])
def width(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("COLUMNS", request.param)
    return str(request.param)


def print_diagnosis(diagnosis: Diagnosis, *, verbose: bool = False) -> None:
    diagnosis = sanitize(diagnosis)
    print_screen(render_answer(diagnosis))
    print_screen(*render_details(diagnosis, ["logs/day one.json"], verbose=verbose))


@pytest.mark.usefixtures("width")
def test_what_was_laid_out_before_is_printed_as_it_is() -> None:
    parts: list[RenderableType] = [
        Text("a command: " + "word " * 40, no_wrap=True),
        make_bullets(["::error:: in a log", "b " * 80]),
    ]
    laid_out = lay_out(*parts)
    assert render_text("before", laid_out, "behind") == render_text("before", *parts, "behind")
    assert laid_out.count("\n") == render_text(*parts).count("\n") > len(parts)


@pytest.mark.parametrize("name", DIAGNOSES)
def test_diagnosis_is_readable_at_every_width(
    name: str,
    width: str,
    diagnosed: Callable[[str], Diagnosis],
    golden: Callable[[Path, str], None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    print_diagnosis(diagnosed(name))
    text = capsys.readouterr().out
    assert max(map(len, wrapped(text))) <= int(width)
    assert len(text.splitlines()) <= 25
    golden(GOLDEN / f"{name}.{width}.txt", text)


@pytest.mark.parametrize("name", DIAGNOSES)
def test_everything_is_readable_at_every_width(
    name: str,
    width: str,
    diagnosed: Callable[[str], Diagnosis],
    golden: Callable[[Path, str], None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    print_diagnosis(diagnosed(name), verbose=True)
    text = capsys.readouterr().out
    assert max(map(len, wrapped(text))) <= int(width)
    golden(GOLDEN / f"{name}.verbose.{width}.txt", text)


def wrapped(text: str) -> list[str]:
    """Return the lines that are not whole commands, to be copied."""
    return [line for line in text.splitlines() if not re.match(r"[ \w]+ (?:gcloud|triage|docker|git) ", line)]


def test_timeline_is_readable_at_every_width(
    width: str,
    timeline: Timeline,
    golden: Callable[[Path, str], None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    fit = sanitize(timeline)
    print_screen(*timeline_screen(fit, group_similar_runs(fit.runs), quiet=False))
    text = capsys.readouterr().out
    assert max(map(len, text.splitlines())) <= int(width)
    golden(GOLDEN / f"timeline-runs.{width}.txt", text)


def print_gate(gate: Gate) -> None:
    gate = sanitize(gate)
    print_screen(*gate_answer(gate))
    print_screen(*gate_screen(gate))


@pytest.mark.parametrize("name", ["failed", "passed", "inconclusive"])
def test_gate_is_readable_at_every_width(
    name: str, width: str, golden: Callable[[Path, str], None], capsys: pytest.CaptureFixture[str]
) -> None:
    print_gate(getattr(gates, name)())
    text = capsys.readouterr().out
    to_copy = [line for line in text.splitlines()[1:] if not line.startswith("  gcloud ")]
    assert max(map(len, to_copy)) <= int(width)
    golden(GOLDEN / f"gate-{name}.{width}.txt", text)


@pytest.mark.parametrize("attack", gates.ATTACKS)
def test_build_systems_find_no_command_in_log_text(
    attack: str, width: str, capsys: pytest.CaptureFixture[str]
) -> None:
    filler = "word " * 12
    print_gate(gates.poisoned(gates.failed(), lambda text: f"{text} {filler}{attack} {filler}{attack}"))
    assert gates.find_commands(capsys.readouterr().out) == []


def test_first_two_lines_are_the_answer(
    diagnosed: Callable[[str], Diagnosis], capsys: pytest.CaptureFixture[str]
) -> None:
    print_diagnosis(diagnosed("diagnosis-not-ready"))
    first, second, *_ = capsys.readouterr().out.splitlines()
    assert first == "NOT READY  orders-backend-staging"
    assert second == "No worker can boot: the module orders_backend…ces.monitoring is not in the image"
    assert len(second) <= 80


def test_log_text_cannot_control_the_terminal_or_forge_a_line(
    diagnosed: Callable[[str], Diagnosis], capsys: pytest.CaptureFixture[str]
) -> None:
    diagnosis = diagnosed("diagnosis-not-ready")
    hostile = Evidence(
        id="E1",
        insert_id="1",
        timestamp="2025-09-16T00:41:13.250000Z",
        message="\x1b]0;owned\x07 [bold]red[/bold] :boom: \u202egnp\x85READY\nREADY  forged",
    )
    incident = msgspec.structs.replace(diagnosis.incidents[0], evidence=[hostile])
    print_diagnosis(msgspec.structs.replace(diagnosis, incidents=[incident]))
    text = capsys.readouterr().out
    assert r"\x1b]0;owned\x07 [bold]red[/bold] :boom: \u202egnp\x85READY" in " ".join(text.split())
    assert "forged" not in text
    assert not any(character < " " for character in text if character != "\n")


def test_secrets_are_masked(
    diagnosed: Callable[[str], Diagnosis], capsys: pytest.CaptureFixture[str]
) -> None:
    diagnosis = diagnosed("diagnosis-not-ready")
    hostile_message = "login of jane.doe@example.com with Bearer abcdefghijklmnopqrstuvwxyz0123456789"
    line = msgspec.structs.replace(diagnosis.incidents[0].evidence[0], message=hostile_message)
    incident = msgspec.structs.replace(diagnosis.incidents[0], evidence=[line])
    print_diagnosis(msgspec.structs.replace(diagnosis, incidents=[incident]))
    text = capsys.readouterr().out
    assert "jane.doe" not in text
    assert "abcdefghijklmnopqrstuvwxyz" not in text


def test_time_is_shown_once_if_local_time_is_utc(
    timeline: Timeline, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import time

    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    print_screen(*timeline_screen(timeline, group_similar_runs(timeline.runs), quiet=True))
    text = capsys.readouterr().out
    assert "2025-09-15 23:59:58 UTC, took" in text
    assert "   after  UTC             " in text


def test_marks_are_complete_without_color(
    timeline: Timeline, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import click

    print_screen(*timeline_screen(timeline, group_similar_runs(timeline.runs), quiet=False))
    plain = capsys.readouterr().out
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    print_screen(*timeline_screen(timeline, group_similar_runs(timeline.runs), quiet=False))
    colored = capsys.readouterr().out
    assert "\x1b[" in colored
    assert [line.rstrip() for line in click.unstyle(colored).split("\n")] == plain.split("\n")
