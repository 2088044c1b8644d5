"""HTML report: content, and escaped log text."""

import re
from base64 import b64encode
from collections.abc import Callable
from hashlib import sha256
from html.parser import HTMLParser
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tests.rendering.conftest import NEW, SERVICE, incident, run
from triage.models import Chain, Coverage, Diagnosis, RequestCounts, ServiceState, Timeline
from triage.models.pack import Check
from triage.rendering.html_report import render_html
from triage.rendering.playbooks import load_playbook, playbook_names

PAGES = {load_playbook(name).docs for name in playbook_names()} - {""}
Document = tuple[Diagnosis, Timeline]
Poison = Callable[[Document, Callable[[str], str]], Document]
CHAINS = {
    "demo": Chain(
        phases=[],
        checks=[
            Check(id="database", critical={"staging": False}),
            Check(id="redis", critical={"staging": True}),
        ],
    )
}
ATTACKS = [
    "<script>alert(1)</script>", "</script><script>x()</script>", '"><img src=x onerror=x()>', "' onclick='x()", "</title><b>", "</code></pre><h1>",
    "<!--", "]]>", "{{ 7*7 }}{% raw %}", "javascript:x()", "&lt;b&gt;&#60;i&#62;", "</style><style>*{}</style>", "\x1b[2J\u202e\u2028\x00", "`<b>`**x**",
]  # fmt: skip
pieces = st.one_of(st.sampled_from(ATTACKS), st.text(st.characters(exclude_categories=[]), max_size=12))


class Page(HTMLParser):
    """Tags, attributes, addresses and text of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.links: list[str] = []
        self.words: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        """Return the text of the page with blanks collapsed."""
        return re.sub(r"\s+", " ", "".join(self.words))


def text(document: Document, chains: dict[str, Chain] | None = None) -> str:
    return Page(render_html(*document, chains=chains)).text


def test_page_shows_verdict_cause_evidence_and_fixes(gate: Document) -> None:
    printed = text(gate)
    for words in (
        "Do now Exempt the HTTP endpoints from the WebSocket classification.",
        "This filter finds the lines of the incident in Logs Explorer",
        "A plain request on /ws/health returned 503 from the application",
        "GET /ws/health 503",
        "What does not fix it",
        "397 entries from 1 file (day.json)",
        "The last validation that did, v-3, ended ready",
        "Nothing had to be masked in this report.",
    ):
        assert words in printed


def test_policy_allows_only_the_one_style_and_the_one_script(gate: Document) -> None:
    page = render_html(*gate)
    found = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    assert found
    digests = [
        b64encode(sha256(text.encode()).digest()).decode()
        for tag in ("style", "script")
        for text in re.findall(f"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
    ]
    policy = found[1].replace("&#39;", "'")
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{digests[0]}'; script-src 'sha256-{digests[1]}'; "
        "base-uri 'none'; form-action 'none'"
    )
    assert len(digests) == 2


@given(attack=st.lists(pieces, min_size=1, max_size=4).map("".join), before=st.booleans())
@settings(
    max_examples=examples(25), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_log_text_is_escaped(
    gate: Document, database: Document, poisoned: Poison, attack: str, *, before: bool
) -> None:
    for document in (gate, database):
        calm = Page(render_html(*document))
        written = render_html(*poisoned(document, lambda text: attack + text if before else text + attack))
        page = Page(written)
        assert set(page.tags) <= set(calm.tags)
        assert page.attributes <= calm.attributes
        for tag in ("script", "style", "h1", "h2", "section", "title", "img"):
            assert page.tags.count(tag) == calm.tags.count(tag)
        assert all(
            link.startswith(("#i", "https://console.cloud.google.com/logs/query;")) or link in PAGES
            for link in page.links
        )
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u202e]", written)


def test_secrets_are_masked_and_counted(gate: Document, poisoned: Poison) -> None:
    page = render_html(
        *poisoned(gate, lambda text: f"{text} mail jane.doe@corp.example password=hunter2hunter2")
    )
    assert "jane.doe" not in page
    assert "hunter2" not in page
    assert "× email" in page


def test_chain_marks_critical_checks_if_known(database: Document) -> None:
    diagnosis, timeline = database
    runs = [msgspec.structs.replace(run, environment="staging") for run in timeline.runs]
    states = [msgspec.structs.replace(state, chain="demo") for state in diagnosis.services]
    document = (
        msgspec.structs.replace(diagnosis, services=states),
        Timeline(coverage=timeline.coverage, runs=runs),
    )
    printed = text(document, CHAINS)
    assert "database✗ FAILEDnot critical" in printed
    assert "redis✓ passedcritical" in printed
    assert "websocket_bridge– not reached " in printed
    assert "critical" not in text(database).partition("The readiness chain As")[2].partition("Runs and")[
        0
    ].replace("failed, not critical", "")


def test_chain_without_runs_is_not_reached() -> None:
    coverage = Coverage(entries=1)
    diagnosis = Diagnosis(
        verdict="not_ready",
        coverage=coverage,
        services=[ServiceState(service=SERVICE, verdict="not_ready", chain="demo", primary=True)],
        incidents=[incident("memory-limit", "Memory", tier="crash")],
    )
    boots = [run("boot", 1, "not_ready")]
    printed = text((diagnosis, Timeline(coverage=coverage, runs=boots)), CHAINS)
    assert "It was not reached: no check was made" in printed
    assert "database– not reachednot critical redis– not reachedcritical" in printed


def test_requests_are_shown_by_outcome(gate: Document) -> None:
    assert "Requests by outcome" not in text(gate)
    times: dict[str, Any] = {"first": "2026-03-17T14:00:00Z", "last": "2026-03-17T14:00:00Z"}
    asked = [
        RequestCounts(
            service=SERVICE, revision=NEW, kind="socket", path="/ws", status=status, count=count, **times
        )
        for status, count in ((101, 5), (503, 16), (None, 1))
    ]
    printed = text((gate[0], msgspec.structs.replace(gate[1], requests=asked)))
    assert "WebSocket/ws22101 × 5, 503 × 16, no status × 1" in printed


def test_runs_without_checks_show_no_chain() -> None:
    coverage = Coverage(entries=1)
    diagnosis = Diagnosis(
        verdict="ready",
        coverage=coverage,
        services=[ServiceState(service=SERVICE, verdict="ready", chain="demo", primary=True)],
        incidents=[incident("client-header-check", "Refused for its headers", tier="gate")],
    )
    printed = text((diagnosis, Timeline(coverage=coverage, runs=[run("probe", 1, "ready")])), CHAINS)
    assert "These logs hold no check of a readiness chain." in printed
    assert "not reached" not in printed


@pytest.mark.parametrize("verdict", ["ready", "degraded", "inconclusive", "no_data"])
def test_diagnosis_without_incident_has_a_page(verdict: str) -> None:
    coverage = Coverage()
    diagnosis = msgspec.convert({"verdict": verdict, "coverage": {}}, Diagnosis)
    printed = text((diagnosis, Timeline(coverage=coverage, runs=[])))
    assert "These logs hold no check of a readiness chain." in printed
    assert "The logs hold no run of a readiness chain, no gate and no boot." in printed


def test_page_has_the_command_that_reports_the_cause_next_time(database: Document) -> None:
    assert "triage watch --service orders-backend-staging" in text(database).partition("Alert")[2]
    page = render_html(*database, alertable={found.cause for found in database[0].incidents})
    assert "triage alerts --service orders-backend-staging --cause " in Page(page).text


def test_page_has_mitigation_and_rollback(database: Document) -> None:
    printed = text(database)
    assert "--to-revisions=orders-backend-staging-00041-kxw=100" in printed.partition("Rollback")[2]
    assert printed.index("Do now") < printed.index("Why") < printed.index("Fixes") < printed.index("Rollback")
    assert "--to-latest" in printed.partition("Rollback")[2]
