"""Two stretches of logs held against each other: what is better, what is worse, and what cannot be told."""

from triage.release.comparison.comparer import compare
from triage.release.comparison.revision_history import build_revision_history
from triage.release.comparison.side import Side

__all__ = ["Side", "build_revision_history", "compare"]
