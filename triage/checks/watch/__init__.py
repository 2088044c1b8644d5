"""How a service stands while it is watched, and what changes."""

from triage.checks.watch.changes import changes
from triage.checks.watch.recent import MINUTES, Recent
from triage.checks.watch.standings import standings

__all__ = ["MINUTES", "Recent", "changes", "standings"]
