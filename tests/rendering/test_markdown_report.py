"""Markdown reports: content, and what they must not contain."""

import html
import re
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import cmarkgfm
import msgspec
import pytest
from cmarkgfm.cmark import Options

from triage.errors import UsageError
from triage.models import Coverage, Diagnosis, Gap, ServiceState, ServiceVerdict, Timeline
from triage.rendering.incident_view import IncidentView
from triage.rendering.markdown_report import render_report

Document = tuple[Diagnosis, Timeline]
Poison = Callable[[Document, Callable[[str], str]], Document]
MARKDOWN = ["ticket", "remediation", "postmortem"]


def plan(*document: Any, **options: Any) -> str:
    return render_report(*document, template="remediation", **options)


def visible(ticket: str) -> str:
    """Return what of a ticket is read before its folds."""
    return re.sub(r"<details>.*?</details>\s*", "", ticket, flags=re.DOTALL)


def page(markdown: str) -> str:
    return str(cmarkgfm.github_flavored_markdown_to_html(markdown, options=Options.CMARK_OPT_UNSAFE))


def headings(markdown: str) -> list[str]:
    return [
        html.unescape(re.sub("<[^>]*>", "", text))
        for text in re.findall(r"<h[23]>(.*?)</h[23]>", page(markdown))
    ]


def section(markdown: str, title: str) -> str:
    return re.split(r"^## ", markdown.partition(f"\n## {title}")[2], flags=re.MULTILINE)[0]


def test_plan_has_the_sections_in_order_with_mitigation_first(gate: Document) -> None:
    found = [title for title in headings(plan(*gate)) if not re.match(r"\d+\. ", title)]
    assert found == [
        "Mitigation and rollback", "Root cause", "Fixes", "What does not fix it", "Validation", "Alert", "Timeline",
        "Evidence", "What these logs cannot show",
    ]  # fmt: skip


def test_plan_states_verdict_and_coverage_first(gate: Document, database: Document) -> None:
    first, _, second = plan(*database).splitlines()[2:5]
    assert first == "**Not ready: The database check failed**"
    assert second == (
        "**Coverage:** 1,000 entries from 2 files (`a.json`, `b.json`); 2 duplicate; 1 broken; a round "
        "number of entries: "
        "older ones may be missing."
    )
    assert plan(*gate).splitlines()[2].startswith("**Ready, 1 open incident: The readiness middleware")


def test_plan_has_its_title_and_each_fix_once(gate: Document, database: Document) -> None:
    for document in (gate, database):
        text = plan(*document)
        view = IncidentView(1, document[0].incidents[0], None, document[1])
        assert text.count(f": {view.title}**") == 1
        for fix in view.playbook.fixes:
            assert text.count(f"{fix.title}\n") + text.count(f"**{fix.title}**") == 1


@pytest.mark.parametrize("template", MARKDOWN)
def test_every_citation_links_to_one_evidence_line(gate: Document, template: str) -> None:
    shown = page(render_report(*gate, template=template))
    targets = re.findall(r'<a id="([^"]+)"', shown)
    assert set(re.findall(r'href="#([^"]+)"', shown)) <= set(targets)
    assert len(targets) == len(set(targets)) == 2


def test_every_statement_of_cause_cites_evidence(gate: Document) -> None:
    claims = re.findall(r"^\d\. .*$", section(plan(*gate), "Root cause"), re.MULTILINE)
    assert len(claims) == 2
    assert all("](#i1-e" in claim for claim in claims)


def test_evidence_has_filter_link_insert_id_and_time(gate: Document) -> None:
    text = section(plan(*gate), "Evidence")
    for line in gate[0].incidents[0].evidence[:2]:
        assert f"[`{line.insert_id}`](https://console.cloud.google.com/logs/query;query=" in text
        assert f"| {line.timestamp[:23].replace('T', ' ')} |" in text
    assert "This filter finds these lines and 1 more line of the incident in Logs Explorer:" in text
    assert '\n  insertId="68c62ef800080001"\n  OR insertId="68c62ef800080002"\n' in text


def test_bypass_is_marked_as_a_symptom_fix(gate: Document) -> None:
    text = plan(*gate)
    symptoms = text.partition("### What does not fix it")[2].partition("## Validation")[0]
    assert "BYPASS_WEBSOCKET_READINESS_STAGING" in symptoms
    assert not [title for title in headings(text) if "Bypass" in title]
    assert any("Exempt the HTTP endpoints" in title for title in headings(text))
    assert any("Probe with upgrade headers" in title for title in headings(text))


def test_passed_checks_come_from_the_last_validation_if_the_incident_has_none(
    gate: Document,
) -> None:
    text = section(plan(*gate), "Root cause")
    assert "- Passed in `v-3`: `database`, `redis`, `auth_validation`" in text
    assert "- `auth_validation`: a refusal" not in text
    assert (
        "These runs made no check of the readiness chain. The last validation that did, `v-3`, ended ready"
        in text
    )


def test_chain_shows_failed_warned_and_not_reached_checks(database: Document) -> None:
    text = plan(*database)
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
        in plan(*gate)
    )
    text = plan(*database)
    assert "--to-revisions=orders-backend-staging-00041-kxw=100 --region=REGION --project=PROJECT" in text
    assert "The last revision that these logs show ready is `orders-backend-staging-00041-kxw`." in text
    assert "Replace PROJECT, REGION, INSTANCE: triage does not know them." in text
    assert "stays pinned" in section(text, "Mitigation and rollback")


def test_rollback_revision_is_not_invented(database: Document) -> None:
    diagnosis, timeline = database
    state = msgspec.structs.replace(diagnosis.services[0], revisions={})
    text = plan(msgspec.structs.replace(diagnosis, services=[state]), timeline)
    assert "--to-revisions=LAST_GOOD_REVISION=100" in text
    assert "These logs show no other revision that was ready" in text


def test_metric_is_ticked_only_if_its_target_is_reached(gate: Document, database: Document) -> None:
    assert (
        "- [ ] The gate refuses no request before it has validated (within 24 hours): 0 of 2 judged requests "
        "were let through to a verdict (target: all)" in plan(*gate)
    )
    diagnosis, timeline = database
    every = "Every readiness validation ends ready (within 24 hours)"
    assert f"- [ ] {every}: 0 of 1 validations ended ready (target: all)" in plan(*database)
    ready = timeline.runs[0]
    decided = msgspec.structs.replace(diagnosis.services[0], revision=ready.revision)
    healed = msgspec.structs.replace(diagnosis, services=[decided])
    assert f"- [x] {every}: 1 of 1 validations ended ready (target: all)" in plan(healed, timeline)
    unmeasured = msgspec.structs.replace(timeline, runs=[])
    assert f"- [ ] {every}: not measured" in plan(diagnosis, unmeasured)


def test_old_revision_ticks_no_metric(database: Document) -> None:
    diagnosis, timeline = database
    serving = msgspec.structs.replace(timeline.runs[0], id="v-later", started="2026-03-17T15:00:00Z")
    later = msgspec.structs.replace(timeline, runs=[*timeline.runs, serving])
    assert "Every readiness validation ends ready (within 24 hours): 0 of 1 validations ended ready" in plan(
        diagnosis, later
    )


def test_unknown_facts_are_left_open(gate: Document) -> None:
    text = plan(*gate)
    assert "business impact: unknown (`--impact TEXT` adds it)" in text
    assert "Lines at DEBUG do not reach the log" in section(text, "What these logs cannot show")
    assert "**Authors:** _to be filled in_" in render_report(*gate, template="postmortem")
    assert "12 % of `*all*` orders" in plan(*gate, impact="12 % of *all* orders")


def test_gaps_are_listed_by_file_name(database: Document) -> None:
    text = plan(*database)
    assert '- `a.json`, record 17: `not JSON: "{"`' in text
    assert "someone" not in text


def test_first_incident_is_full_and_others_are_one_line(database: Document) -> None:
    others = section(plan(*database), "Other incidents")
    assert "- An error that no rule explains: `[LEGACY MODE] it *broke*`; " in others
    assert others.count(" Fix: ") == 10
    assert "And 4 more" in others
    assert "**Takes:**" not in others


def test_similar_runs_are_one_row_of_the_timeline(gate: Document) -> None:
    assert "| `g-5` and 1 similar |" in plan(*gate)


def test_ticket_shows_the_answer_on_one_screen(gate: Document, database: Document) -> None:
    for document in (gate, database):
        lines = [line for line in visible(render_report(*document)).splitlines() if line.strip()]
        assert len(lines) <= 25
    text = visible(render_report(*gate))
    assert text.startswith("### Ready, 1 open incident: The readiness middleware refused plain HTTP requests")
    parts = [
        "**Service:**",
        "**Since:**",
        "**Confidence:**",
        "**Do now:**",
        "```bash",
        "**Then:**",
        "**Why**",
    ]
    assert sorted(parts, key=text.index) == parts
    assert text.count("](https://console.cloud.google.com/logs/query") == 2


def test_ticket_names_the_plan_in_its_last_line(gate: Document) -> None:
    assert "`triage report EXPORT --template remediation`" in render_report(*gate).splitlines()[-1]


def test_ticket_says_what_would_confirm_the_cause(database: Document) -> None:
    text = render_report(*database)
    assert "**To confirm:** " in visible(text)
    assert (
        "gcloud logging read 'resource.labels.service_name=\"orders-backend-staging\"' --project=PROJECT"
        in text
    )


def test_ticket_of_an_incident_that_is_over_says_so(gate: Document) -> None:
    over = msgspec.structs.replace(gate[0].incidents[0], recovered=True)
    diagnosis = msgspec.structs.replace(gate[0], incidents=[over], open_incidents=0)
    text = visible(render_report(diagnosis, gate[1]))
    assert text.startswith("### Ready; over (P1): ")
    assert "the service was ready afterwards" in text
    assert "Do now" not in text


def test_ticket_shows_a_gap_that_may_change_the_answer(gate: Document) -> None:
    gap = Gap("suppressed", "a.json", "the platform dropped 40 lines of this instance")
    coverage = msgspec.structs.replace(gate[0].coverage, gaps=[gap])
    text = visible(render_report(msgspec.structs.replace(gate[0], coverage=coverage), gate[1]))
    assert "**Limit:** The platform dropped 40 lines of this instance" in text


def test_former_name_of_the_ticket_is_refused_with_the_new_one(gate: Document) -> None:
    with pytest.raises(UsageError, match="the template comment is now ticket"):
        render_report(*gate, template="comment")


def test_ticket_is_far_below_the_size_limit(gate: Document) -> None:
    diagnosis, timeline = gate
    big = msgspec.structs.replace(
        diagnosis.incidents[0],
        evidence=[
            msgspec.structs.replace(line, message="x" * 600) for line in diagnosis.incidents[0].evidence
        ]
        * 5,
    )
    diagnosis = msgspec.structs.replace(diagnosis, incidents=[big] * 30)
    assert len(render_report(diagnosis, timeline)) < 65_536


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
        commands = [line for line in lines if line.startswith(("  gcloud ", "  git ", "  URL="))]
        assert len(lines) <= 24 + len(commands)
        assert max(len(line) for line in lines if line not in commands) <= 80
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
    text = plan(*gate, zone=ZoneInfo("America/Los_Angeles"))
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


def test_plan_and_ticket_name_the_command_that_makes_the_alert(gate: Document) -> None:
    [incident, *_] = gate[0].incidents
    command = f"triage alerts --service {incident.service} --cause {incident.cause} --format terraform"
    for template in ("remediation", "ticket"):
        assert command in render_report(*gate, template=template, alertable=[incident.cause])
        assert "triage alerts" not in render_report(*gate, template=template)
    watch = f"triage watch --service {incident.service} --project"
    assert watch in section(plan(*gate), "Alert")
