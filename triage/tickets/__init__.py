"""The report on the ticket: GitHub issues and their comments."""

from triage.tickets.attach import attach, comments, find, open_issue
from triage.tickets.github import Hub

__all__ = ["Hub", "attach", "comments", "find", "open_issue"]
