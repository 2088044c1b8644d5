"""Errors are counted by statement, explained by failures, and ranked by nearness and novelty."""

from typing import Any

from tests.diagnosis.scenarios import causes
from tests.runs.logs import PACKS, Log, export, platform, records, text_line
from triage import pipeline
from triage.models import Diagnosis, Incident

SERVICE = "till-printer"
OLD, NEW = "till-printer-00007-abc", "till-printer-00008-def"
TRACE = (
    "Traceback (most recent call last):",
    '  File "/app/printer.py", line 12, in print_receipt',
    "    paper = rolls[slot]",
    "PaperJam: no paper roll in slot 4",
)
STARTED = 'Default STARTUP TCP probe succeeded after 1 attempt for container "till-1" on port 8080.'


def diagnosis(*parts: Log | list[Log]) -> Diagnosis:
    return pipeline.analyze(records(export(*parts)), packs=PACKS).diagnosis


def line(seconds: float, text: str, **place: Any) -> Log:
    return text_line(seconds, text, **{"service": SERVICE, "revision": NEW, **place})


def error(seconds: float, text: str, **place: Any) -> Log:
    return line(seconds, text, **{"severity": "ERROR", **place})


def trace(seconds: float, **place: Any) -> list[Log]:
    return [error(seconds + n / 1000, text, **place) for n, text in enumerate(TRACE)]


def ended(seconds: float, **place: Any) -> Log:
    return platform(
        seconds,
        "Container called exit(1).",
        **{"severity": "WARNING", "service": SERVICE, "revision": NEW, **place},
    )


def titles(found: Diagnosis) -> list[str]:
    return [incident.title for incident in found.incidents]


def unknown(found: Diagnosis) -> list[Incident]:
    return [incident for incident in found.incidents if incident.cause == "unknown-error"]


def test_stack_trace_line_by_line_is_one_error() -> None:
    (found,) = diagnosis(trace(1), trace(20), trace(40)).incidents
    assert found.title == "Unknown error: PaperJam: no paper roll in slot 4"
    assert (found.cause, found.severity, found.confidence, found.count) == ("unknown-error", "P2", "low", 3)
    assert (found.first_seen, found.last_seen) == (
        "2026-03-01T08:00:01.003000Z",
        "2026-03-01T08:00:40.003000Z",
    )


def test_stack_trace_in_one_entry_is_one_error() -> None:
    (found,) = diagnosis(error(1, "\n".join(TRACE)), error(9, "\n".join(TRACE))).incidents
    assert (found.title, found.count) == ("Unknown error: PaperJam: no paper roll in slot 4", 2)


def test_level_of_a_line_without_severity_is_read_from_its_words() -> None:
    found = diagnosis(line(1, "ERROR: the drawer is jammed"), line(2, "the drawer is open"))
    assert titles(found) == ["Unknown error: ERROR: the drawer is jammed"]


def test_title_of_an_error_is_at_most_160_characters() -> None:
    (found,) = diagnosis(error(1, "ERROR: the drawer is jammed " * 20)).incidents
    assert len(found.title) <= 160


def test_statement_of_a_failure_is_no_unknown_error() -> None:
    found = diagnosis(trace(1), ended(1.2))
    assert len(found.incidents) == 1
    assert "PaperJam" in found.incidents[0].title


def test_same_statement_elsewhere_is_explained_by_the_failure() -> None:
    again = [error(500, "PaperJam: no paper roll in slot 9", instance="i2")]
    assert unknown(diagnosis(trace(1), ended(1.2), again)) == []


def test_failure_points_are_no_unknown_errors() -> None:
    place = {"severity": "ERROR", "service": SERVICE, "revision": NEW}
    probe = 'Default STARTUP TCP probe failed 1 time consecutively for container "till-1" on port 8080. The instance was not started.'
    found = diagnosis(trace(1), ended(1.2), platform(1.4, probe, **place))
    assert unknown(found) == []


def test_platform_error_that_no_rule_knows_is_an_unknown_error() -> None:
    place = {"severity": "ERROR", "service": SERVICE, "revision": NEW}
    found = diagnosis(platform(1, "The frobnicator of the sandbox is offline.", **place))
    assert titles(found) == ["Unknown error: The frobnicator of the sandbox is offline."]


def test_known_error_without_a_failure_has_the_title_of_its_cause() -> None:
    text = "redis.exceptions.ConnectionError: Error 111 connecting to 10.9.8.7:6379. Connection refused."
    found = diagnosis(error(1, text), error(50, text))
    (incident,) = found.incidents
    assert incident.cause != "unknown-error"
    assert not incident.title.startswith("Unknown error")
    assert (incident.severity, incident.count) == ("P2", 2)
    assert incident.confidence in ("low", "medium")


def test_errors_without_a_failure_never_change_the_verdict() -> None:
    started = platform(0, STARTED, service=SERVICE, revision=NEW)
    assert diagnosis(started).verdict == diagnosis(started, trace(5), trace(9)).verdict == "ready"


def test_errors_near_a_failure_come_first() -> None:
    far = [error(n, "ERROR: the drawer is jammed", instance="i3") for n in range(5)]
    near = [error(599.5, "ERROR: the light is off", instance="i4")]
    found = diagnosis(far, near, trace(600), ended(600.2))
    assert [incident.title for incident in unknown(found)] == [
        "Unknown error: ERROR: the light is off",
        "Unknown error: ERROR: the drawer is jammed",
    ]


def test_errors_that_are_new_since_an_older_revision_come_first() -> None:
    old = [error(n, "ERROR: the drawer is jammed", revision=OLD) for n in range(5)]
    both = [error(60 + n, "ERROR: the drawer is jammed") for n in range(5)]
    new = [error(70, "ERROR: the light is off")]
    found = unknown(diagnosis(old, both, new))
    assert [incident.title for incident in found] == [
        "Unknown error: ERROR: the light is off",
        "Unknown error: ERROR: the drawer is jammed",
    ]
    assert any(f"New since revision {NEW}" in reason for reason in found[0].because)


def test_errors_that_are_new_in_the_second_half_come_first() -> None:
    always = [error(n * 100, "ERROR: the drawer is jammed") for n in range(10)]
    new = [error(800, "ERROR: the light is off")]
    assert titles(diagnosis(always, new))[0] == "Unknown error: ERROR: the light is off"


def test_errors_follow_all_incidents() -> None:
    found = diagnosis(error(0, "ERROR: the light is off", instance="i4"), trace(600), ended(600.2))
    assert causes(found)[-1] == "unknown-error"
    assert len(found.incidents) == 2


def test_errors_do_not_depend_on_the_order_of_the_logs() -> None:
    light = error(3, "ERROR: the light is off", instance="i4")
    logs = export(trace(1), trace(20), light, ended(1.2, instance="i5"))
    assert diagnosis(logs) == diagnosis(logs[::-1])


def test_trace_in_one_entry_that_a_rule_knows_is_one_error() -> None:
    text = "\n".join([*TRACE[:-1], "psycopg.OperationalError: the connection is closed"])
    (found,) = diagnosis(error(1, text)).incidents
    assert (found.cause, found.count) == ("pg-lost", 1)
