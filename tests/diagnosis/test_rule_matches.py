"""What is kept of many lines is the same in whatever order and in however many parts they come."""

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


def sighted(events: list[Event]) -> RuleMatches:
    sighting = RuleMatches("shop/line")
    for event in events:
        sighting.add(event)
    return sighting


@given(EVENTS, st.randoms(use_true_random=False), st.integers(0, 60))
def test_a_sighting_hangs_on_the_events_alone(
    said: list[tuple[int, str]], chance: random.Random, cut: int
) -> None:
    events = [event(*what, number) for number, what in enumerate(said)]
    whole = sighted(sorted(events, key=lambda event: event.entry.sort_key))
    chance.shuffle(events)
    parts = sighted(events[:cut])
    if events[cut:]:
        parts.absorb(sighted(events[cut:]))

    assert parts.samples == whole.samples
    assert (parts.count, parts.checks, parts.ended) == (whole.count, whole.checks, whole.ended)
    assert [found.entry.timestamp for found in whole.samples[:3]] == sorted(at for at, _ in said)[:3]
    assert sorted(whole.checks) == sorted({check for _, check in said})[:12]


@given(st.lists(st.tuples(st.sampled_from("abcdefgh"), st.integers(0, 9))), st.randoms(use_true_random=False))
def test_the_names_that_appeared_first_are_kept(told: list[tuple[str, int]], chance: random.Random) -> None:
    since = {name: min(at for other, at in told if other == name) for name, _ in told}
    chance.shuffle(told)
    names = FirstSeen(3)
    for name, at in told:
        names.add(name, at)

    assert names.names() == sorted(since, key=lambda name: (since[name], name))[:3]
