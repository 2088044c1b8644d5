"""A gate as workflow commands: one for each criterion that is not met, and none that a log could add."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.rendering.judgements import (
    ATTACKS,
    TOKEN,
    Command,
    failed,
    inconclusive,
    obeyed,
    passed,
    poisoned,
)
from triage.rendering.annotations import render_annotations

NEW = "orders-backend-staging-00042-bqz"


def told(commands: list[Command]) -> list[tuple[str, str]]:
    return [(command.name, command.title.rpartition(": ")[2]) for command in commands]


def test_what_failed_is_an_error_and_what_was_required_but_not_measured_a_warning() -> None:
    assert told(obeyed(render_annotations(failed()))) == [
        ("error", "ready"),
        ("warning", "boots_ready"),
        ("error", "connections"),
        ("error", "new_errors"),
        ("notice", "roll back"),
        ("error", "failed"),
    ]


def test_a_gate_that_passed_says_so_and_is_silent_on_what_is_optional() -> None:
    assert told(obeyed(render_annotations(passed()))) == [("notice", "passed")]


def test_an_inconclusive_gate_warns_of_all_that_was_required() -> None:
    found = told(obeyed(render_annotations(inconclusive())))
    assert found[-1] == ("warning", "inconclusive")
    assert len(found) == 6
    assert {name for name, _ in found} == {"warning"}


def test_an_annotation_says_condition_value_and_evidence_on_lines_of_its_own() -> None:
    command = next(
        found for found in obeyed(render_annotations(failed())) if found.title.endswith("connections")
    )
    assert command.title == f"triage gate {NEW}: connections"
    assert command.message.splitlines() == [
        "at least 95 % of the WebSocket connections are opened: 2 of 10 WebSocket connections were opened (101)",
        "E2 2026-03-17 14:01:59.102 UTC insertId=68c62ef800080002 ERROR: GET /ws 503",
    ]


def test_the_way_back_is_an_annotation_with_the_real_names() -> None:
    command = next(
        found for found in obeyed(render_annotations(failed())) if found.title.endswith("roll back")
    )
    assert "--to-revisions=orders-backend-staging-00041-kxw=100" in command.message
    assert command.message.endswith("The logs do not show: PROJECT")


def test_no_secret_is_in_them() -> None:
    text = render_annotations(failed())
    assert TOKEN not in text
    assert "Cannot ship order 17: Bearer <token-1>" in text


pieces = st.one_of(st.sampled_from(ATTACKS), st.text(st.characters(exclude_categories=[]), max_size=12))


@given(attack=st.lists(pieces, min_size=1, max_size=4).map("".join), before=st.booleans())
@settings(max_examples=150)
def test_no_text_from_a_log_becomes_a_command_a_property_or_a_line(attack: str, *, before: bool) -> None:
    gate = poisoned(failed(), lambda text: attack + text if before else text + attack)
    text = render_annotations(gate)
    lines = text.split("\n")
    assert len(text.splitlines()) == len(lines) - 1 == 6
    assert all(re.match(r"::(?:error|warning|notice) title=[^:,\r\n]*::", line) for line in lines[:-1])
    assert [found.name for found in obeyed(text)] == ["error", "warning", "error", "error", "notice", "error"]
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\ud800-\udfff]", text)
