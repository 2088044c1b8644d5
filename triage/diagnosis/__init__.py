"""Runs and events x causes -> incidents, ranked, with evidence and what was ruled out."""

from triage.diagnosis.activity_tracker import ActivityTracker
from triage.diagnosis.builder import DiagnosisBuilder
from triage.diagnosis.error_counter import ErrorCounter
from triage.diagnosis.evidence_sampler import EvidenceSampler
from triage.diagnosis.failure_causes import FailureCauses
from triage.diagnosis.unexplained import UnexplainedCause, unexplained_causes
from triage.diagnosis.unknown_errors import is_error

__all__ = [
    "ActivityTracker",
    "DiagnosisBuilder",
    "ErrorCounter",
    "EvidenceSampler",
    "FailureCauses",
    "UnexplainedCause",
    "is_error",
    "unexplained_causes",
]
