"""Closing an instance ends its runs and frees its memory."""

import pytest

from tests.runs.logs import PACKS, Log, entry, validation
from triage.models import Event
from triage.rules import Matcher
from triage.runs import TimelineBuilder, timeline_builder


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


def events_of(*logs: Log) -> list[Event]:
    """Return the lines as the packs read them."""
    matcher = Matcher(PACKS)
    events = [event for log in logs if (event := matcher.match(entry(log))) is not None]
    assert len(events) == len(logs)
    return events


def test_silent_runs_end_while_other_instances_log(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else each instance that crashed would be kept with its lines until the end of the logs."""
    monkeypatch.setattr(timeline_builder, "_SWEEP", 3)
    timeline = TimelineBuilder(PACKS)
    events = events_of(*validation(0, instance="i1")[:3], *validation(700, instance="i2")[:3])

    ended = [record.run.instance for event in events for record in timeline.on_event(event)]

    assert ended == ["i1"]
    assert [record.run.instance for record in timeline.close_all()] == ["i2"]


def test_silent_run_does_not_continue_whether_it_was_ended_or_not() -> None:
    timeline = TimelineBuilder(PACKS)
    for event in events_of(*validation(0, instance="i1")[:3], *validation(700, instance="i2")[:3]):
        timeline.on_event(event)

    runs = [record.run for record in timeline.close_all()]

    assert {run.instance: timeline.may_continue(run) for run in runs} == {"i1": False, "i2": True}
