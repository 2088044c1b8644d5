"""The history of revisions: the last good and the first bad one."""

import pytest

from tests.release.comparison.sides import SHOP, at_minute, side
from triage.models import ServiceState, ServiceVerdict
from triage.release.comparison import build_revision_history, compare


def test_revision_histories_are_of_services_with_a_verdict() -> None:
    verdicts: dict[str, ServiceVerdict] = {"auth": "inconclusive", "cart": "ready", SHOP: "inconclusive"}
    states = [
        ServiceState(service=name, verdict=verdict, primary=name == SHOP, revisions={f"{name}-1": verdict})
        for name, verdict in verdicts.items()
    ]
    judged = side("inconclusive", states=states)
    assert [walked.service for walked in compare(judged, judged).walks] == ["cart", SHOP]


@pytest.mark.parametrize(
    ("verdicts", "last_good", "first_bad", "bounded"),
    [
        (["not_ready", "not_ready", "ready"], 2, 1, True),
        (["not_ready", "inconclusive", "not_ready", "degraded"], 3, 2, True),
        (["ready", "not_ready"], 0, 1, False),
        (["ready", "not_ready", "ready", "not_ready"], 0, 1, True),
        (["ready"], 0, None, False),
        (["inconclusive"], None, None, False),
        ([], None, None, False),
    ],
)
def test_the_history_finds_the_last_good_and_first_bad_revision(
    verdicts: list[ServiceVerdict], last_good: int | None, first_bad: int | None, *, bounded: bool
) -> None:
    names = [f"shop-{9 - place:05}-abc" for place in range(len(verdicts))]
    walked = build_revision_history(SHOP, dict(zip(names, verdicts, strict=True)))
    assert walked.last_good == (None if last_good is None else names[last_good])
    assert walked.first_bad == (None if first_bad is None else names[first_bad])
    assert walked.bounded == bounded


def test_histories_of_both_sides_are_merged() -> None:
    before = side(revisions={"shop-2": "not_ready", "shop-1": "ready"})
    after = side(
        first=at_minute(60), last=at_minute(120), revisions={"shop-3": "ready", "shop-2": "inconclusive"}
    )
    (walked,) = compare(before, after).walks
    assert walked.revisions == {"shop-3": "ready", "shop-2": "not_ready", "shop-1": "ready"}
    assert (walked.last_good, walked.first_bad, walked.bounded) == ("shop-3", "shop-2", True)
