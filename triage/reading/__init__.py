"""Read exports to raw records with positions: formats, compression, damage."""

from triage.reading.limits import Limits
from triage.reading.reader import read
from triage.reading.record_filter import ALL_RECORDS
from triage.reading.workers.tasks import NO_TASKS, WorkerTasks

__all__ = [
    "ALL_RECORDS",
    "NO_TASKS",
    "Limits",
    "WorkerTasks",
    "read",
]
