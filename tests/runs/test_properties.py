"""The documents are consistent for any lines in any order."""

import json
import math
from typing import Any

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tests.runs.logs import (
    PACKS,
    Log,
    analysis,
    export,
    log_line,
    platform,
    records,
    request,
    text_line,
    to_plain_data,
)
from triage import pipeline

HITS = [hit for pack in PACKS for rule in pack.rules for hit in rule.hits]
LOGGERS = [
    "gcp_initialization_validator",
    "gcp_websocket_readiness_middleware",
    "netra_backend.app.smd",
    "logging",
]
PLACES = [
    {"instance": "i1"},
    {"instance": "i2"},
    {"instance": ""},
    {"instance": "i1", "revision": "netra-backend-00042-abc"},
]


@st.composite
def lines(draw: st.DrawFn) -> Log:
    """Return some line that a rule knows, said by somebody at some time."""
    moment = draw(st.integers(0, 90)) / draw(st.sampled_from([1, 7, 50]))
    text, place = draw(st.sampled_from(HITS)), draw(st.sampled_from(PLACES))
    severity = draw(st.sampled_from(["INFO", "WARNING", "ERROR"]))
    who = draw(st.integers(0, 9))
    if who == 0:
        return request(
            moment,
            draw(st.sampled_from(["/ws/health", "/health"])),
            draw(st.sampled_from([200, 404, 503])),
            **place,
        )
    if who == 1:
        return text_line(moment, text, **place)
    if who <= 3:
        return platform(moment, text, severity=severity, **place)
    return log_line(moment, text, draw(st.sampled_from(LOGGERS)), severity=severity, **place)


EXPORTS = st.lists(lines(), max_size=60)


@given(EXPORTS)
@settings(max_examples=examples(150), deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_timeline_and_diagnosis_are_consistent(logs: list[Log]) -> None:
    entries = export(logs)
    found = analysis(entries)
    here = {log["insertId"] for log in entries}
    runs = found.timeline.runs
    assert len({run.id for run in runs}) == len(runs)
    for run in runs:
        assert run.started <= run.ended
        assert run.elapsed >= 0
        assert run.verdict != "ready" or not (
            run.failed_checks or run.noncritical_failed or run.tolerated or run.condition
        )
        assert run.verdict != "unknown" or not run.complete
        assert run.first_failed == next(iter(run.failed_checks), None)
        assert run.repeats is None or (run.kind == "gate" and run.repeats in {other.id for other in runs})
        for names in (run.failed_checks, run.noncritical_failed, run.tolerated):
            assert len(set(names)) == len(names)
        for step in run.steps:
            assert set(step.evidence) <= here
            assert (step.outcome == "not_reached") == (step.at is None)
            assert step.elapsed is None or math.isfinite(step.elapsed)
    known = {run.id for run in runs}
    for incident in found.diagnosis.incidents:
        numbers = [line.id for line in incident.evidence]
        assert len(set(numbers)) == len(numbers)
        assert {line.insert_id for line in incident.evidence} <= here
        assert set(incident.scope.runs) <= known
        assert incident.because
        assert all(set(reason.evidence) <= set(numbers) for reason in incident.reasons)
        assert all(set(ruled.evidence) <= set(numbers) for ruled in incident.ruled_out)
        assert incident.check not in {ruled.cause for ruled in incident.ruled_out}
    assert len({incident.id for incident in found.diagnosis.incidents}) == len(found.diagnosis.incidents)
    json.dumps([to_plain_data(found.timeline), to_plain_data(found.diagnosis)], allow_nan=False)


@given(EXPORTS, st.randoms(use_true_random=False))
@settings(max_examples=examples(60), deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_documents_are_independent_of_order_and_duplicates(logs: list[Log], chance: Any) -> None:
    entries = export(logs)
    doubled = [*entries, *chance.sample(entries, len(entries) // 2)]
    chance.shuffle(doubled)
    one, other = (pipeline.analyze(iter(records(some)), packs=PACKS) for some in (entries, doubled))
    assert msgspec.json.encode(one.timeline.runs) == msgspec.json.encode(other.timeline.runs)
    expected = [(incident.id, incident.because, incident.count) for incident in one.diagnosis.incidents]
    assert expected == [
        (incident.id, incident.because, incident.count) for incident in other.diagnosis.incidents
    ]
    assert one.diagnosis.verdict == other.diagnosis.verdict


@given(EXPORTS)
@settings(max_examples=examples(60), deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_runs_of_one_instance_are_independent_of_others(logs: list[Log]) -> None:
    entries = export(logs)
    whole = analysis(entries).timeline.runs
    for instance in ("i1", "i2", ""):
        own = [log for log in entries if log.get("labels", {}).get("instanceId", "") == instance]
        alone = pipeline.analyze(iter(records(own)), packs=PACKS).timeline.runs
        assert alone == [run for run in whole if run.instance == instance]
