"""Compare two sides of logs: better, worse, mixed, same or unclear."""

from triage.release.comparison.comparer import compare
from triage.release.comparison.loads import compare_loads
from triage.release.comparison.revision_history import build_revision_history
from triage.release.comparison.side import Side

__all__ = ["Side", "build_revision_history", "compare", "compare_loads"]
