"""What a timeline can measure: how many runs and requests went well, how fast runs became ready; and bounded counts."""

from triage.measures.answers import Answers, answers
from triage.measures.apart import Apart
from triage.measures.paces import Pace, paces
from triage.measures.shares import Measure, Share, share

__all__ = ["Answers", "Apart", "Measure", "Pace", "Share", "answers", "paces", "share"]
