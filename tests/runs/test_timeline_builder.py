"""Closing an instance ends its runs and frees its memory."""

from tests.runs.logs import PACKS, entry, validation
from triage.rules import Matcher
from triage.runs import TimelineBuilder


def test_closed_instances_are_forgotten() -> None:
    tracer, matcher = TimelineBuilder(PACKS), Matcher(PACKS)
    begun = validation(0, instance="i1")[:3]
    for log in begun:
        event = matcher.match(entry(log))
        assert event is not None
        assert tracer.on_event(event) == []

    (passage,) = tracer.close_all()

    assert (passage.run.instance, passage.run.verdict) == ("i1", "unknown")
    assert tracer.close_all() == []
