"""Bounded collections are independent of order and parts."""

import random

from hypothesis import given
from hypothesis import strategies as st

from triage.diagnosis.first_seen import FirstSeen
from triage.diagnosis.rule_matches import RuleMatches
from triage.models import Entry, Event, Source


def event(at: int, check: str, number: int) -> Event:
    entry = Entry(timestamp=at, insert_id=f"id{number:03d}", source=Source("export", number))
    return Event(entry=entry, pack="shop", rule="line", check=check)


EVENTS = st.lists(
    st.tuples(st.integers(0, 20), st.sampled_from([f"c{n:02d}" for n in range(20)])), max_size=60
)


def matches_of(events: list[Event], size: int = 1) -> RuleMatches:
    """Return the matches of events that are added some at a time."""
    matches = RuleMatches("shop/line")
    for number in range(0, len(events), size):
        matches.add(events[number : number + size])
    return matches


@given(EVENTS, st.randoms(use_true_random=False), st.integers(0, 60), st.integers(1, 9))
def test_rule_matches_are_independent_of_order_and_parts(
    drawn: list[tuple[int, str]], random_order: random.Random, cut: int, size: int
) -> None:
    events = [event(*what, number) for number, what in enumerate(drawn)]
    whole = matches_of(sorted(events, key=lambda event: event.entry.sort_key))
    random_order.shuffle(events)
    parts = matches_of(events[:cut], size)
    if events[cut:]:
        parts.absorb(matches_of(events[cut:], size))

    assert parts.samples == whole.samples
    assert (parts.count, parts.checks, parts.ended) == (whole.count, whole.checks, whole.ended)
    assert [found.entry.timestamp for found in whole.samples[:3]] == sorted(at for at, _ in drawn)[:3]
    assert sorted(whole.checks) == sorted({check for _, check in drawn})[:12]


@given(st.lists(st.tuples(st.sampled_from("abcdefgh"), st.integers(0, 9))), st.randoms(use_true_random=False))
def test_first_seen_keeps_the_earliest_names(
    drawn: list[tuple[str, int]], random_order: random.Random
) -> None:
    first_at = {name: min(at for other, at in drawn if other == name) for name, _ in drawn}
    random_order.shuffle(drawn)
    names = FirstSeen(3)
    for name, at in drawn:
        names.add(name, at)

    assert names.names() == sorted(first_at, key=lambda name: (first_at[name], name))[:3]
