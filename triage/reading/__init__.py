"""Exports to raw records, with their position: forms, compression, broken parts."""

from triage.reading.limits import Limits
from triage.reading.reader import read
from triage.reading.record_filter import ALL_RECORDS

__all__ = [
    "ALL_RECORDS",
    "Limits",
    "read",
]
