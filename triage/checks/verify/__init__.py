"""A service asked as a client asks it: over HTTP, over a WebSocket, and for its events."""

from triage.checks.verify.lines import placed
from triage.checks.verify.probe import foresee, probe, service_of

__all__ = ["foresee", "placed", "probe", "service_of"]
