"""Two logs compared in a notebook: the same answer as on the command line, shown, and as a frame."""

from typing import Any

import pytest

import triage
from examples.make_example import AFTER, BEFORE
from tests.fakes.entries import entry
from tests.notebook.test_pages import HOSTILE, NAME, SECRET, letters
from triage import pipeline


@pytest.fixture(scope="module")
def mended() -> triage.Comparison:
    return triage.compare(BEFORE, triage.load(AFTER))


def test_the_answer_is_that_of_the_command(mended: triage.Comparison) -> None:
    exports = pipeline.compare_exports((str(BEFORE), str(AFTER)), packs=pipeline.load_packs())
    assert mended.to_dict() == exports.comparison.to_dict()
    assert repr(mended) == "<Comparison: AFTER is better>"


def test_what_is_asked_for_whole_lasts_as_long_as_it_was_asked_for() -> None:
    start, end = 1_773_900_000_000_000_000, 1_773_907_200_000_000_000
    selection = pipeline.Selection(since=start, until=end)
    logs = triage.notebook.Logs([], selection, pipeline.analyse([BEFORE]))
    assert triage.compare(logs, AFTER).before.hours == 2.0


def test_the_frame_has_a_row_for_each_error_shape(mended: triage.Comparison) -> None:
    frame = mended.to_frame()
    assert len(frame) == len(mended.errors)
    first = frame.iloc[0]
    assert (first["change"], first["before"], first["after"], bool(first["sure"])) == ("gone", 15, 0, True)
    assert first["before_per_instance"] == 3.75
    assert str(frame["before_per_hour"].dtype) == "Float64"


def test_the_page_shows_the_answer_the_sides_and_what_became_of_each(mended: triage.Comparison) -> None:
    html, markdown = mended._repr_html_(), mended._repr_markdown_()
    for said in ("BETTER", "Sides", "0 of 12", "new?", "Last good", "Usage report was not sent"):
        assert said in html
        assert said in markdown


def test_log_text_in_it_is_only_text_and_masked() -> None:
    lines: list[dict[str, Any]] = [
        entry(number, HOSTILE, service=NAME, severity="ERROR") for number in range(3)
    ]
    comparison = triage.compare(lines, lines)
    for shown in (comparison._repr_html_(), comparison._repr_markdown_()):
        assert SECRET not in shown
        assert "\x1b" not in shown
    assert "<img" not in comparison._repr_html_()
    assert "<imgsrc=x" in letters(comparison._repr_html_())
