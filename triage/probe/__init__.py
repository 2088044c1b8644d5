"""A service asked as a client asks it: over HTTP, over a WebSocket, and for its events."""

from triage.probe.log_lines import with_revision
from triage.probe.prober import plan_probe, run_probe, service_name

__all__ = ["plan_probe", "run_probe", "service_name", "with_revision"]
