"""An instance is followed until it is let go; then its runs are over, and nothing of it is kept."""

from tests.runs.logs import PACKS, entry, validation
from triage.rules import Matcher
from triage.runs import TimelineBuilder


def test_what_is_let_go_is_over_and_forgotten() -> None:
    tracer, matcher = TimelineBuilder(PACKS), Matcher(PACKS)
    begun = validation(0, instance="i1")[:3]
    for log in begun:
        event = matcher.match(entry(log))
        assert event is not None
        assert tracer.on_event(event) == []

    (passage,) = tracer.close_all()

    assert (passage.run.instance, passage.run.verdict) == ("i1", "unknown")
    assert tracer.close_all() == []
