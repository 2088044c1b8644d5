"""JUnit XML of a gate: what consumers read, and escaped log text."""

from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tests.rendering.gates import ATTACKS, TOKEN, failed, find_commands, inconclusive, passed, poisoned
from triage.models import Gate
from triage.rendering.junit import render_junit

SERVICE = "orders-backend-staging"


def read(gate: Gate) -> ET.Element:
    return ET.fromstring(render_junit(gate))  # noqa: S314 (it is our own)


def outcomes(root: ET.Element) -> dict[str, str]:
    return {
        case.attrib["name"]: next((child.tag for child in case), "passed") for case in root.iter("testcase")
    }


def test_each_criterion_is_a_test_case_with_its_outcome_as_child() -> None:
    assert outcomes(read(failed())) == {
        "ready": "failure",
        "boots_ready": "error",
        "critical_checks": "passed",
        "boot_failures": "passed",
        "connections": "failure",
        "new_errors": "failure",
        "whole_logs": "passed",
    }
    assert outcomes(read(passed()))["new_errors"] == "skipped"
    found = outcomes(read(inconclusive()))
    assert (found["ready"], found["connections"], found["new_errors"]) == ("error", "passed", "skipped")


@pytest.mark.parametrize("gate", [failed(), passed(), inconclusive()], ids=lambda gate: gate.status)
def test_counts_match_the_test_cases(gate: Gate) -> None:
    root = read(gate)
    assert (root.tag, [suite.tag for suite in root]) == ("testsuites", ["testsuite"])
    found = list(outcomes(root).values())
    totals = {
        "tests": str(len(found)),
        "failures": str(found.count("failure")),
        "errors": str(found.count("error")),
    }
    assert root.attrib == {"name": "triage gate", **totals}
    assert root[0].attrib == {
        "name": f"triage.gate.{SERVICE}",
        **totals,
        "skipped": str(found.count("skipped")),
    }


@pytest.mark.parametrize("gate", [failed(), passed(), inconclusive()], ids=lambda gate: gate.status)
def test_elements_and_attributes_are_those_of_jenkins_schema(gate: Gate) -> None:
    """Source: junit-10.xsd of github.com/jenkinsci/xunit-plugin."""
    allowed = {
        "testsuites": ({"name", "time", "tests", "failures", "errors"}, {"testsuite"}),
        "testsuite": (
            {"name", "tests", "failures", "errors", "skipped", "time", "timestamp"},
            {"properties", "testcase", "system-out"},
        ),
        "properties": (set(), {"property"}),
        "property": ({"name", "value"}, set()),
        "testcase": ({"name", "time", "classname"}, {"skipped", "error", "failure"}),
        **dict.fromkeys(("skipped", "error", "failure"), ({"type", "message"}, set())),
        "system-out": (set(), set()),
    }
    for element in read(gate).iter():
        attributes, children = allowed[element.tag]
        assert set(element.keys()) <= attributes
        assert {child.tag for child in element} <= children


def test_test_case_name_is_independent_of_the_revision() -> None:
    cases = list(read(failed()).iter("testcase"))
    assert {case.attrib["classname"] for case in cases} == {f"triage.gate.{SERVICE}"}
    assert not any("-00042-" in case.attrib["name"] for case in cases)


def test_failure_has_condition_value_and_evidence() -> None:
    root = read(failed())
    (failure,) = next(case for case in root.iter("testcase") if case.attrib["name"] == "connections")
    printed = "at least 95 % of the WebSocket connections are opened: 2 of 10 WebSocket connections were opened (101)"
    assert failure.attrib == {"message": printed, "type": "failed"}
    assert failure.text == (
        f"{printed}\nE2 2026-03-17 14:01:59.102 UTC insertId=68c62ef800080002 ERROR: GET /ws 503"
    )
    (ready,) = next(case for case in root.iter("testcase") if case.attrib["name"] == "ready")
    assert (ready.text or "").endswith("WARNING: ModuleNotFoundError: No module named 'orders' (4 times)")


def test_rollback_is_the_output_of_the_suite() -> None:
    output = read(failed()).findtext("testsuite/system-out") or ""
    assert "--to-revisions=orders-backend-staging-00041-kxw=100" in output
    assert output.endswith("The logs do not show: PROJECT")
    assert read(passed()).find("testsuite/system-out") is None


def test_secrets_are_masked() -> None:
    text = render_junit(failed())
    assert TOKEN not in text
    assert "Cannot ship order 17: Bearer &lt;token-1&gt;" in text


pieces = st.one_of(st.sampled_from(ATTACKS), st.text(st.characters(exclude_categories=[]), max_size=12))


@given(attack=st.lists(pieces, min_size=1, max_size=4).map("".join), before=st.booleans())
@settings(max_examples=examples(150))
def test_log_text_is_escaped(attack: str, *, before: bool) -> None:
    gate = poisoned(failed(), lambda text: attack + text if before else text + attack)
    text = render_junit(gate)
    text.encode("utf-8")
    root = ET.fromstring(text)  # noqa: S314 (it is our own)
    assert outcomes(root) == outcomes(read(failed()))
    assert [element.tag for element in root.iter()] == [element.tag for element in read(failed()).iter()]
    assert find_commands(text) == []
