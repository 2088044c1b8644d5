"""A load test as Markdown and as JSON, and its place among the success metrics."""

import json

import jsonschema
import msgspec
import pytest

from tests.rendering import loads
from tests.rendering.test_untrusted_text import ALLOWED, ATTACKS, page
from triage.models import Diagnosis, LoadFailure, LoadTest, RequestCounts, Timeline
from triage.rendering.documents import json_schema, to_json
from triage.rendering.markdown_report import render_load, render_report

Document = tuple[Diagnosis, Timeline]


def test_markdown_has_the_answer_the_metrics_and_the_times() -> None:
    text = render_load(loads.held())
    assert text.startswith(
        "# Load test: `orders-backend-staging`\n\n**ready**: 200 of 200 WebSocket connections"
    )
    assert "- [x] 95 % or more of the WebSocket handshakes return 101: 200 of 200 (target: 95 %)" in text
    assert "| Time to open | 200 | 4 ms | 12 ms | 34 ms |" in text
    assert "| 101 to 200 | 100 of 100 | 200 | 4 ms | 12 ms | 34 ms |" in text
    assert "partial" not in text
    assert "earlier test" not in text


def test_markdown_says_what_broke_and_that_it_is_partial() -> None:
    text = render_load(loads.broken())
    assert "**The test was stopped before its end. What follows is partial.**" in text
    assert "- [ ] 95 % or more of the WebSocket handshakes return 101: 150 of 200 (target: 95 %)" in text
    assert "| Closed by the service | 12 with code 1013, the first after 9.5 s with 150 open |" in text
    assert "of 2026-03-16 14:00:00.000: **worse**." in text
    assert "- 150 of 200 connections were opened, not 200 of 200" in text


def test_markdown_of_a_service_that_did_not_answer_has_no_numbers() -> None:
    text = render_load(loads.unreachable())
    assert "| Time to open | 0 | | | |" in text
    assert "As connections grew" not in text


@pytest.mark.parametrize("attack", ATTACKS)
def test_text_of_the_service_is_escaped(attack: str) -> None:
    test = loads.broken()
    failures = [LoadFailure(says=f"503, error {attack}", count=1, open_at_first=0)]
    poisoned = msgspec.structs.replace(
        test,
        why=attack,
        because=["x", attack],
        service=attack,
        connections=msgspec.structs.replace(test.connections, failures=failures),
    )
    shown = page(render_load(poisoned))
    tags = {part.split(">")[0].split()[0].strip("/") for part in shown.split("<")[1:]}
    assert tags <= ALLOWED
    assert shown.count("<tbody>") == page(render_load(test)).count("<tbody>")


@pytest.mark.parametrize("test", [loads.held(), loads.broken(), loads.unreachable()])
def test_document_matches_its_schema_and_can_be_read_again(test: LoadTest) -> None:
    checker = jsonschema.Draft202012Validator(json_schema("load"))
    checker.check_schema(checker.schema)
    assert checker.schema["title"] == "The document of triage verify --connections"
    text = to_json(test)
    checker.validate(json.loads(text))
    assert msgspec.json.decode(text, type=LoadTest) == test
    with pytest.raises(jsonschema.ValidationError):
        checker.validate({"schema": "triage.other/1"})


# ---------------------------------------------------------------- the success metrics


def plan(document: Document, load: LoadTest | None) -> str:
    return render_report(*document, template="remediation", load=load)


def test_load_test_joins_the_success_metrics_of_its_service(gate: Document) -> None:
    service = gate[0].incidents[0].service
    metric = "95 % or more of the WebSocket handshakes return 101 (within 1 week): "
    without = plan(gate, None)
    assert "load test" not in without
    good, bad = (
        plan(gate, msgspec.structs.replace(test, service=service)) for test in (loads.held(), loads.broken())
    )
    assert f"{metric}" in good
    assert "200 of 200 WebSocket connections of a load test were opened (101)" in good.replace("`", "")
    line = next(line for line in bad.splitlines() if metric in line)
    assert line.startswith("- [ ] ")
    assert "150 of 200 WebSocket connections of a load test were opened" in line
    assert plan(gate, loads.held(service="another")) == without


def test_metric_is_ticked_only_if_logs_and_load_test_reach_it(gate: Document) -> None:
    diagnosis, timeline = gate
    service = diagnosis.incidents[0].service
    unlogged = diagnosis, msgspec.structs.replace(timeline, requests=[])
    load = loads.held(service=service)

    def ticked(document: Document) -> bool:
        line = next(line for line in plan(document, load).splitlines() if "handshakes return 101" in line)
        return line.startswith("- [x] ")

    assert ticked(unlogged)
    refused = RequestCounts(
        service=service,
        revision=diagnosis.services[0].revision,
        kind="socket",
        path="/ws",
        status=503,
        count=9,
        first="2026-03-17T14:00:00Z",
        last="2026-03-17T14:00:00Z",
    )
    assert not ticked((diagnosis, msgspec.structs.replace(timeline, requests=[refused])))


def test_load_test_adds_the_metric_that_a_plan_lacks(database: Document) -> None:
    load = loads.held(service=database[0].incidents[0].service)
    metric = "- [x] 95 % or more of the WebSocket handshakes return 101 (within 1 week): 200 of 200 WebSocket"
    assert metric not in plan(database, None)
    assert metric in plan(database, load)
