"""Runs and events x causes -> incidents, ranked, with evidence and what was ruled out."""

from triage.diagnosis.errors import Errors
from triage.diagnosis.judge import Judge
from triage.diagnosis.presences import Presences
from triage.diagnosis.witnesses import Witnesses

__all__ = ["Errors", "Judge", "Presences", "Witnesses"]
