"""``triage explain``: the most urgent fix first, in whole sentences."""

import re
from collections.abc import Callable
from typing import Any

Call = Callable[..., Any]


def test_fixes_of_a_cause_are_in_order_of_urgency(call: Call) -> None:
    text = call("explain", "startup-database").out.partition("How to fix it")[2].partition("What does not")[0]
    due = re.findall(r"Due: (today|this sprint|later)", text)
    assert due == sorted(due, key=["today", "this sprint", "later"].index)
    assert len(set(due)) > 1


def test_sentence_that_confirms_a_cause_begins_with_a_capital(call: Call) -> None:
    assert "\n  The logs of Cloud SQL" in call("explain", "startup-database").out
