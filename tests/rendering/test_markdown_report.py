"""Markdown reports: content, and what they must not contain."""

import html
import re
from collections.abc import Callable
from zoneinfo import ZoneInfo

import cmarkgfm
import msgspec
import pytest
from cmarkgfm.cmark import Options

from triage.models import Coverage, Diagnosis, ServiceState, ServiceVerdict, Timeline
from triage.rendering.markdown_report import render_report

Document = tuple[Diagnosis, Timeline]
Poison = Callable[[Document, Callable[[str], str]], Document]
MARKDOWN = ["remediation", "comment", "postmortem"]


def page(markdown: str) -> str:
    return str(cmarkgfm.github_flavored_markdown_to_html(markdown, options=Options.CMARK_OPT_UNSAFE))


def headings(markdown: str) -> list[str]:
    return [
        html.unescape(re.sub("<[^>]*>", "", text))
        for text in re.findall(r"<h[23]>(.*?)</h[23]>", page(markdown))
    ]


def section(markdown: str, title: str) -> str:
    return re.split(r"^## ", markdown.partition(f"\n## {title}")[2], flags=re.MULTILINE)[0]


def test_report_has_the_sections_in_order(gate: Document) -> None:
    found = [
        title
        for title in headings(render_report(*gate))
        if not title.startswith(("Fix ", "Solution ", "Improvement "))
    ]
    assert found == [
        "Executive Summary", "Investigation Findings", "Confirmed working", "Root cause identified", "Timeline",
        "Immediate Fixes (P0): today", "What does not fix it", "Short-term Solutions (P1): within this sprint",
        "Long-term Improvements (P2)", "Validation Steps", "Rollback Plan", "Success Metrics",
        "Immediate success (within 24 hours)", "Short-term success (within 1 week)", "Long-term success (within 1 month)",
        "Implementation Priority", "Business Impact", "Next Actions", "Evidence", "What these logs cannot show",
    ]  # fmt: skip


def test_verdict_and_coverage_are_the_first_two_lines(gate: Document, database: Document) -> None:
    first, second = render_report(*database).splitlines()[2:4]
    assert first.startswith(
        "**Verdict: not ready.** The database check failed (check: `database`; confidence: high; P0)"
    )
    assert second == (
        "**Coverage:** 1,000 entries from 2 files (`a.json`, `b.json`); 2 duplicate; 1 broken; a round "
        "number of entries: "
        "older ones may be missing."
    )
    assert (
        render_report(*gate)
        .splitlines()[2]
        .startswith("**Verdict: ready.** `orders-backend-staging`, revision")
    )


def test_executive_summary_names_problem_impact_and_root_cause(gate: Document) -> None:
    text = section(render_report(*gate), "Executive Summary")
    assert [label in text for label in ("**Problem:**", "**Impact:**", "**Root Cause:**")] == [True] * 3


@pytest.mark.parametrize("template", MARKDOWN)
def test_every_citation_links_to_one_evidence_line(gate: Document, template: str) -> None:
    shown = page(render_report(*gate, template=template))
    targets = re.findall(r'<a id="([^"]+)"', shown)
    assert set(re.findall(r'href="#([^"]+)"', shown)) <= set(targets)
    assert len(targets) == len(set(targets)) == len(gate[0].incidents[0].evidence)


def test_every_statement_of_cause_cites_evidence(gate: Document) -> None:
    text = render_report(*gate)
    assert re.search(
        r"\*\*Root Cause:\*\* .*no check was made \[E1\]\(#i1-e1\), \[E2\]\(#i1-e2\) \(confidence: high\)",
        text,
    )
    claims = re.findall(r"^\d\. .*$", text.partition("### Root cause")[2].partition("###")[0], re.MULTILINE)
    assert len(claims) == 2
    assert all("](#i1-e" in claim for claim in claims)


def test_evidence_has_filter_link_insert_id_and_time(gate: Document) -> None:
    text = render_report(*gate)
    for line in gate[0].incidents[0].evidence:
        assert f"[`{line.insert_id}`](https://console.cloud.google.com/logs/query;query=" in text
        assert f"| {line.timestamp[:23].replace('T', ' ')} |" in text
    assert 'insertId=("68c62ef800080002" OR "68c62ef800080001")' in text


def test_bypass_is_marked_as_a_symptom_fix(gate: Document) -> None:
    text = render_report(*gate)
    assert (
        "BYPASS_WEBSOCKET_READINESS_STAGING"
        in text.partition("### What does not fix it")[2].partition("## Short-term")[0]
    )
    assert not [title for title in headings(text) if "Bypass" in title]
    assert "Not planned, because it does not fix the cause: Bypass" in text
    assert any("Exempt the HTTP endpoints" in title for title in headings(text))
    assert any("Probe with upgrade headers" in title for title in headings(text))


def test_passed_checks_come_from_the_last_validation_if_the_incident_has_none(
    gate: Document,
) -> None:
    text = section(render_report(*gate), "Investigation Findings")
    assert "- `database` passed in `v-3` (insertId `id-database`)" in text
    assert "- Ruled out: `auth_validation`: a refusal" not in text
    assert (
        "These runs made no check of the readiness chain. The last validation that did, `v-3`, ended ready"
        in text
    )


def test_chain_shows_failed_warned_and_not_reached_checks(database: Document) -> None:
    text = render_report(*database)
    for node in (
        'c1["database: FAILED"]:::failed',
        'c2["redis: passed"]:::passed',
        'c3["auth_validation: failed, not critical"]:::warned',
        'c6["websocket_integration: not reached"]:::not_reached',
    ):
        assert node in text
    assert "| `database` | **failed** |" in text
    assert "| `auth_validation` | failed, not critical |" in text


def test_commands_are_filled_and_missing_names_are_listed(gate: Document, database: Document) -> None:
    assert (
        "gcloud run services describe orders-backend-staging --region=us-central1 --project=demo-project"
        in render_report(*gate)
    )
    text = render_report(*database)
    assert "--to-revisions=orders-backend-staging-00041-kxw=100 --region=REGION --project=PROJECT" in text
    assert "The last revision that these logs show ready is `orders-backend-staging-00041-kxw`." in text
    assert "Replace PROJECT, REGION, INSTANCE: these logs do not name them." in text
    assert "**stays pinned**" in section(text, "Rollback Plan")


def test_rollback_revision_is_not_invented(database: Document) -> None:
    diagnosis, timeline = database
    state = msgspec.structs.replace(diagnosis.services[0], revisions={})
    text = render_report(msgspec.structs.replace(diagnosis, services=[state]), timeline)
    assert "--to-revisions=LAST_GOOD_REVISION=100" in text
    assert "These logs show no other revision that was ready" in text


def test_metric_is_ticked_only_if_its_target_is_reached(gate: Document, database: Document) -> None:
    assert (
        "- [ ] The gate refuses no request before it has validated: 0 of 2 judged requests were let through "
        "to a verdict (target: all)" in render_report(*gate)
    )
    diagnosis, timeline = database
    assert (
        "- [ ] Every readiness validation ends ready: 0 of 1 validations ended ready (target: all)"
        in render_report(*database)
    )
    ready = timeline.runs[0]
    decided = msgspec.structs.replace(diagnosis.services[0], revision=ready.revision)
    healed = msgspec.structs.replace(diagnosis, services=[decided])
    assert (
        "- [x] Every readiness validation ends ready: 1 of 1 validations ended ready (target: all)"
        in render_report(healed, timeline)
    )
    unmeasured = msgspec.structs.replace(timeline, runs=[])
    assert "- [ ] Every readiness validation ends ready: not measured" in render_report(diagnosis, unmeasured)


def test_old_revision_ticks_no_metric(database: Document) -> None:
    diagnosis, timeline = database
    serving = msgspec.structs.replace(timeline.runs[0], id="v-later", started="2026-03-17T15:00:00Z")
    later = msgspec.structs.replace(timeline, runs=[*timeline.runs, serving])
    assert "Every readiness validation ends ready: 0 of 1 validations ended ready" in render_report(
        diagnosis, later
    )


def test_unknown_facts_are_left_open(gate: Document) -> None:
    text = render_report(*gate)
    assert section(text, "Business Impact").strip() == "Unknown. To add it, use `--impact TEXT`."
    assert "Lines at DEBUG do not reach the log" in section(text, "What these logs cannot show")
    assert "**Authors:** _to be filled in_" in render_report(*gate, template="postmortem")
    assert (
        section(render_report(*gate, impact="12 % of *all* orders"), "Business Impact").strip()
        == "12 % of `*all*` orders"
    )


def test_gaps_are_listed_by_file_name(database: Document) -> None:
    text = render_report(*database)
    assert '- `a.json`, record 17: `not JSON: "{"`' in text
    assert "someone" not in text


def test_first_incident_is_full_and_others_are_short(database: Document) -> None:
    text = render_report(*database)
    others = section(text, "Other incidents")
    assert "### 2. An error that no rule knows: `[LEGACY MODE] it *broke*`" in others
    assert others.count("How to fix it:") == 10
    assert "And 4 more" in others
    assert "**Timeframe:**" not in others


def test_similar_runs_are_one_row_of_the_timeline(gate: Document) -> None:
    assert "| `g-5` and 1 similar |" in render_report(*gate)


def test_comment_starts_with_verdict_cause_key_lines_and_next_command(
    gate: Document, database: Document
) -> None:
    visible = re.sub(r"<details>.*?</details>", "", render_report(*gate, template="comment"), flags=re.DOTALL)
    assert visible.startswith("**Verdict: ready.**")
    assert (
        "**Cause:** A plain request on `/ws/health` returned 503 from the application [E1](#i1-e1)."
        in visible
    )
    assert len(re.findall(r"^\| \[E\d\]", visible, re.MULTILINE)) == 3
    assert "**Next:** Exempt the HTTP endpoints" in visible
    assert len([line for line in visible.splitlines() if line.strip()]) < 20
    waiting = render_report(*database, template="comment")
    assert (
        "gcloud logging read 'resource.labels.service_name=\"orders-backend-staging\"' --project=PROJECT"
        in waiting
    )


def test_comment_is_far_below_the_size_limit(gate: Document) -> None:
    diagnosis, timeline = gate
    big = msgspec.structs.replace(
        diagnosis.incidents[0],
        evidence=[
            msgspec.structs.replace(line, message="x" * 600) for line in diagnosis.incidents[0].evidence
        ]
        * 5,
    )
    diagnosis = msgspec.structs.replace(diagnosis, incidents=[big] * 30)
    assert len(render_report(diagnosis, timeline, template="comment")) < 65_536


def test_postmortem_has_the_headings_of_the_sre_book(gate: Document) -> None:
    text = render_report(*gate, template="postmortem")
    for label in (
        "Date",
        "Authors",
        "Status",
        "Summary",
        "Impact",
        "Root Causes",
        "Trigger",
        "Resolution",
        "Detection",
    ):
        assert f"**{label}:**" in text
    for title in (
        "Action Items",
        "Lessons Learned",
        "What went well",
        "What went wrong",
        "Where we got lucky",
        "Timeline",
    ):
        assert title in headings(text)
    assert "| _open_ | _open_ |" in text


def test_summary_is_one_screen_of_plain_text(gate: Document, database: Document) -> None:
    for document in (gate, database):
        lines = render_report(*document, template="summary").splitlines()
        assert len(lines) <= 24
        assert max(map(len, lines)) <= 80
    assert lines[0] == "NOT READY  orders-backend-staging"


@pytest.mark.parametrize("template", [*MARKDOWN, "summary"])
@pytest.mark.parametrize("verdict", ["ready", "inconclusive", "no_data"])
def test_report_without_incident_states_what_is_known(template: str, verdict: ServiceVerdict) -> None:
    coverage = Coverage(files=["x.json"], entries=0 if verdict == "no_data" else 7)
    states = (
        []
        if verdict == "no_data"
        else [ServiceState(service="shop", verdict=verdict, why="as seen", primary=True)]
    )
    text = render_report(
        Diagnosis(verdict=verdict, services=states, coverage=coverage),
        Timeline(coverage=coverage, runs=[]),
        template=template,
    )
    assert {"ready": "ready", "inconclusive": "inconclusive", "no_data": "no data"}[verdict] in text.lower()
    assert "from 1 file" in text
    assert "None" not in text
    assert "``" not in text.replace("```", "")


def test_local_time_is_shown_beside_utc_if_a_zone_is_given(gate: Document) -> None:
    text = render_report(*gate, zone=ZoneInfo("America/Los_Angeles"))
    assert "| 2026-03-17 14:01:59.101 | 2026-03-17 07:01:59 PDT |" in text
    assert "Local time" not in render_report(*gate)


def test_secrets_are_masked_and_counted(gate: Document, poisoned: Poison) -> None:
    document = poisoned(gate, lambda text: f"{text} token=canary-A1b2C3 ada@example.org")
    for template in [*MARKDOWN, "summary"]:
        text = render_report(*document, template=template)
        assert "canary-A1b2C3" not in text
        assert "ada@example" not in text
    assert re.search(r"Masked in this report: \d+ × email, \d+ × token\.", render_report(*document))
    assert "Nothing had to be masked" in render_report(*gate)
