"""Gate result as Markdown for a step summary."""

import re

import cmarkgfm
from cmarkgfm.cmark import Options
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tests.rendering.gates import ATTACKS, TOKEN, failed, inconclusive, passed, poisoned
from triage.rendering.markdown_report import render_gate_summary


def page(markdown: str) -> str:
    return str(cmarkgfm.github_flavored_markdown_to_html(markdown, options=Options.CMARK_OPT_UNSAFE))


def cells(markdown: str) -> list[list[str]]:
    rows = re.findall(r"<tr>(.*?)</tr>", page(markdown), re.DOTALL)
    return [
        [re.sub("<[^>]*>", "", cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL)]
        for row in rows
    ]


def test_each_criterion_is_a_row_with_its_measured_value() -> None:
    rows = [row for row in cells(render_gate_summary(failed())) if len(row) == 4]
    assert rows[0] == [
        "failed",
        "the diagnosis calls the revision ready or degraded",
        "it calls it not ready; the boot that ended at 2026-03-17T14:01:59.101000Z failed",
        "E1",
    ]
    assert [row[0] for row in rows[:7]] == ["failed", "not measured", "met", "met", "failed", "failed", "met"]


def test_evidence_follows_with_its_insert_id() -> None:
    rows = cells(render_gate_summary(failed()))
    assert ["E2", "2026-03-17 14:01:59.102", "GET /ws 503", "68c62ef800080002"] in rows


def test_rollback_is_a_copyable_block() -> None:
    text = render_gate_summary(failed())
    assert "```bash\ngcloud run services update-traffic orders-backend-staging --to-revisions=" in text
    assert "The last good revision is `orders-backend-staging-00041-kxw`." in text
    assert "Replace `PROJECT` with your own values." in text


def test_optional_criterion_without_measurement_is_marked() -> None:
    assert "| not measured (optional) |" in render_gate_summary(passed())
    assert render_gate_summary(passed()).startswith("## Gate: passed\n")
    assert "## Gate: inconclusive" in render_gate_summary(inconclusive())
    assert "Roll back" not in render_gate_summary(passed())


def test_secrets_are_masked() -> None:
    assert TOKEN not in render_gate_summary(failed())


pieces = st.one_of(st.sampled_from(ATTACKS), st.text(st.characters(exclude_categories=[]), max_size=12))


@given(attack=st.lists(pieces, min_size=1, max_size=4).map("".join), before=st.booleans())
@settings(max_examples=examples(60))
def test_log_text_is_escaped(attack: str, *, before: bool) -> None:
    calm = page(render_gate_summary(failed()))
    text = render_gate_summary(poisoned(failed(), lambda text: attack + text if before else text + attack))
    shown = page(text)
    for tag in ("h1", "h2", "h3", "table", "tr", "td", "pre", "ul", "ol", "a", "img", "script"):
        assert len(re.findall(rf"<{tag}[ >]", shown)) == len(re.findall(rf"<{tag}[ >]", calm))
    assert not re.search(r"@[A-Za-z0-9]", text)
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028]", text)
