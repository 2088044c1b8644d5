"""Entries that rules recognised -> runs of steps: the timeline."""

from triage.runs.requests import Requested
from triage.runs.tracer import Tracer

__all__ = ["Requested", "Tracer"]
