"""Reports on tickets: an interface of trackers, GitHub, GitLab, and how a report is published."""

from triage.tickets.github import GitHubTracker
from triage.tickets.gitlab import GitLabTracker
from triage.tickets.interface import AbsentError, TrackedComment, TrackedIssue, Tracker
from triage.tickets.issues import (
    attach,
    create_or_update,
    find_earlier,
    find_issues,
    issues_of,
    plan_update,
)
from triage.tickets.report_parts import comment_bodies

__all__ = [
    "AbsentError",
    "GitHubTracker",
    "GitLabTracker",
    "TrackedComment",
    "TrackedIssue",
    "Tracker",
    "attach",
    "comment_bodies",
    "create_or_update",
    "find_earlier",
    "find_issues",
    "issues_of",
    "plan_update",
]
