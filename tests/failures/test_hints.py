"""Hints leave out only searches that find nothing."""

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from triage.failures import complaints, decisive, last_words, levels
from triage.failures.complaints import holds_complaint
from triage.failures.decisive import complains, find_decisive_line, find_last_exception
from triage.failures.last_words import announces_retry, is_told_to_end, repeats, said_before_hint, sums_up
from triage.failures.levels import read_level
from triage.rules import load_packs
from triage.text import Hints

PIECES = st.sampled_from(
    [
        *(sample for pack in load_packs() for rule in pack.rules for sample in rule.hits),
        *(f"{word}: x" for word in decisive._ENDINGS),
        "Unhandled PROMISE rejection",
        "UNHANDLEDPROMISEREJECTION: x",
        "(node:1) UnhandledPromiseRejectionWarning: Error: x",
        "panic: x",
        "SIGSEGV: segmentation violation",
        "runtime error: x",
        "  at shop.Orders(Orders.java:1)",
        "\tat x (y:1)",
        "Caused by:",
        "    0: a",
        "fail: Shop[0]",
        "      x",
        "    ",
        "it FAILED",
        "request timed out",
        "Could not connect",
        "\N{LATIN SMALL LETTER LONG S}tate: un\N{LATIN SMALL LETTER LONG S}upported",
        "process exiting with 1",
        "Run with --trace",
        "configuration file contains errors, aborting.",
        "Shop stopped because of an error",
        "Retrying in 2s",
        "3 RETRIES left",
        "reconnected",
        "will try again in a minute",
        "attempt 2/5",
        "During handling of the above exception, another exception occurred:",
        "Caused by: x",
        " ---> x",
    ]
)


def all_of(text: str) -> tuple[object, ...]:
    """Return what every search that has hints finds in a text."""
    decisive_line = find_decisive_line(text)
    return (
        decisive_line,
        find_last_exception(text, decisive_line.text),
        *(
            search(text)
            for search in (
                complains,
                is_told_to_end,
                said_before_hint,
                announces_retry,
                repeats,
                sums_up,
                read_level,
            )
        ),
    )


@pytest.mark.parametrize("pattern", [complaints._USUAL, complaints._RARE])
@settings(max_examples=examples(1000))
@given(st.data())
def test_each_complaint_holds_a_hint(pattern: Any, data: st.DataObject) -> None:
    text = data.draw(st.from_regex(re.compile(pattern.pattern, re.IGNORECASE), fullmatch=True))
    assert holds_complaint(text)


@given(st.lists(PIECES, min_size=1, max_size=4).map("\n".join))
def test_hints_exclude_nothing_that_a_search_finds(text: str) -> None:
    by_hints = all_of(text)
    with pytest.MonkeyPatch.context() as patch:
        anything = Hints([() for _ in range(32)])
        for module, name in ((decisive, "_HINTS"), (complaints, "_HINTS"), (levels, "_HINTS")):
            patch.setattr(module, name, anything)
        for module, name in (
            (last_words, "_ENDING_WORDS"),
            (last_words, "_HINT_WORDS"),
            (last_words, "_REPEATING_WORDS"),
            (last_words, "_RETRY_WORDS"),
            (last_words, "_SUMMARY_WORDS"),
            (decisive, "_DEEPER_WORDS"),
        ):
            patch.setattr(module, name, ("",))
        patch.setattr(decisive, "_HANDLED_WORDS", "")
        assert all_of(text) == by_hints
