"""Failure points and the evidence before them: what an instance or a request said before it failed."""

from triage.failures.collector import FailureCollector
from triage.failures.points import FailurePoint
from triage.failures.statements import Statement, is_output

__all__ = ["FailureCollector", "FailurePoint", "Statement", "is_output"]
