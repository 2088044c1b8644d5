"""Exports to raw records, with their position: forms, compression, broken parts."""

from triage.reading.limits import Limits
from triage.reading.read import read
from triage.reading.sift import everything

__all__ = ["Limits", "everything", "read"]
