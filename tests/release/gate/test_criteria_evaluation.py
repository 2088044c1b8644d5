"""The status of a gate: passed, failed or inconclusive."""

import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.diagnosis.scenarios import crash
from tests.examples import examples
from tests.release.gate.scenarios import (
    CRITERIA,
    NEW,
    OLD,
    boot,
    criteria,
    error_line,
    evaluate_gate,
    find_criterion,
    healthy,
)
from tests.runs.logs import PACKS, Log, export, records, rejected, request, validation
from triage import pipeline
from triage.models import Record
from triage.pipeline import BaselineSource
from triage.release.gate import is_final


def test_a_degraded_revision_passes_and_is_reported_as_degraded() -> None:
    found = evaluate_gate(boot(0), validation(20, tolerated=["websocket_bridge"]))
    assert (found.verdict, found.status) == ("degraded", "passed")
    assert found.why.startswith("the revision is degraded and meets ")


@pytest.mark.parametrize("need", ["required", "optional", "off"])
def test_only_required_criteria_must_be_measured(need: str) -> None:
    found = evaluate_gate(
        validation(0), demands=criteria(boots_ready={"need": need}, boot_failures={"need": "off"})
    )
    assert found.status == ("inconclusive" if need == "required" else "passed")
    assert ("boots_ready" in {criterion.id for criterion in found.criteria}) == (need != "off")
    if need == "required":
        assert found.why == "1 of 7 criteria required, but not measured: boots_ready"
    if need == "optional":
        assert "optional and not measured: boots_ready, connections, requests, new_errors" in found.why


def test_failed_criteria_outrank_unmeasured_ones() -> None:
    found = evaluate_gate(validation(0), request(10, "/ws", 503))
    assert found.status == "failed"
    assert found.why == "1 of 8 criteria failed: connections"


def test_an_optional_criterion_that_fails_fails_the_gate() -> None:
    found = evaluate_gate(healthy(), request(50, "/ws", 503))
    assert find_criterion(found, "connections").need == "optional"
    assert found.status == "failed"


def test_ready_is_always_required() -> None:
    off = {name: {"need": "off"} for name in CRITERIA.__struct_fields__}
    assert [criterion.id for criterion in evaluate_gate(validation(0), demands=criteria(**off)).criteria] == [
        "ready"
    ]
    assert evaluate_gate(boot(0), demands=criteria(**off)).status == "inconclusive"
    assert evaluate_gate(crash(0), demands=criteria(**off)).status == "failed"


@pytest.mark.parametrize(
    "logs", [[], boot(0), validation(0), [rejected(0)], [request(0, "/health", 200)], [error_line(0)]]
)
def test_a_gate_with_insufficient_data_never_passes(logs: list[Log]) -> None:
    assert evaluate_gate(logs).status != "passed"


def test_a_named_baseline_makes_new_errors_required() -> None:
    assert evaluate_gate(healthy()).status == "passed"
    found = evaluate_gate(healthy(), baseline=BaselineSource(NEW, None))
    assert (find_criterion(found, "new_errors").need, found.status) == ("required", "inconclusive")
    off = criteria(new_errors={"need": "off"})
    assert evaluate_gate(healthy(), baseline=BaselineSource(NEW, None), demands=off).status == "passed"


def test_a_line_that_several_criteria_cite_has_one_number() -> None:
    found = evaluate_gate(crash(0))
    cited = [criterion.evidence for criterion in found.criteria if criterion.evidence]
    assert len(cited) >= 2
    assert sorted({number for numbers in cited for number in numbers}) == [line.id for line in found.evidence]
    assert len({(line.timestamp, line.insert_id, line.message) for line in found.evidence}) == len(
        found.evidence
    )


def test_a_failure_is_final_when_no_later_log_can_undo_it() -> None:
    found = evaluate_gate(
        validation(0, down=["agent_supervisor"]), request(50, "/ws", 503), crash(60, instance="i2")
    )
    assert {
        criterion.id: is_final(criterion) for criterion in found.criteria if criterion.outcome == "failed"
    } == {
        "ready": False,
        "boots_ready": True,
        "critical_checks": True,
        "boot_failures": True,
        "connections": False,
    }
    half = criteria(boots_ready={"at_least": 0.5})
    assert not is_final(find_criterion(evaluate_gate(crash(0), demands=half), "boots_ready"))
    assert not any(map(is_final, evaluate_gate(healthy()).criteria))


SCENE = [
    *healthy(),
    *(error_line(41 + number) for number in range(3)),
    *healthy(1000, revision=NEW, instance="i2"),
    *crash(1100, revision=NEW, instance="i3"),
    *crash(1110, revision=NEW, instance="i4"),
    *validation(1200, down=["agent_supervisor"], revision=NEW, instance="i2"),
    *(request(1250, "/ws", 503, revision=NEW, instance="i2") for _ in range(4)),
    *(error_line(1260, f"Cannot ship order {number}", revision=NEW, instance="i2") for number in range(5)),
]
RECORDS = records(export(SCENE))


def document(entries: list[Record]) -> str:
    found = pipeline.gate(
        pipeline.analyze(iter(entries), packs=PACKS), CRITERIA, baseline=BaselineSource(OLD, None)
    )
    return pipeline.to_json(found)


@given(seed=st.integers(0, 2**32), twice=st.booleans())
@settings(max_examples=examples(25))
def test_the_same_entries_in_any_order_give_the_same_document(seed: int, *, twice: bool) -> None:
    shuffled = RECORDS * (2 if twice else 1)
    random.Random(seed).shuffle(shuffled)
    told, expected = json.loads(document(shuffled)), json.loads(document(RECORDS))
    read = [told.pop("coverage"), expected.pop("coverage")]
    assert told.pop("criteria")[:-1] == expected.pop("criteria")[:-1]
    assert told == expected
    assert twice or read[0] == read[1]
