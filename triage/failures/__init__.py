"""Failure points and the evidence before them: what an instance or a request said before it failed."""

from triage.failures.balancer import BalancerCollector
from triage.failures.collector import FailureCollector
from triage.failures.levels import ERROR
from triage.failures.meaning import STRONG, WEAK, Meaning, Meanings
from triage.failures.neighborhood_reader import NeighborhoodReader
from triage.failures.points import FailurePoint
from triage.failures.statements import NO_REASON, Statement, is_output, read_statement, read_text
from triage.failures.wording import Findings, Wording, read_wording

__all__ = [
    "ERROR",
    "NO_REASON",
    "STRONG",
    "WEAK",
    "BalancerCollector",
    "FailureCollector",
    "FailurePoint",
    "Findings",
    "Meaning",
    "Meanings",
    "NeighborhoodReader",
    "Statement",
    "Wording",
    "is_output",
    "read_statement",
    "read_text",
    "read_wording",
]
