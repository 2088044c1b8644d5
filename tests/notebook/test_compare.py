"""Comparison in a notebook: answer, display and DataFrame."""

from typing import Any

import pytest

import triage
from examples.make_example import AFTER, BEFORE
from tests.fakes.entries import entry
from tests.notebook.test_document_blocks import HOSTILE, NAME, SECRET, letters
from triage import pipeline


@pytest.fixture(scope="module")
def fixed() -> triage.Comparison:
    return triage.compare(BEFORE, triage.load(AFTER))


def test_answer_equals_that_of_the_command(fixed: triage.Comparison) -> None:
    exports = pipeline.compare_exports((str(BEFORE), str(AFTER)), packs=pipeline.load_packs())
    assert fixed.to_dict() == exports.comparison.to_dict()
    assert repr(fixed) == "<Comparison: AFTER is better>"


def test_complete_window_has_the_requested_length() -> None:
    start, end = 1_773_900_000_000_000_000, 1_773_907_200_000_000_000
    selection = pipeline.Selection(since=start, until=end)
    logs = triage.notebook.Logs([], selection, pipeline.analyze([BEFORE]))
    assert triage.compare(logs, AFTER).before.hours == 2.0


def test_frame_has_a_row_per_error_pattern(fixed: triage.Comparison) -> None:
    frame = fixed.to_frame()
    assert len(frame) == len(fixed.errors)
    first = frame.iloc[0]
    assert (first["change"], first["before"], first["after"], bool(first["sure"])) == ("gone", 15, 0, True)
    assert first["before_per_instance"] == 3.75
    assert str(frame["before_per_hour"].dtype) == "Float64"


def test_page_shows_answer_sides_and_changes(fixed: triage.Comparison) -> None:
    html, markdown = fixed._repr_html_(), fixed._repr_markdown_()
    for printed in ("BETTER", "Sides", "0 of 12", "new?", "Last good", "Usage report was not sent"):
        assert printed in html
        assert printed in markdown


def test_log_text_is_escaped_and_masked() -> None:
    lines: list[dict[str, Any]] = [
        entry(number, HOSTILE, service=NAME, severity="ERROR") for number in range(3)
    ]
    comparison = triage.compare(lines, lines)
    for shown in (comparison._repr_html_(), comparison._repr_markdown_()):
        assert SECRET not in shown
        assert "\x1b" not in shown
    assert "<img" not in comparison._repr_html_()
    assert "<imgsrc=x" in letters(comparison._repr_html_())
