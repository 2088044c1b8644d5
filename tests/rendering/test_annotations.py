"""Annotations of a gate: one per unmet criterion, none from log text."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
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
from triage.rendering.annotations import render_annotations

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
