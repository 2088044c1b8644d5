"""Incidents: each folder of cases/ holds entries and the expected documents."""

import json
import random
from collections.abc import Callable
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest

from triage import lql, pipeline
from triage.entries import api_form
from triage.models import Cause, Incident, Pack
from triage.pipeline import Analysis
from triage.rendering.report_view import ReportView

CASES = sorted(path for path in (Path(__file__).parent / "cases").iterdir() if path.is_dir())

each_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)


@cache
def packs() -> list[Pack]:
    return pipeline.load_packs()


@cache
def analysis(case: Path) -> Analysis:
    return pipeline.analyze([case / "entries.jsonl"], packs=packs())


@cache
def expected(case: Path) -> dict[str, Any]:
    want: dict[str, Any] = json.loads((case / "expected.json").read_text(encoding="utf-8"))
    return want


def entries(case: Path) -> list[str]:
    return (case / "entries.jsonl").read_text(encoding="utf-8").splitlines()


def incidents(case: Path) -> list[Incident]:
    return analysis(case).diagnosis.incidents


def pairs(case: Path) -> list[tuple[Incident, dict[str, Any]]]:
    return list(zip(incidents(case), expected(case)["incidents"], strict=True))


def titles(symptoms: list[str]) -> list[str]:
    """Return the symptoms, those of a rule without their number of lines."""
    return [symptom.rpartition(" (")[0] or symptom for symptom in symptoms]


#: Keys of a case beside the plain fields of an incident or a run, and how to read them from a document.
READ: dict[str, Callable[[Any], Any]] = {
    "symptoms": lambda incident: titles(incident.symptoms),
    "ruled_out": lambda incident: [ruled.cause for ruled in incident.ruled_out],
    "repeats": lambda run: run.repeats is not None,
    "affected": lambda incident: {found.service: found.requests for found in incident.affected},
    "changed": lambda incident: incident.change is not None,
}


def selected_keys(noun: Any, want: dict[str, Any]) -> dict[str, Any]:
    """Return the values of a document under the keys of a case."""
    return {key: READ[key](noun) if key in READ else getattr(noun, key) for key in want}


def each_case_with(key: str) -> pytest.MarkDecorator:
    """Parametrize a test with the cases that have a key."""
    return pytest.mark.parametrize(
        "case", [c for c in CASES if key in expected(c)], ids=lambda case: case.name
    )


@each_case
def test_the_verdict_is_that_of_the_case(case: Path) -> None:
    diagnosis = analysis(case).diagnosis

    assert diagnosis.verdict == expected(case)["verdict"]
    assert diagnosis.recovered == expected(case).get("recovered", False)


@each_case
def test_each_service_has_its_own_verdict(case: Path) -> None:
    states = analysis(case).diagnosis.services

    assert {state.service: state.verdict for state in states} == expected(case)["services"]


@each_case
def test_the_incidents_come_in_their_order(case: Path) -> None:
    assert [incident.cause for incident in incidents(case)] == [
        want["cause"] for want in expected(case)["incidents"]
    ]


@each_case
def test_each_incident_has_its_cause_and_title(case: Path) -> None:
    for incident, want in pairs(case):
        plain = {key: value for key, value in want.items() if key != "ruled_out"}
        assert selected_keys(incident, plain) == plain


@each_case
def test_a_symptom_is_attached_to_its_cause(case: Path) -> None:
    for incident, want in pairs(case):
        assert titles(incident.symptoms) == want.get("symptoms", [])


@each_case
def test_misleading_causes_are_ruled_out(case: Path) -> None:
    for incident, want in pairs(case):
        assert set(want.get("ruled_out", [])) <= {ruled.cause for ruled in incident.ruled_out}


@each_case
def test_passed_checks_are_not_failing(case: Path) -> None:
    blamed = {incident.check for incident in incidents(case) if incident.confidence != "low"}

    assert not blamed & set(expected(case).get("not_blamed", []))


@each_case
def test_every_reason_rests_on_entries_of_the_export(case: Path) -> None:
    known = {json.loads(line)["insertId"] for line in entries(case)}

    for incident in incidents(case):
        cited = {evidence.id: evidence.insert_id for evidence in incident.evidence}
        assert incident.because
        assert set(cited.values()) <= known
        assert all(reason.evidence and set(reason.evidence) <= cited.keys() for reason in incident.reasons)
        assert all(sentence.endswith("]") for sentence in incident.because)
        for ruled in incident.ruled_out:
            assert ruled.evidence
            assert set(ruled.evidence) <= cited.keys() | known


@each_case
def test_no_sentence_claims_that_a_word_is_absent(case: Path) -> None:
    for incident in incidents(case):
        whys = [ruled.why for ruled in incident.ruled_out]
        assert not [text for text in (incident.title, *incident.because, *whys) if "(not in the log)" in text]


@each_case
def test_known_noise_is_counted_separately(case: Path) -> None:
    noise = {line.title: line.count for line in analysis(case).diagnosis.noise}

    assert noise == expected(case)["noise"]


@each_case_with("limits")
def test_limits_are_reported(case: Path) -> None:
    limits = "\n".join(analysis(case).diagnosis.limits)

    assert all(limit in limits for limit in expected(case)["limits"])


@each_case_with("next")
def test_next_step_names_the_data_needed(case: Path) -> None:
    want = expected(case)["next"]
    step = analysis(case).diagnosis.next

    assert (step is None) if want is None else (step is not None and want in step.filter)


@each_case_with("runs")
def test_the_runs_are_those_of_the_case(case: Path) -> None:
    want = expected(case)["runs"]
    runs = analysis(case).timeline.runs

    assert [selected_keys(run, keys) for run, keys in zip(runs, want, strict=True)] == want


@each_case
def test_shuffled_and_duplicated_entries_give_the_same_documents(case: Path, tmp_path: Path) -> None:
    lines = entries(case) * 2
    random.Random(case.name).shuffle(lines)
    export = tmp_path / "shuffled.jsonl"
    export.write_text("\n".join(lines), encoding="utf-8")

    again, before = pipeline.analyze([export], packs=packs()), analysis(case)

    assert msgspec.json.encode(again.timeline.runs) == msgspec.json.encode(before.timeline.runs)
    assert again.diagnosis.incidents == before.diagnosis.incidents
    assert again.diagnosis.noise == before.diagnosis.noise
    assert again.diagnosis.services == before.diagnosis.services
    assert (again.diagnosis.next is None) == (before.diagnosis.next is None)


@each_case
def test_case_has_the_required_fields(case: Path) -> None:
    required = {"about", "verdict", "services", "incidents", "noise"}
    known = required | {"recovered", "not_blamed", "limits", "next", "runs"}

    assert sorted(path.name for path in case.iterdir()) == ["entries.jsonl", "expected.json"]
    assert expected(case)["about"].endswith(".")
    assert required <= expected(case).keys() <= known
    assert len(entries(case)) == len({json.loads(line)["insertId"] for line in entries(case)})


def causes() -> list[tuple[Pack, Cause]]:
    return [(pack, cause) for pack in packs() for cause in pack.causes]


def pack_of(incident: Incident) -> str:
    """Return the pack of the cause of an incident; of equal names, the first one."""
    return next(
        (
            pack.id
            for pack, cause in causes()
            if cause.id == incident.cause
            and (not pack.services or any(fnmatchcase(incident.service, name) for name in pack.services))
        ),
        "",
    )


@cache
def shown() -> set[tuple[str, str]]:
    return {(pack_of(incident), incident.cause) for case in CASES for incident in incidents(case)}


@pytest.mark.parametrize(
    ("pack", "cause"),
    [(pack, cause) for pack, cause in causes() if cause.scope != "failure"],
    ids=lambda noun: noun.id,
)
def test_every_cause_of_a_run_or_a_revision_is_an_incident_of_some_case(pack: Pack, cause: Cause) -> None:
    assert (pack.id, cause.id) in shown()


@pytest.mark.parametrize(("pack", "cause"), causes(), ids=lambda noun: noun.id)
def test_superseded_cause_exists(pack: Pack, cause: Cause) -> None:
    assert set(cause.supersedes) <= {other.id for _, other in causes()}


@each_case
def test_the_filter_of_an_incident_finds_every_line_that_its_evidence_counts(case: Path) -> None:
    logged = [api_form(entry, lql.LOG_ENTRY) for entry in pipeline.read_entries([case / "entries.jsonl"])]
    report = ReportView(analysis(case).diagnosis, analysis(case).timeline, {}, "", None)
    for view in report.incidents:
        lines = [line for line in view.incident.evidence if not line.rule.startswith("client-probe/")]
        found = list(filter(lql.matcher(view.filter), logged)) if lines else []
        for line in lines:
            similar = lql.matcher(line.filter)
            assert sum(map(similar, found)) >= line.count, line.message
