"""Numbers on the same thing agree in every output: terminal, Markdown, HTML, JSON, gate and comparison."""

import html
import json
import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from triage import pipeline
from triage.cli.screens import (
    comparison as comparison_screen,
)
from triage.cli.screens import (
    diagnosis as diagnosis_screen,
)
from triage.cli.screens import (
    gate as gate_screen,
)
from triage.cli.screens.console import render_text
from triage.measures import Ratio, count_served, measure_ratio
from triage.models import Gate, Pack
from triage.pipeline import Analysis, sanitize

CASES = sorted(path for path in (Path(__file__).parent / "cases").iterdir() if path.is_dir())
EXAMPLES = sorted((Path(__file__).parent.parent / "examples").glob("*.json"))
EXPORTS = [*(case / "entries.jsonl" for case in CASES), *EXAMPLES]
CRITERIA = pipeline.load_criteria()
CITED = re.compile(r"\[(E\d+(?:, E\d+)*)\]")

each_export = pytest.mark.parametrize(
    "export", EXPORTS, ids=lambda path: path.parent.name if path.suffix == ".jsonl" else path.stem
)


@cache
def packs() -> list[Pack]:
    return pipeline.load_packs()


@cache
def analysis(export: Path) -> Analysis:
    return pipeline.analyze([export], packs=packs())


def document(export: Path) -> dict[str, Any]:
    """Return the diagnosis as its JSON document."""
    found: dict[str, Any] = json.loads(pipeline.to_json(analysis(export).diagnosis))
    return found


def terminal(export: Path, *, verbose: bool = True) -> str:
    shown = sanitize(analysis(export).diagnosis)
    return render_text(
        diagnosis_screen.render_answer(shown),
        *diagnosis_screen.render_details(shown, [export.name], verbose=verbose),
    )


def page(export: Path) -> str:
    """Return the text of the HTML report."""
    return html.unescape(re.sub(r"<[^>]+>", "", pipeline.html(analysis(export), packs())))


def markdown(export: Path) -> str:
    return pipeline.report(analysis(export), "remediation")


@cache
def gate(export: Path) -> Gate:
    return pipeline.gate(analysis(export), CRITERIA)


@pytest.fixture(autouse=True)
def _wide(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do not wrap lines."""
    monkeypatch.setenv("COLUMNS", "2000")


def responses(export: Path) -> dict[tuple[str, str], Counter[str]]:
    """Return the counted requests of the first incident's service by kind and path."""
    found = analysis(export)
    service = found.diagnosis.incidents[0].service
    counts: dict[tuple[str, str], Counter[str]] = {}
    for counted in found.timeline.requests:
        if counted.service == service:
            statuses = counts.setdefault((counted.kind, counted.path), Counter())
            statuses[str(counted.status or "no status")] += counted.count
    return counts


@each_export
def test_requests_are_those_of_the_entries(export: Path) -> None:
    """Those of a load balancer that reached no service have no revision."""
    entries = [entry for entry in pipeline.read_entries([export]) if entry.http is not None]
    counted = Counter(
        (entry.service, entry.revision, entry.http.status)
        for entry in entries
        if entry.is_request and entry.http is not None and entry.http.status
    )
    balanced = Counter(
        entry.http.status for entry in entries if entry.balancer is not None and entry.http is not None
    )
    found = Counter({
        (traffic.service, traffic.revision, status): count
        for traffic in analysis(export).traffic
        for status, count in traffic.statuses.items()
    })  # fmt: skip
    unplaced = {key: count for key, count in found.items() if key not in counted}
    assert {key: count for key, count in found.items() if key in counted} == counted
    assert all(not revision for _, revision, _ in unplaced)
    assert all(count <= balanced[status] for (_, _, status), count in unplaced.items())


@each_export
def test_open_incidents_are_the_same_everywhere(export: Path) -> None:
    found = document(export)
    count = sum(not incident["recovered"] and incident["severity"] != "P2" for incident in found["incidents"])
    assert found["open_incidents"] == count
    assert found["open_incidents"] == sum(state["open_incidents"] for state in found["services"])
    first_line = terminal(export).split("\n", 1)[0]
    outputs = [first_line, *(pipeline.report(analysis(export), name) for name in ("ticket", "summary"))]
    if count:
        assert not found["recovered"]
        assert not any(re.search(r"ready\W{0,4}\(recovered\)", text, re.IGNORECASE) for text in outputs)
    if count and found["verdict"] == "ready":
        words = f"{count} open incident{'s' * (count != 1)}"
        assert first_line == f"READY, {words}: {found['services'][0]['service']}"
        assert all(words in text for text in [*outputs, page(export)])


@each_export
def test_every_cited_line_is_shown(export: Path) -> None:
    screen = terminal(export)
    cited = {number for names in CITED.findall(screen) for number in names.split(", ")}
    assert cited <= set(re.findall(r"^\s+(E\d+)\s+\S", screen, re.MULTILINE))
    assert not CITED.search(terminal(export, verbose=False))
    anchors = set(re.findall(r'id="(i\d+-e\d+)"', markdown(export)))
    assert set(re.findall(r"\]\(#(i\d+-e\d+)\)", markdown(export))) <= anchors
    evaluated = gate(export)
    lines = {line.id for line in evaluated.evidence}
    assert {number for criterion in evaluated.criteria for number in criterion.evidence} <= lines


@each_export
def test_counts_of_the_first_incident_agree(export: Path) -> None:
    incidents = document(export)["incidents"]
    if not incidents:
        return
    first = incidents[0]
    assert re.search(rf"^\s+count\s+{first['count']:,}$", terminal(export), re.MULTILINE)
    share = first["share"]
    times = f"{first['count']:,} time{'s' * (first['count'] != 1)}"
    says = times if share is None or share["failed"] != first["count"] else ""
    if share is not None:
        of = share["of"].removesuffix("s" * (share["total"] == 1))
        says += f"{': ' * bool(says)}{share['failed']:,} of {share['total']:,} {of} failed"
    assert says in markdown(export)
    assert says in page(export)
    lines = re.findall(r"^\s+(E\d+)\s+\S.*?(?: \(([\d,]+) times\))?$", terminal(export), re.MULTILINE)
    shown = [(number, count.replace(",", "")) for number, count in lines]
    counts = {line["id"]: line["count"] for line in first["evidence"]}
    assert {number: int(count or 1) for number, count in shown} == {
        number: counts[number] for number, _ in shown
    }


@each_export
def test_responses_are_the_same_in_both_reports(export: Path) -> None:
    if not analysis(export).diagnosis.incidents:
        return
    for (_, path), statuses in responses(export).items():
        listed = ", ".join(f"{status}: {count}" for status, count in sorted(statuses.items()))
        row = rf"\| [^|]+ \| `{re.escape(path)}` \| {statuses.total()} \| {re.escape(listed)} \|"
        assert re.search(row, markdown(export))
        shares = ", ".join(f"{status} × {count}" for status, count in sorted(statuses.items()))
        assert f"{path}{statuses.total()}{shares}" in page(export)


@each_export
def test_the_gate_measures_what_the_timeline_holds(export: Path) -> None:
    found, evaluated = analysis(export), gate(export)
    place = (evaluated.service, evaluated.revision)
    runs = [run for run in found.timeline.runs if (run.service, run.revision) == place]
    requests = [counts for counts in found.timeline.requests if (counts.service, counts.revision) == place]
    measured = {criterion.id: criterion.measured for criterion in evaluated.criteria}
    if ratio := measure_ratio("connections_opened", [], requests):
        assert measured["connections"].startswith(f"{ratio.good} of {ratio.total} ")
    if "boot_failures" in measured and (
        decided := [r for r in runs if r.kind == "boot" and r.verdict != "unknown"]
    ):
        failed = sum(run.verdict == "not_ready" for run in decided)
        assert measured["boot_failures"].startswith(f"{failed} of {len(decided)} boots failed")
    traffic = [counts for counts in found.traffic if (counts.service, counts.revision) == place]
    if (served := count_served(traffic, requests)).total:
        assert measured["requests"].startswith(f"{served.failed} of {served.total} request")
    screen = render_text(*gate_screen.render_answer(evaluated), *gate_screen.render_details(evaluated))
    assert all(" ".join(text.split()) in " ".join(screen.split()) for text in measured.values())


@each_export
def test_a_comparison_counts_what_the_timeline_holds(export: Path) -> None:
    found = analysis(export)
    compared = pipeline.compare(found, found)
    table = render_text(*comparison_screen.render_details(sanitize(compared)))
    for outcome in compared.outcomes:
        runs = [run for run in found.timeline.runs if run.service == outcome.service]
        requests = [counts for counts in found.timeline.requests if counts.service == outcome.service]
        traffic = [counted for counted in found.traffic if counted.service == outcome.service]
        served = count_served(traffic, requests)
        ratios = {
            "boot": measure_ratio("boots_ready", runs),
            "validation": measure_ratio("validations_ready", runs),
            "socket": measure_ratio("connections_opened", (), requests, path=outcome.name),
            "plain": measure_ratio("plain_answered", (), requests, path=outcome.name),
            "health": measure_ratio("health_answered", (), requests, path=outcome.name),
            "request": Ratio(served.total - served.failed, served.total, "") if served.total else None,
        }
        assert outcome.after is not None
        assert outcome.after == outcome.before
        if ratio := ratios.get(outcome.kind):
            assert (outcome.after.good, outcome.after.total) == ratio[:2]
        assert str(outcome.after) in table
        inside = re.search(r"of (\d[\d,]*) \(([^)]*)\)", str(outcome.after))
        if inside:
            counted_inside = sum(int(number) for number in re.findall(r"(?:^|, )(\d+) ", inside[2]))
            assert counted_inside == int(inside[1].replace(",", ""))


@each_export
def test_the_incidents_of_a_comparison_count_as_the_diagnosis_does(export: Path) -> None:
    found = analysis(export)
    compared = pipeline.compare(found, found)
    counts = {incident.id: incident.count for incident in found.diagnosis.incidents}
    assert {change.id: change.after for change in compared.incidents} == counts


@each_export
def test_every_count_has_the_right_plural(export: Path) -> None:
    outputs = [terminal(export), markdown(export), page(export), pipeline.to_json(gate(export))]
    wrong = re.compile(
        r"(?<![\d.,:-])(?<!of )1 (?:times|lines|requests|boots|runs|entries|records|instances|revisions)\b"
    )
    assert [found[0] for text in outputs for found in wrong.finditer(text)] == []


@pytest.mark.parametrize("width", ["80", "120"])
@each_export
def test_the_screen_is_short(export: Path, width: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", width)
    lines = terminal(export, verbose=False).splitlines()
    assert len(lines) <= 25
    if document(export)["services"]:
        assert len(lines[1]) <= 80
    assert not re.search(r"\d{2}:\d{2}:\d{2}\.\d{6}", "\n".join(lines[:4]))


@each_export
def test_the_title_of_an_incident_is_one_short_line(export: Path) -> None:
    titles = [incident["title"] for incident in document(export)["incidents"]]
    assert all(len(title) <= 160 and "\n" not in title for title in titles)
