"""How a service stands while it is watched, and what changes."""

from triage.release.watch.changes import find_changes
from triage.release.watch.instances import instance_statuses
from triage.release.watch.recent_requests import MINUTES, RecentRequests

__all__ = ["MINUTES", "RecentRequests", "find_changes", "instance_statuses"]
