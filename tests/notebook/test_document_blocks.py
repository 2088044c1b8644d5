"""Notebook displays: HTML equals Markdown, log text is escaped and masked."""

import re
from html import unescape
from pathlib import Path
from typing import Any

import cmarkgfm
import pytest

import triage
from tests.fakes.entries import entry
from triage.notebook import Logs

EXAMPLE = Path(__file__).parents[2] / "examples" / "export.json"
SECRET = "canaryA1b2C3d4E5f6"
HOSTILE = f"<img src=x onerror=alert(1)> [a](javascript:b) | $\\href{{x}}{{y}}$ @all \x1b[31m\u202e token={SECRET} #1"
NAME = f"<img src=x> | $x$ @all [a](javascript:b) token={SECRET}"


@pytest.fixture(scope="module")
def example() -> Logs:
    return triage.load(EXAMPLE)


@pytest.fixture(scope="module")
def hostile() -> Logs:
    """Return logs with hostile names and texts around an incident."""
    lines: list[dict[str, Any]] = [
        entry(number, f"ModuleNotFoundError: No module named '{HOSTILE}'", service=NAME, severity="ERROR")
        for number in range(3)
    ]
    lines += [
        entry(9, "Container called exit(1).", service=NAME, severity="ERROR", labels={"instanceId": NAME})
    ]
    return triage.load(lines)


def shown(logs: Logs) -> list[Any]:
    return [
        logs,
        logs.timeline,
        logs.diagnosis,
        *logs.diagnosis.incidents,
        *(one.evidence for one in logs.diagnosis.incidents),
    ]


def letters(html: str) -> str:
    """Return the text of a page without elements and blanks."""
    return re.sub(r"\s", "", unescape(re.sub(r"<[^>]*>", "", html)))


def test_diagnosis_shows_verdict_cause_evidence_and_ruled_out_causes(example: Logs) -> None:
    page = example.diagnosis._repr_html_()
    for printed in (
        "READY, 1 open incident",
        "no check was made",
        "GET /ws/health 503",
        "Ruled out",
        "What these logs cannot show",
    ):
        assert printed in page


def test_evidence_links_to_logs_explorer(example: Logs) -> None:
    evidence = example.diagnosis.incidents[0].evidence
    assert '<a href="https://console.cloud.google.com/logs/query;' in evidence._repr_html_()
    assert "[E1](https://console.cloud.google.com/logs/query;" in evidence._repr_markdown_()
    assert list(evidence.to_frame()["id"]) == [line.id for line in evidence]


def test_html_and_markdown_have_the_same_text(example: Logs) -> None:
    for one in shown(example):
        rendered = cmarkgfm.github_flavored_markdown_to_html(one._repr_markdown_())
        assert letters(rendered) == letters(one._repr_html_())


def test_log_text_is_escaped(hostile: Logs) -> None:
    assert hostile.diagnosis.incidents
    for one in shown(hostile):
        page = one._repr_html_()
        rendered = cmarkgfm.github_flavored_markdown_to_html(one._repr_markdown_())
        for text in (page, rendered):
            assert "<img" not in text
            assert "javascript:" not in "".join(re.findall(r"<a [^>]*>", text))
            assert "\x1b" not in text
            assert "\u202e" not in text
        assert page.startswith('<div class="tex2jax_ignore')
        outside_of_code = re.sub(r"<code>.*?</code>", "", rendered, flags=re.DOTALL)
        assert "$" not in outside_of_code
        assert "@" not in outside_of_code


def test_secrets_are_neither_shown_nor_stored(hostile: Logs) -> None:
    for one in shown(hostile):
        assert SECRET not in one._repr_html_() + one._repr_markdown_() + repr(one)
    assert SECRET not in str(hostile.diagnosis.incidents[0].evidence[0])
    assert SECRET not in hostile.diagnosis.to_frame().to_string() + hostile.to_frame().to_string()


def test_empty_logs_have_a_display() -> None:
    logs = triage.load([])
    assert "NO DATA" in logs.diagnosis._repr_html_()
    assert "No runs:" in logs.timeline._repr_html_()
    assert "0 records" in logs._repr_markdown_()


def test_gaps_are_shown(tmp_path: Path) -> None:
    (tmp_path / "cut.json").write_text(EXAMPLE.read_text(encoding="utf-8")[:20_000], encoding="utf-8")
    page = triage.load(tmp_path / "cut.json")._repr_html_()
    assert "Not read" in page
    assert "cut.json" in page


def test_repr_is_short(example: Logs) -> None:
    assert repr(example) == f"<Logs of {EXAMPLE}>"
    assert repr(example.timeline) == f"<Timeline of {len(example.timeline.runs)} runs>"
    assert repr(example.diagnosis).startswith("<Diagnosis: READY, 1 open incident, ")
    assert repr(example.diagnosis.incidents[0]).startswith("<Incident gate-header-check: ")
    assert repr(example.diagnosis.incidents[0].evidence) == "<Evidence E1, E2, E3, E4, E5>"
