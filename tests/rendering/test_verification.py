"""Verification report: answer, ticked metrics and escaped log text."""

import re
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as some

from tests.examples import examples
from tests.rendering.test_untrusted_text import ALLOWED, page, pieces
from triage.errors import UsageError
from triage.models import (
    Comparison,
    Diagnosis,
    ErrorChange,
    IncidentChange,
    InsufficientData,
    OutcomeChange,
    OutcomeStats,
    Rate,
    Reason,
    RequestCounts,
    RevisionHistory,
    SideSummary,
    Timeline,
)
from triage.rendering.markdown_report import render_report, render_verification

Document = tuple[Diagnosis, Timeline]
SERVICE, NEW = "orders-backend-staging", "orders-backend-staging-00043-aaa"


def compared(poison: Callable[[str], str] = str, **changes: Any) -> Comparison:
    """Return a comparison; every text in it that a log can fill is poisoned."""
    side = SideSummary(
        name=poison("before.json"),
        verdict="not_ready",
        service=poison(SERVICE),
        revisions=[poison(NEW)] * 4,
        first="2026-03-17T14:00:00.000000Z",
        last="2026-03-17T15:00:00.000000Z",
        hours=1.0,
        instances=2,
    )
    few = Rate(count=3, instances=1, per_hour=3.0, per_instance=1.5)
    none = Rate(count=0, instances=0, per_hour=0.0, per_instance=0.0)
    fields: dict[str, Any] = {
        "change": "better",
        "because": [Reason(f"{poison(SERVICE)} was not ready and is ready", "better")],
        "before": side,
        "after": msgspec.structs.replace(side, name=poison("after.json"), verdict="ready"),
        "incidents": [
            IncidentChange(
                id="i",
                cause="check-redis",
                title=poison("Redis failed"),
                service=poison(SERVICE),
                change="gone",
                before=3,
                after=0,
            )
        ],
        "outcomes": [
            OutcomeChange(
                service=poison(SERVICE),
                kind="health",
                name=poison("/health"),
                before=OutcomeStats(good=0, total=8, counts={"503": 8}),
                after=OutcomeStats(good=8, total=8, counts={"200": 8}),
                change="better",
            ),
            OutcomeChange(
                service=poison(SERVICE),
                kind="boot",
                before=None,
                after=OutcomeStats(good=2, total=2, counts={"ready": 2}, median=1.5, p95=2.0),
                change="unclear",
            ),
        ],
        "errors": [
            ErrorChange(
                service=poison(SERVICE),
                shape=poison("full"),
                rule="",
                example=poison("queue was full"),
                insert_id="x",
                change="gone",
                sure=False,
                before=few,
                after=none,
            )
        ],
        "walks": [
            RevisionHistory(
                service=poison(SERVICE), revisions={}, last_good=poison(NEW), first_bad=poison(NEW)
            )
        ],
        "thin": [InsufficientData("before", poison(SERVICE), "2.0 minutes of logs give no rate, it takes 5")],
        "limits": ["AFTER lies before BEFORE: they may be the wrong way round"],
    }
    return Comparison(**(fields | changes))


def test_answer_comes_first_and_each_difference_has_numbers(gate: Document) -> None:
    text = render_verification(compared(), gate[0].incidents[0], gate[1], NEW)
    assert text.startswith(f"# Verification: `{SERVICE}`\n\n**AFTER is better.**\n\n- Better: ")
    assert f"| `/health` answered 2xx | `{SERVICE}` | 0 of 8 (8 with 503) | 8 of 8 | **better** |" in text
    assert f"| boots ready | `{SERVICE}` | none | 2 of 2 | only after |  | 1.5 s, 2 s |  |" in text
    assert f"| gone? | `{SERVICE}` | 3 (3 an hour, 1.5 an instance) | none | `queue was full` |" in text
    assert f"| `{SERVICE}` | `{NEW}` | `{NEW}`, or one that is older than these logs |" in text
    assert f"- BEFORE, `{SERVICE}`: 2.0 minutes of logs give no rate, it takes 5. What it" in text


def test_metric_is_ticked_if_after_reaches_it_else_reported_as_not_measured(gate: Document) -> None:
    incident, timeline = gate[0].incidents[0], gate[1]
    answered = RequestCounts(
        service=SERVICE, revision="r", kind="health", path="/ws/health", status=200, count=7,
        first="2026-03-17T14:00:00Z", last="2026-03-17T14:10:00Z",
    )  # fmt: skip
    after = msgspec.structs.replace(timeline, runs=[], requests=[answered])
    text = render_verification(compared(), incident, after, NEW)
    assert (
        "- [x] `/ws/health` returns 200 to a plain GET (within 24 hours): 7 of 7 health checks were answered 2xx (target: all)"
        in text
    )
    assert (
        "- [ ] The gate refuses no request before it has validated (within 24 hours): not measured: these logs hold no such run"
        in text
    )
    assert (
        "- [ ] The next occurrence raises an alert before a user reports it (within 1 month): not measured by these logs"
        in text
    )
    assert f"A box is ticked by what AFTER shows of `{NEW}`" in text


def test_no_incident_gives_no_plan_and_no_service_no_tick(gate: Document) -> None:
    empty = msgspec.structs.replace(gate[1], runs=[])
    none = render_verification(compared(), None, empty, "")
    assert "BEFORE shows no incident, so there is no plan whose metrics could be ticked." in none
    missing = render_verification(compared(), gate[0].incidents[0], empty, "")
    assert "so no box can be ticked" in missing
    assert "[x]" not in none + missing


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("worse", "AFTER is worse."),
        ("same", "AFTER is the same."),
        ("mixed", "AFTER is better in some things and worse in others."),
        ("unclear", "AFTER is neither better nor worse as far as these logs tell."),
    ],
)
def test_every_answer_has_a_sentence(gate: Document, change: str, expected: str) -> None:
    assert f"**{expected}**" in render_verification(compared(change=change, because=[]), None, gate[1], "")


@given(attack=some.lists(pieces, min_size=1, max_size=4).map("".join), before=some.booleans())
@example(attack=' "https://e.example"a|b', before=False)
@settings(max_examples=examples(25), suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_log_text_is_escaped(gate: Document, attack: str, *, before: bool) -> None:
    calm = page(render_verification(compared(), gate[0].incidents[0], gate[1], NEW))

    def attacked(text: str) -> str:
        return attack + text if before else text + attack

    text = render_verification(compared(attacked), gate[0].incidents[0], gate[1], attacked(NEW))
    shown = page(text)
    assert {tag.lower() for tag in re.findall(r"</?([a-zA-Z!][a-zA-Z0-9-]*)", shown)} <= ALLOWED
    for tag in ("h1", "h2", "h3", "details", "ol", "tbody", "tr", "td"):
        assert shown.count(f"<{tag}>") == calm.count(f"<{tag}>")
    assert not re.findall(r'href="([^"#]*)"', shown)
    assert not re.search(r"@[A-Za-z0-9]", text)
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u202e]", text)


def test_secrets_are_masked_and_counted(gate: Document) -> None:
    text = render_verification(compared(lambda text: f"{text} password=canary1"), None, gate[1], "")
    assert "canary1" not in text
    assert "Masked in this report: " in text


def test_report_rejects_the_verification_template(gate: Document) -> None:
    with pytest.raises(UsageError, match="triage compare BEFORE AFTER --format markdown"):
        render_report(*gate, template="verification")
