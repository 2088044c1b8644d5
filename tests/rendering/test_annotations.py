"""Annotations: one per unmet criterion of a gate, one of a diagnosis, none from log text."""

import re
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tests.rendering.conftest import Document, evidence, incident
from tests.rendering.gates import (
    ATTACKS,
    TOKEN,
    Command,
    failed,
    find_commands,
    inconclusive,
    passed,
    poisoned,
)
from triage.models import Because, Coverage, Diagnosis, ServiceState, Timeline
from triage.models.diagnosis import ServiceVerdict
from triage.rendering.annotations import render_annotations, render_diagnosis

NEW = "orders-backend-staging-00042-bqz"


def levels_and_titles(commands: list[Command]) -> list[tuple[str, str]]:
    return [(command.name, command.title.rpartition(": ")[2]) for command in commands]


def test_failed_is_an_error_and_required_but_not_measured_a_warning() -> None:
    assert levels_and_titles(find_commands(render_annotations(failed()))) == [
        ("error", "ready"),
        ("warning", "boots_ready"),
        ("error", "connections"),
        ("error", "new_errors"),
        ("notice", "roll back"),
        ("error", "failed"),
    ]


def test_passed_gate_has_one_notice_and_none_for_optional_criteria() -> None:
    assert levels_and_titles(find_commands(render_annotations(passed()))) == [("notice", "passed")]


def test_inconclusive_gate_warns_of_each_required_criterion() -> None:
    found = levels_and_titles(find_commands(render_annotations(inconclusive())))
    assert found[-1] == ("warning", "inconclusive")
    assert len(found) == 6
    assert {name for name, _ in found} == {"warning"}


def test_annotation_has_condition_value_and_evidence_on_separate_lines() -> None:
    command = next(
        found for found in find_commands(render_annotations(failed())) if found.title.endswith("connections")
    )
    assert command.title == f"triage gate {NEW}: connections"
    assert command.message.splitlines() == [
        (
            "at least 95 % of the WebSocket connections are opened: 2 of 10 WebSocket connections were opened "
            "(101)"
        ),
        "E2 2026-03-17 14:01:59.102 UTC insertId=68c62ef800080002 ERROR: GET /ws 503",
    ]


def test_rollback_is_an_annotation_with_actual_names() -> None:
    command = next(
        found for found in find_commands(render_annotations(failed())) if found.title.endswith("roll back")
    )
    assert "--to-revisions=orders-backend-staging-00041-kxw=100" in command.message
    assert command.message.endswith("The logs do not show: PROJECT")


def test_secrets_are_masked() -> None:
    text = render_annotations(failed())
    assert TOKEN not in text
    assert "Cannot ship order 17: Bearer <token-1>" in text


pieces = st.one_of(st.sampled_from(ATTACKS), st.text(st.characters(exclude_categories=[]), max_size=12))


@given(attack=st.lists(pieces, min_size=1, max_size=4).map("".join), before=st.booleans())
@settings(max_examples=examples(150))
def test_log_text_becomes_no_command_property_or_line(attack: str, *, before: bool) -> None:
    gate = poisoned(failed(), lambda text: attack + text if before else text + attack)
    text = render_annotations(gate)
    lines = text.split("\n")
    assert len(text.splitlines()) == len(lines) - 1 == 6
    assert all(re.match(r"::(?:error|warning|notice) title=[^:,\r\n]*::", line) for line in lines[:-1])
    assert [found.name for found in find_commands(text)] == [
        "error",
        "warning",
        "error",
        "error",
        "notice",
        "error",
    ]
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\ud800-\udfff]", text)


# a diagnosis


def crashed(
    verdict: ServiceVerdict = "not_ready", line: str = f"Cannot read the tariff: {TOKEN}", **changes: Any
) -> Diagnosis:
    """Return the diagnosis of a container that exits after a line."""
    fields: dict[str, Any] = {
        "reasons": [
            Because(f"The application printed `{line}`", ["E1"]),
            Because("The container exited with code 1, 3 times", ["E2"]),
        ],
        "evidence": [evidence(1, line), evidence(2, "Container called exit(1).", count=3)],
        "change_says": "Began 9 s after revision orders-backend-staging-00042-bqz: env TARIFF removed",
        "playbook": "container-exit",
        "tier": "crash",
    }
    found = incident("container-exit", f"The container exited with code 1 after `{line}`", **fields | changes)
    state = ServiceState(
        service=found.service, verdict=verdict, revision=NEW, why=f"the boot failed after {line}"
    )
    return Diagnosis(verdict=verdict, services=[state], incidents=[found], coverage=Coverage())


def annotate(diagnosis: Diagnosis, note: str = "") -> Command:
    """Return the only annotation of a diagnosis."""
    timeline = Timeline(coverage=diagnosis.coverage, runs=[], requests=[])
    (command,) = find_commands(render_diagnosis(diagnosis, timeline, note=note))
    return command


def test_annotation_of_a_diagnosis_names_cause_mitigation_and_evidence() -> None:
    command = annotate(crashed(line="No tariff"))
    assert command.name == "error"
    assert (
        command.title == "triage orders-backend-staging: The container exited with code 1 after `No tariff`"
    )
    lines = command.message.splitlines()
    assert lines[0] == "Not ready: the boot failed after No tariff"
    assert lines[1].startswith("Began 9 s after revision")
    assert lines[2].startswith("Do now: ")
    assert lines[lines.index("Why (high confidence):") + 1 :] == [
        "1. The application printed `No tariff`",
        "E1 2026-03-17 14:01:59.101 UTC insertId=68c62ef800080001 WARNING: No tariff",
        "2. The container exited with code 1, 3 times",
        "E2 2026-03-17 14:01:59.102 UTC insertId=68c62ef800080002 WARNING: Container called exit(1). (3 times)",
    ]


def test_annotation_has_the_commands_of_the_mitigation(gate: Document) -> None:
    (command,) = find_commands(render_diagnosis(*gate))
    assert "\ngit grep -n '_is_websocket_request' -- netra_backend/app/middleware\n" in command.message


@pytest.mark.parametrize(
    ("verdict", "changes", "level"),
    [
        ("not_ready", {}, "error"),
        ("degraded", {}, "warning"),
        ("ready", {}, "warning"),
        ("ready", {"recovered": True}, "notice"),
        ("inconclusive", {}, "warning"),
    ],
)
def test_level_follows_the_verdict_and_what_is_open(
    verdict: ServiceVerdict, changes: dict[str, Any], level: str
) -> None:
    assert annotate(crashed(verdict, **changes)).name == level


def test_ready_service_has_a_notice_with_the_reason() -> None:
    ready = msgspec.structs.replace(crashed("ready"), incidents=[])
    assert annotate(ready) == ("notice", "triage orders-backend-staging: ready", f"Ready: {ready.services[0].why}".replace(TOKEN, "Bearer <token-1>"))  # fmt: skip


def test_without_entries_the_note_is_the_annotation() -> None:
    empty = Diagnosis(verdict="no_data", coverage=Coverage(), limits=["the export holds no entries"])
    assert annotate(empty) == ("warning", "triage: no data", "No data: the export holds no entries")
    assert annotate(empty, note="no entries of service shop").message == "No data: no entries of service shop"


def test_title_has_no_more_characters_than_github_shows() -> None:
    assert len(annotate(crashed(line="word " * 200)).title) <= 255


def test_secrets_of_a_diagnosis_are_masked() -> None:
    command = annotate(crashed())
    assert TOKEN not in command.title + command.message
    assert "Cannot read the tariff: Bearer <token-1>" in command.message


@given(attack=st.lists(pieces, min_size=1, max_size=4).map("".join))
@settings(max_examples=examples(100))
def test_log_text_of_a_diagnosis_becomes_no_command_property_or_line(attack: str) -> None:
    diagnosis = crashed(line=attack)
    timeline = Timeline(coverage=diagnosis.coverage, runs=[], requests=[])
    text = render_diagnosis(diagnosis, timeline)
    assert len(text.splitlines()) == 1
    assert re.fullmatch(r"::error title=[^:,\r\n]*::.*\n", text)
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\ud800-\udfff]", text)
