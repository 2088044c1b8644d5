"""Entries that rules recognised -> runs of steps: the timeline."""

from triage.runs.tracer import Tracer

__all__ = ["Tracer"]
