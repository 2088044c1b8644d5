"""Reports on tickets: GitHub issues and their comments."""

from triage.tickets.github import GitHubTracker
from triage.tickets.publisher import attach, comment_bodies, find_issues, open_issue

__all__ = ["GitHubTracker", "attach", "comment_bodies", "find_issues", "open_issue"]
