"""Reports on tickets: an interface of trackers, GitHub, and how a report is published."""

from triage.tickets.github import GitHubTracker
from triage.tickets.interface import AbsentError, TrackedComment, TrackedIssue, Tracker
from triage.tickets.issues import attach, create_or_update, find_earlier, find_issues, issues_of
from triage.tickets.report_parts import comment_bodies

__all__ = [
    "AbsentError",
    "GitHubTracker",
    "TrackedComment",
    "TrackedIssue",
    "Tracker",
    "attach",
    "comment_bodies",
    "create_or_update",
    "find_earlier",
    "find_issues",
    "issues_of",
]
