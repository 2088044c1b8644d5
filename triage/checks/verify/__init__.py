"""A service asked as a client asks it: over HTTP, over a WebSocket, and for its events."""

from triage.checks.verify.probe import foresee, probe

__all__ = ["foresee", "probe"]
