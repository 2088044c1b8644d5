"""Exports to raw records, with their position: forms, compression, broken parts."""

from triage.reading.limits import Limits
from triage.reading.read import read

__all__ = ["Limits", "read"]
