"""Runs and events x causes -> incidents, ranked, with evidence and what was ruled out."""

from triage.diagnosis.judge import Judge

__all__ = ["Judge"]
