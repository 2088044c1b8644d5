"""What a timeline can measure: how many runs and requests went well, and how fast runs became ready."""

from triage.measures.answers import Answers, answers
from triage.measures.paces import Pace, paces
from triage.measures.shares import Measure, Share, share

__all__ = ["Answers", "Measure", "Pace", "Share", "answers", "paces", "share"]
