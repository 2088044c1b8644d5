"""What may stand before a subject is what the decoder removes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.alerts.line_start import START, prefix_of_logger
from triage.entries.strip_prefix import strip_log_prefix
from triage.lql.regex import compile_regex
from triage.text import subject

PREFIXES = [
    "",
    "2025-09-13 17:43:01.123 | ERROR    | shop.db:connect:12 - ",
    "2025-09-13T17:43:01 | INFO | shop:run:7 | ",
    "2025-09-13 17:43:01,123 - shop.db - ERROR - ",
    "2025-09-13 17:43:01 - WARNING - ",
    "[2025-09-13 17:43:01 +0000] [7] [CRITICAL] ",
    "ERROR:    ",
    "WARNING:  ",
    "\x1b[31m",
    "\x1b[1;31mERROR:    \x1b[0m",
]
MARKS = ["", " ", "🔴 ", "⚠️  ", "[U+1F534] ", "[??] ", "?? ", "ðŸ”´ ", "SEARCH: ", "ALERT: CHART: "]
START_OF = compile_regex(f"^{START}disk full")


@pytest.mark.parametrize("prefix", PREFIXES)
@pytest.mark.parametrize("marks", MARKS)
def test_prefixes_and_marks_are_skipped(prefix: str, marks: str) -> None:
    text = f"{prefix}{marks}disk full"
    assert subject(strip_log_prefix(text).message) == "disk full"
    assert START_OF.matches(text)


@given(st.sampled_from(PREFIXES), st.text(alphabet="ab: |-[]?⚠é\t", max_size=6))
def test_what_the_decoder_leaves_is_not_skipped(prefix: str, between: str) -> None:
    text = f"{prefix}{between}disk full"
    assert START_OF.matches(text) is subject(strip_log_prefix(text).message).startswith("disk full")


def test_prefixes_of_other_loggers_are_told_apart() -> None:
    own, other = compile_regex(prefix_of_logger("shop")), compile_regex(prefix_of_logger(""))
    for text in PREFIXES[1:4]:
        assert own.matches(text)
    assert not own.matches("2025-09-13 17:43:01,123 - uvicorn.error - ERROR - shop")
    assert other.matches("2025-09-13 17:43:01,123 - uvicorn.error - ERROR - shop")
    assert not other.matches("2025-09-13 17:43:01 - WARNING - shop")
