"""Probe a service from outside: HTTP, a WebSocket and its events."""

from triage.probe.log_lines import with_revision
from triage.probe.prober import plan_probe, run_probe, service_name

__all__ = ["plan_probe", "run_probe", "service_name", "with_revision"]
