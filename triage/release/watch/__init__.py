"""The state of a watched service: instances, requests and changes."""

from triage.release.watch.changes import find_changes
from triage.release.watch.instance_activity import InstanceActivity
from triage.release.watch.instances import instance_statuses
from triage.release.watch.recent_requests import MINUTES, RecentRequests

__all__ = ["MINUTES", "InstanceActivity", "RecentRequests", "find_changes", "instance_statuses"]
