"""Two stretches of logs held against each other: what is better, what is worse, and what cannot be told."""

from triage.checks.compare.compare import compare
from triage.checks.compare.side import Side
from triage.checks.compare.walking import walk

__all__ = ["Side", "compare", "walk"]
