"""Reports on tickets: an interface of trackers, GitHub, and how a report is published."""

from triage.tickets.github import GitHubTracker
from triage.tickets.interface import TrackedComment, TrackedIssue, Tracker
from triage.tickets.publisher import attach, comment_bodies, find_issues, open_issue

__all__ = [
    "GitHubTracker",
    "TrackedComment",
    "TrackedIssue",
    "Tracker",
    "attach",
    "comment_bodies",
    "find_issues",
    "open_issue",
]
