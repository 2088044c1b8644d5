"""Entries that rules matched -> runs of steps: the timeline."""

from triage.runs.request_counter import RequestCounter
from triage.runs.timeline_builder import TimelineBuilder

__all__ = ["RequestCounter", "TimelineBuilder"]
