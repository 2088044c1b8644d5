"""Whether a revision may stay: its runs, requests and errors held against criteria."""

from triage.checks.gate.judge import judge, lasting
from triage.checks.gate.subject import Subject, last_good, subject

__all__ = ["Subject", "judge", "last_good", "lasting", "subject"]
