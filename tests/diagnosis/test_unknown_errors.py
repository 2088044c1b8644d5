"""Unknown errors, known noise, and suggested queries."""

import pytest

from tests.diagnosis.scenarios import (
    BORN,
    NEW,
    OLD,
    SCENES,
    broken_bridge,
    causes,
    crash,
    cut_off,
    failed_check,
)
from tests.runs.logs import (
    PACKS,
    diagnosis,
    export,
    log_line,
    platform,
    request,
    validation,
)
from triage.models import Incident


def test_unknown_errors_are_grouped_by_template_newest_revision_first() -> None:
    old = [
        log_line(n, f"Cannot price order {n}: KeyError", "shop", severity="ERROR", revision=OLD)
        for n in range(5)
    ]
    new = [
        log_line(60 + n, f"Tax table {n} is empty", "shop", severity="CRITICAL", revision=NEW)
        for n in range(2)
    ]
    ready = validation(90, revision=NEW)
    found = diagnosis(old, new, ready)
    assert [(i.cause, i.confidence, i.count, i.scope.revisions) for i in found.incidents] == [
        ("unknown-error", "low", 2, [NEW]),
        ("unknown-error", "low", 5, [OLD]),
    ]
    assert found.verdict == "ready"


def test_matched_error_without_a_cause_is_an_unknown_error() -> None:
    line = "Cloud Run detected: Extended timeout to 11.0s for services phase"
    (error,) = diagnosis([log_line(n * 10, line, severity="ERROR") for n in range(3)]).incidents
    assert (error.cause, error.count) == ("unknown-error", 3)
    assert (error.first_seen, error.last_seen) == (
        "2026-03-01T08:00:00.000000Z",
        "2026-03-01T08:00:20.000000Z",
    )


def test_error_that_a_rule_knows_without_its_words_is_quoted() -> None:
    text = "rpc error: code = Internal desc = open /data/tariffs.bin: input/output error"
    (error,) = diagnosis(
        [log_line(n * 10, text, severity="ERROR") for n in range(3)], validation(90)
    ).incidents
    assert error.cause == "api-internal"
    assert "tariffs.bin" in error.title


def test_unknown_errors_rank_last_and_are_limited() -> None:
    words = [f"{a}{b}" for a in "abcdefghijklmnopqrst" for b in "abcdefghijklmnopqrstuvwxyz"]
    unknown = [
        log_line(n / 100, f"Cannot {word} the order", "shop", severity="ERROR")
        for n, word in enumerate(words)
    ]
    found = diagnosis(unknown, broken_bridge(30), cut_off(40))
    assert causes(found)[:2] == ["bridge-method-missing", "response-truncated"]
    assert set(causes(found)[2:]) == {"unknown-error"}
    assert len(found.incidents) < 40


def test_noise_is_counted_and_never_an_incident() -> None:
    noise = [
        log_line(n, "Session access failed (middleware not installed?): SessionMiddleware must be installed to access request.session", "logging", severity="CRITICAL")
        for n in range(11)
    ]  # fmt: skip
    found = diagnosis(noise, validation(30))
    assert (found.verdict, found.incidents) == ("ready", [])
    assert [entry.count for entry in found.noise] == [11]


def test_unmatched_warnings_and_requests_are_not_unknown_errors() -> None:
    found = diagnosis(
        log_line(0, "The cache is cold", "shop", severity="WARNING"),
        request(1, "/nothing", 404),
        validation(2),
    )
    assert found.incidents == []


@pytest.mark.parametrize("name", SCENES)
def test_suggested_query_is_a_valid_logging_filter(name: str) -> None:
    from triage.lql import parse

    following = diagnosis(SCENES[name]).next
    if following is not None:
        assert parse(following.filter)
        assert following.why


def test_every_pack_filter_is_a_valid_logging_filter() -> None:
    from triage.lql import parse

    for pack in PACKS:
        assert parse(pack.filter)
        for cause in pack.causes:
            assert cause.suggest is None or parse(cause.suggest.filter)


def test_quote_in_a_service_name_is_escaped_in_the_filter() -> None:
    from triage.lql import parse

    following = diagnosis(platform(0, BORN, service='netra-backend-" OR true OR "')).next
    assert following is not None
    assert parse(following.filter)


def test_without_packs_every_error_is_unknown() -> None:
    from triage.lql import parse

    found = diagnosis(failed_check(0), packs=[])
    assert found.verdict == "inconclusive"
    assert {incident.cause for incident in found.incidents} == {"unknown-error"} or not found.incidents
    assert found.next is not None
    assert parse(found.next.filter)


def test_incidents_are_independent_of_export_order() -> None:
    logs = export(SCENES["many"])
    assert diagnosis(logs) == diagnosis(logs[::-1]) == diagnosis(logs[1::2], logs[::2])


def incident_of(name: str) -> Incident:
    return diagnosis(SCENES[name]).incidents[0]


def test_incident_has_no_failing_check_that_passed() -> None:
    assert {name: incident_of(name).check for name in ("crash", "startup", "check", "header", "bypass")} == {
        "crash": None,
        "startup": "database",
        "check": "database",
        "header": None,
        "bypass": None,
    }


def test_service_with_unquotable_name_is_diagnosed() -> None:
    found = diagnosis(crash(0, service="shop\x07"))
    assert found.verdict == "not_ready"
    assert found.next is None or "shop" not in found.next.filter
