"""Documents as JSON, and their schemas."""

import json
from collections.abc import Callable

import jsonschema
import msgspec
import pytest

from tests.rendering import gates
from tests.rendering.test_verification import compared
from triage.models import Diagnosis, Evidence, Timeline
from triage.rendering.documents import json_schema, to_json

Document = tuple[Diagnosis, Timeline]
Poison = Callable[[Document, Callable[[str], str]], Document]


@pytest.mark.parametrize("name", ["diagnosis", "timeline"])
def test_document_matches_its_schema(gate: Document, database: Document, name: str) -> None:
    checker = jsonschema.Draft202012Validator(json_schema(name))  # type: ignore[arg-type]
    checker.check_schema(checker.schema)
    for document in (*gate, *database):
        if isinstance(document, Diagnosis) == (name == "diagnosis"):
            checker.validate(json.loads(to_json(document)))
    with pytest.raises(jsonschema.ValidationError):
        checker.validate({"schema": "triage.other/1"})


def test_comparison_matches_its_schema() -> None:
    checker = jsonschema.Draft202012Validator(json_schema("comparison"))
    checker.check_schema(checker.schema)
    assert checker.schema["title"] == "The document of triage compare"
    checker.validate(json.loads(to_json(compared())))
    with pytest.raises(jsonschema.ValidationError):
        checker.validate({"schema": "triage.other/1"})


def test_comparison_has_no_secret() -> None:
    document = json.loads(to_json(compared(lambda text: f"{text} password=canary1")))
    assert "canary1" not in json.dumps(document)
    assert document["errors"][0]["example"] == "queue was full password=<password-1>"
    assert document["outcomes"][0]["before"]["counts"] == {"503": 8}


def test_keys_have_schema_order_and_text_ends_in_a_line_feed(gate: Document) -> None:
    text = to_json(gate[0])
    assert list(json.loads(text)) == [
        "schema",
        "verdict",
        "recovered",
        "open_incidents",
        "services",
        "coverage",
        "limits",
        "answer_limits",
        "incidents",
        "changes",
        "next",
        "noise",
    ]
    assert text.startswith('{\n  "schema": "triage.diagnosis/1"')
    assert text.endswith("}\n")


def test_document_has_no_secret(gate: Document) -> None:
    diagnosis, _ = gate
    leaking = Evidence(
        id="E9", insert_id="x", timestamp="2026-03-17T14:00:00Z", message="password=canary1 from 203.0.113.9"
    )
    incident = msgspec.structs.replace(diagnosis.incidents[0], evidence=[leaking])
    changed = msgspec.structs.replace(diagnosis, incidents=[incident])
    message = json.loads(to_json(changed))["incidents"][0]["evidence"][0]["message"]
    assert message == "password=<password-1> from <address-1>"


def test_lone_surrogate_round_trips(gate: Document, poisoned: Poison) -> None:
    text = to_json(poisoned(gate, lambda text: text + "\ud83d")[0])
    assert "\\ud83d" in text.encode("utf-8").decode()
    assert json.loads(text)["incidents"][0]["title"].endswith("\ud83d")


def test_gate_matches_its_schema() -> None:
    checker = jsonschema.Draft202012Validator(json_schema("gate"))
    checker.check_schema(checker.schema)
    assert checker.schema["title"] == "The document of triage gate"
    for gate in (gates.failed(), gates.passed(), gates.inconclusive()):
        document = json.loads(to_json(gate))
        checker.validate(document)
        assert list(document) == list(gate.__struct_fields__)
    assert gates.TOKEN not in to_json(gates.failed())


def test_build_system_commands_are_escaped_without_changing_the_value() -> None:
    attack = "##[error]forged ##vso[task.complete] ###"
    gate = gates.poisoned(gates.failed(), lambda text: text + attack)
    text = to_json(gate)
    assert gates.find_commands(text) == []
    assert "##" not in text
    assert json.loads(text) == gate.to_dict()
