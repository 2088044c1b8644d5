"""What a caller got is linked to the change of the service that it called."""

import pytest

from tests.changes.audit_entries import LOCATION, SERVICE, at
from tests.changes.test_linking import IMAGE, change, onset
from triage.changes import link_change
from triage.models.change import ChangeItem, Onset


def calling(text: str, clock: str = "10:00:40") -> Onset:
    """Return a failure of another service."""
    return onset(text, clock, "500", service="till", first_failures={"till-00009-abc": at(clock)})


CLOSED = ChangeItem("ingress", "all", "internal")
FEWER = ChangeItem("max instances", "20 (of the service)", "1 (of the service)")
CALL = f"GET https://{SERVICE}-123456789012.{LOCATION}.run.app/stock"


@pytest.mark.parametrize(
    ("item", "text", "confidence"),
    [
        (CLOSED, f"{CALL}: 404 Not Found", "high"),
        (CLOSED, f"https://{SERVICE}-a1b2c3d4e5-ez.a.run.app/stock answered 404", "high"),
        (FEWER, f"AxiosError: Request failed with status code 429\n{CALL}", "high"),
        (IMAGE, f"{CALL}: 503 Service Unavailable", "medium"),
    ],
)
def test_a_change_of_the_service_that_is_called_explains_its_answer(
    item: ChangeItem, text: str, confidence: str
) -> None:
    link = link_change(calling(text), [change("10:00:00", item, created=item is IMAGE)])
    assert link is not None
    assert (link.confidence, link.items) == (confidence, (item.name,))


@pytest.mark.parametrize(
    ("item", "text", "clock"),
    [
        (CLOSED, f"{CALL}: 503", "10:00:40"),
        (CLOSED, f"GET https://{SERVICE}-api-123456789012.{LOCATION}.run.app/: 404", "10:00:40"),
        (CLOSED, "404 Not Found", "10:00:40"),
        (CLOSED, f"{CALL}: 404 Not Found", "09:59:00"),
        (IMAGE, f"{CALL}: 503", "12:00:00"),
    ],
)
def test_a_change_of_a_service_that_is_not_called_explains_nothing(
    item: ChangeItem, text: str, clock: str
) -> None:
    assert link_change(calling(text, clock), [change("10:00:00", item)]) is None
