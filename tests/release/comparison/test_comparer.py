"""Comparing two sides: better, worse, mixed, same or unclear."""

import random
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as some

from tests.release.comparison.sides import SHOP, at_minute, boots, error, request_counts, side, validations
from triage.models import (
    Comparison,
    ErrorChange,
    Gap,
    Incident,
    OutcomeChange,
    OutcomeStats,
    RevisionActivity,
    RevisionTraffic,
    Scope,
    ServiceState,
)
from triage.release.comparison import Side, compare

SHAPES = ["queue was full", "took <n>s", "no such user"]
MIRRORED = {
    "better": "worse", "worse": "better", "new": "gone", "gone": "new", "more": "less", "less": "more",
    "slower": "faster", "faster": "slower", "before": "after", "after": "before",
}  # fmt: skip


@some.composite
def sides(draw: some.DrawFn) -> Side:
    """Draw a side with any verdict, boots, checks, requests, errors and instances."""
    runs = boots(draw(some.integers(0, 12)), draw(some.integers(0, 12)), draw(some.sampled_from([1.0, 9.0])))
    runs += validations(
        "redis", *draw(some.lists(some.sampled_from(["passed", "failed", "warned"]), max_size=6))
    )
    counts = draw(some.lists(some.integers(0, 60), min_size=3, max_size=3))
    return side(
        draw(some.sampled_from(["ready", "degraded", "not_ready", "inconclusive", "no_data"])),
        minutes=draw(some.sampled_from([1, 5, 30, 300])),
        instances=draw(some.integers(0, 4)),
        runs=runs,
        requests=[request_counts("/health", status, draw(some.integers(1, 40))) for status in (200, 503)],
        errors=[error(shape, count) for shape, count in zip(SHAPES, counts, strict=True) if count],
    )


def outcomes(comparison: Comparison) -> dict[tuple[str, str], OutcomeChange]:
    return {(found.kind, found.name): found for found in comparison.outcomes}


def errors(comparison: Comparison) -> dict[str, ErrorChange]:
    return {found.shape: found for found in comparison.errors}


def said(comparison: Comparison) -> list[str]:
    return [sign.says for sign in comparison.because]


def incident(cause: str, count: int) -> Incident:
    return Incident(
        id=f"id-{cause}", cause=cause, title=cause, service=SHOP, check=None, condition=None, severity="P1",
        confidence="high", tier="gate", playbook=cause, because=[], scope=Scope(service=SHOP), first_seen=at_minute(1),
        last_seen=at_minute(2), count=count,
    )  # fmt: skip


def comparison_key(comparison: Comparison) -> dict[str, Any]:
    """Return the content of a comparison without its order."""
    return {
        "change": comparison.change,
        "because": sorted(sign.change for sign in comparison.because),
        "verdicts": [(found.before, found.after, found.change) for found in comparison.verdicts],
        "outcomes": {
            key: (found.before, found.after, found.change, found.pace)
            for key, found in outcomes(comparison).items()
        },
        "errors": {
            key: (found.before, found.after, found.change, found.sure)
            for key, found in errors(comparison).items()
        },
        "thin": sorted((thin.side, thin.why) for thin in comparison.thin),
    }


def mirrored(value: Any) -> Any:
    """Return the content expected when the sides are swapped."""
    match value:
        case str():
            return MIRRORED.get(value, value)
        case (before, after, *rest) if isinstance(value, tuple) and rest:
            return (after, before, *map(mirrored, rest))
        case tuple():
            return tuple(map(mirrored, value))
        case list():
            return sorted(map(mirrored, value))
        case dict():
            return {key: mirrored(item) for key, item in value.items()}
        case _:
            return value


@given(sides(), sides())
def test_swapped_sides_give_the_mirrored_result(before: Side, after: Side) -> None:
    assert mirrored(comparison_key(compare(before, after))) == comparison_key(compare(after, before))


@given(sides())
def test_nothing_changes_from_a_side_to_itself(one: Side) -> None:
    comparison = compare(one, one)
    assert comparison.change in ("same", "unclear")
    assert [sign.change for sign in comparison.because] == [comparison.change]
    assert {found.change for found in comparison.errors} <= {"same", "unclear"}
    assert {found.change for found in comparison.outcomes} <= {"same", "unclear"}


@given(sides(), sides(), some.randoms(use_true_random=False))
def test_the_order_of_errors_and_requests_does_not_matter(
    before: Side, after: Side, chance: random.Random
) -> None:
    shuffled = msgspec.structs.replace(
        after,
        **{
            name: chance.sample(getattr(after, name), len(getattr(after, name)))
            for name in ("errors", "requests", "activities")
        },
    )
    assert comparison_key(compare(before, shuffled)) == comparison_key(compare(before, after))


@given(some.integers(1, 400), some.integers(1, 12))
def test_longer_logs_at_the_same_rate_are_the_same(count: int, times: int) -> None:
    before = side(minutes=20, instances=1, errors=[error("full", count)])
    after = side(minutes=20 * times, instances=times, errors=[error("full", count * times)])
    found = errors(compare(before, after))["full"]
    assert (found.change, found.sure) == ("same", True)
    assert found.before.per_hour == pytest.approx(found.after.per_hour)
    assert found.before.per_instance == pytest.approx(found.after.per_instance)


def test_a_changed_verdict_decides() -> None:
    before = side("not_ready", errors=[error("old", 50)])
    after = side("ready", errors=[error("fresh", 50)])
    comparison = compare(before, after)
    assert comparison.change == "better"
    assert [(sign.says, sign.change) for sign in comparison.because] == [
        ("shop was not ready and is ready", "better"),
        ("an error pattern is new: fresh 50", "worse"),
        ("an error pattern is gone: old 50", "better"),
    ]


def test_degraded_is_worse_than_ready_and_better_than_not_ready() -> None:
    assert compare(side("ready"), side("degraded")).change == "worse"
    assert compare(side("not_ready"), side("degraded")).change == "better"


def test_a_check_that_starts_failing_is_worse_even_in_few_runs() -> None:
    comparison = compare(
        side(runs=validations("redis", "passed")), side(runs=validations("redis", "warned", "warned"))
    )
    assert comparison.change == "worse"
    found = outcomes(comparison)["check", "redis"]
    assert (found.change, found.became) == ("worse", "fails now")
    assert "check redis: 1 of 1 before, 0 of 2 after" in said(comparison)


def test_a_failed_check_of_a_boot_counts_without_its_own_line() -> None:
    blamed = [msgspec.structs.replace(boot, failed_checks=["database"]) for boot in boots(0, 2)]
    found = outcomes(compare(side(runs=blamed), side(runs=validations("database", "passed"))))[
        "check", "database"
    ]
    assert (found.became, str(found.before)) == ("passes now", "0 of 2 (2 failed)")


def test_an_unreached_check_neither_passes_nor_fails() -> None:
    found = outcomes(
        compare(side(runs=validations("redis", "not_reached")), side(runs=validations("redis", "passed")))
    )["check", "redis"]
    assert (found.change, str(found.before)) == ("unclear", "1 not reached")


def test_two_boots_are_insufficient_and_many_are_not() -> None:
    few = outcomes(compare(side(runs=boots(0, 2)), side(runs=boots(1, 0))))["boot", ""]
    many = outcomes(compare(side(runs=boots(0, 12)), side(runs=boots(12, 0))))["boot", ""]
    assert (few.change, few.became) == ("unclear", "too few to tell")
    assert (many.change, many.became) == ("better", "better")


def test_ratios_within_five_points_are_the_same() -> None:
    before, after = (
        side(requests=[request_counts("/health", 200, good), request_counts("/health", 503, 100 - good)])
        for good in (97, 95)
    )
    assert outcomes(compare(before, after))["health", "/health"].change == "same"


def test_what_only_one_side_has_is_not_compared() -> None:
    found = outcomes(compare(side(), side(runs=boots(3, 0))))["boot", ""]
    assert (found.before, found.change, found.became) == (None, "unclear", "only after")


def test_slower_needs_five_times_on_each_side() -> None:
    def pace(times: int, elapsed: float) -> str | None:
        return outcomes(compare(side(runs=boots(times, 0)), side(runs=boots(times, 0, elapsed))))[
            "boot", ""
        ].pace

    assert pace(5, 9.0) == "slower"
    assert pace(4, 9.0) == "unclear"
    assert pace(5, 1.0) == "faster"
    assert pace(5, 2.2) == "same"


def test_a_new_pattern_is_sure_only_beyond_chance() -> None:
    often = errors(compare(side(), side(errors=[error("full", 20)])))["full"]
    once = errors(compare(side(), side(errors=[error("full", 1)])))["full"]
    assert (often.change, often.sure, often.became) == ("new", True, "new")
    assert (once.change, once.sure, once.became) == ("new", False, "new?")
    assert compare(side(), side(errors=[error("full", 1)])).change == "same"
    assert compare(side(), side(errors=[error("full", 20)])).change == "worse"


def test_doubled_small_counts_are_not_a_change() -> None:
    found = errors(compare(side(errors=[error("full", 1)]), side(errors=[error("full", 2)])))["full"]
    assert (found.change, found.sure) == ("unclear", False)


def test_a_rate_must_change_per_hour_and_per_instance() -> None:
    """More instances alone cause more errors per hour."""
    before = side(instances=1, errors=[error("full", 50)])
    after = side(instances=10, errors=[error("full", 500)])
    found = errors(compare(before, after))["full"]
    assert (found.before.per_instance, found.after.per_instance) == (50, 50)
    assert found.change == "unclear"


def test_the_rate_threshold_is_symmetric() -> None:
    fewer, more = side(instances=3, errors=[error("full", 5)]), side(errors=[error("full", 5)])
    assert errors(compare(fewer, more))["full"].change == "unclear"
    assert errors(compare(more, fewer))["full"].change == "unclear"


def test_a_rate_changes_from_a_factor_of_one_and_a_half() -> None:
    small = compare(side(errors=[error("full", 10_000)]), side(errors=[error("full", 11_000)]))
    large = compare(side(errors=[error("full", 10_000)]), side(errors=[error("full", 16_000)]))
    assert errors(small)["full"].change == "same"
    assert errors(large)["full"].change == "more"
    assert (small.change, large.change) == ("same", "worse")


def test_errors_of_one_pattern_are_summed_over_revisions() -> None:
    both = [error("full", 3), error("full", 4, revision="shop-00001-old")]
    assert errors(compare(side(errors=both), side(errors=both)))["full"].before.count == 7


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"minutes": 2}, "2.0 minutes of logs give no rate, it takes 5"),
        ({"instances": 0}, "no line names an instance"),
        ({"requests": []}, "no boot, no validation and no request"),
    ],
)
def test_insufficient_data_is_reported_and_not_counted_as_zero(changes: dict[str, Any], why: str) -> None:
    comparison = compare(side(**changes), side(errors=[error("full", 500)]))
    assert [(thin.side, thin.why) for thin in comparison.thin] == [("before", why)]
    found = errors(comparison)["full"]
    assert (found.change, found.sure) == ("new", False)
    assert (found.before.per_hour, found.after.per_hour) == (None, None)
    assert comparison.change == "unclear"
    assert said(comparison) == [
        f"shop is ready on both sides, and BEFORE has too little data to say more: {why}"
    ]


def test_sides_without_a_common_service_are_unclear() -> None:
    comparison = compare(side(), side("not_ready", service="cart", requests=[]))
    assert comparison.change == "unclear"
    assert said(comparison) == ["BEFORE is about shop, AFTER is about cart"]
    nothing = side("no_data", states=[], activities=[], first=None, last=None)
    assert said(compare(side(), nothing)) == ["BEFORE is about shop, AFTER is about no service"]


def test_an_unchanged_verdict_is_reported_with_its_reason() -> None:
    redis, database = (side("not_ready", incidents=[incident(cause, 3)]) for cause in ("redis", "database"))
    similar, other = compare(redis, redis), compare(redis, database)
    assert said(similar) == ["shop is not ready on both sides, and no other number changed significantly"]
    assert said(other) == [
        "shop is not ready on both sides, for another cause, and no other number changed significantly"
    ]


def test_another_service_has_insufficient_data_only_if_its_errors_are_compared() -> None:
    beside = RevisionActivity(
        service="auth", revision="auth-1", first=at_minute(0), last=at_minute(0), instances=1
    )
    quiet = side(activities=[*side().activities, beside])
    noisy = msgspec.structs.replace(quiet, errors=[error("full", 9, service="auth")])
    assert compare(side(), quiet).thin == []
    assert [(thin.side, thin.service) for thin in compare(side(), noisy).thin] == [
        ("before", "auth"),
        ("after", "auth"),
    ]
    assert compare(side(), noisy).change == "same"


def test_a_verdict_missing_on_one_side_is_unclear() -> None:
    unclear = compare(side("ready"), side("inconclusive"))
    assert unclear.change == "unclear"
    assert said(unclear) == ["shop was ready and is inconclusive, and no other number changed significantly"]
    assert compare(side("inconclusive"), side("inconclusive")).change == "same"


def test_better_and_worse_reasons_are_mixed() -> None:
    comparison = compare(side(errors=[error("old", 50)]), side(errors=[error("fresh", 50)]))
    assert comparison.change == "mixed"


def test_overflowing_patterns_are_not_compared() -> None:
    comparison = compare(side(errors=[error("…", 5)]), side(errors=[error("full", 500)]))
    assert list(errors(comparison)) == ["full"]
    assert not errors(comparison)["full"].sure
    (limit,) = comparison.limits
    assert limit.startswith(
        "shop logs more error patterns than triage distinguishes: the others are not compared"
    )


def test_swapped_times_are_reported() -> None:
    early, late = side(), side(first=at_minute(120), last=at_minute(180))
    assert compare(early, late).limits == []
    assert compare(late, early).limits == ["AFTER lies before BEFORE: they may be the wrong way round"]


def test_gaps_of_a_side_are_reported() -> None:
    gaps = [Gap("broken_record", "a.json", "cut", position=place) for place in (3, 9)]
    comparison = compare(side(), side(gaps=[*gaps, Gap("limit_suspected", "a.json", "1000", count=1)]))
    assert comparison.after.gaps == {"broken_record": 2, "limit_suspected": 1}
    assert comparison.limits == ["AFTER was not read whole: broken record (2), limit suspected (1)"]


def test_an_incident_stays_is_new_or_is_gone() -> None:
    before = side(incidents=[incident("gone", 1), incident("stays", 2)])
    after = side(incidents=[incident("stays", 3), incident("new", 4)])
    found = {
        change.cause: (change.change, change.before, change.after)
        for change in compare(before, after).incidents
    }
    assert found == {"stays": ("stays", 2, 3), "new": ("new", 0, 4), "gone": ("gone", 1, 0)}


def test_the_basis_of_a_verdict_without_a_chain_is_named() -> None:
    states = [ServiceState(service=SHOP, verdict="ready", primary=True, revisions={"shop-1": "ready"})]
    compared = compare(side(states=states), side(states=states))
    assert compared.after.basis == "serving (no readiness chain known)"
    assert said(compared)[0].startswith(
        "shop is ready on both sides, serving (no readiness chain known), and "
    )


def test_requests_without_5xx_are_compared() -> None:
    before, after = (
        [RevisionTraffic(service=SHOP, revision="shop-1", statuses={200: 100 - failed, 500: failed})]
        for failed in (0, 30)
    )
    compared = compare(side(traffic=before), side(traffic=after))
    found = next(outcome for outcome in compared.outcomes if outcome.kind == "request")
    assert (str(found.before), str(found.after), found.change) == (
        "100 of 100",
        "70 of 100 (70 with 200, 30 with 500)",
        "worse",
    )


def test_outcomes_without_a_verdict_are_named_beside_the_total() -> None:
    stats = OutcomeStats(good=0, total=9, counts={"not_ready": 9, "unknown": 3})
    assert str(stats) == "0 of 9 (9 not ready), 3 more unknown"
