"""An error that is said once, after which requests fail with other words."""

import pytest

from tests.failures.entries import Log, diagnose, printed, request, started
from tests.failures.test_incidents import only

DENIED = "googleapi: Error 403: shop@demo-project.iam.gserviceaccount.com does not have storage.objects.get access to the Google Cloud Storage object., forbidden"
EMPTY = "the price list is empty"


def served(*rows: Log, said: str = DENIED, at: float = 30, instance: str = "i1") -> list[Log]:
    good = [request(3 + n, "/prices") for n in range(20)]
    error = printed(at, {"level": "error", "msg": "reload failed", "error": said}, instance=instance)
    return [*started(0), *good, error, *rows]


def failed(at: float, instance: str = "i1") -> list[Log]:
    said = printed(at + 0.05, {"level": "error", "msg": EMPTY}, instance=instance)
    return [request(at, "/prices", 500, instance=instance), said]


FAILED = [row for n in range(12) for row in failed(35 + n)]


def test_error_before_requests_that_all_fail_since_is_their_cause() -> None:
    incident = only(diagnose(served(*FAILED)))
    assert "storage.objects.get" in incident.title
    assert (incident.confidence, incident.count) == ("medium", 12)
    assert incident.because[0].startswith("5.0 s before the first failure, the application printed")
    assert any(EMPTY in reason for reason in incident.because)


def test_error_that_no_rule_knows_is_evidence_of_the_requests_that_fail_since() -> None:
    found = diagnose(served(*FAILED, said="tariff file: line 9 has no price"))
    incident = only(found)
    assert EMPTY in incident.title
    assert "line 9 has no price" in incident.because[0]
    assert found.incidents == [incident]


def test_error_before_requests_that_fail_without_a_word_is_their_cause() -> None:
    silent = [request(35 + n, "/prices", 500) for n in range(12)]
    incident = only(diagnose(served(*silent)))
    assert "storage.objects.get" in incident.title
    found = diagnose(served(*silent, said="tariff file: line 9 has no price"))
    assert only(found).title == "Requests to /prices returned 500 after `tariff file: line 9 has no price`"
    assert only(found).confidence == "medium"


@pytest.mark.parametrize(
    "rows",
    [
        served(*FAILED, request(33, "/prices")),
        served(*FAILED, request(40, "/prices")),
        served(*FAILED, at=60),
        served(*FAILED, instance="i2"),
        served(*FAILED[:8]),
        served(*FAILED, *(printed(20 + n, DENIED, severity="ERROR") for n in range(4))),
    ],
    ids=["succeeded between", "succeeds now and then", "said later", "other instance", "few", "said often"],
)
def test_error_is_no_cause_of_requests_that_may_fail_without_it(rows: list[Log]) -> None:
    (incident,) = [found for found in diagnose(rows).incidents if found.severity != "P2"]
    assert EMPTY in incident.title
    assert not any("before the first failure" in reason for reason in incident.because)


def test_error_that_each_failing_instance_and_no_other_says_is_their_cause() -> None:
    rows = [*started(0), *(request(3 + n, "/prices") for n in range(60))]
    for number in range(4):
        name, at = f"n{number}", 10.0 + 9 * number
        said = {"level": "error", "msg": "prices not loaded", "error": DENIED}
        rows += [printed(at, said, instance=name)]
        rows += [row for n in range(5) for row in failed(at + 1 + n, name)]
    incident = only(diagnose(rows))
    assert "storage.objects.get" in incident.title
    assert incident.count == 20
