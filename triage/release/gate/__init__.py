"""The deployment gate: pass or fail a revision by criteria."""

from triage.release.gate.criteria_evaluation import evaluate_criteria, is_final
from triage.release.gate.subject import Subject, find_last_good, select_subject

__all__ = ["Subject", "evaluate_criteria", "find_last_good", "is_final", "select_subject"]
