"""Probe a service from outside: HTTP, a WebSocket and its events; and many WebSockets at once."""

from triage.probe.load import run_load_test
from triage.probe.load_plan import needs_consent, plan_load
from triage.probe.log_lines import with_revision
from triage.probe.prober import plan_probe, run_probe, service_name

__all__ = [
    "needs_consent",
    "plan_load",
    "plan_probe",
    "run_load_test",
    "run_probe",
    "service_name",
    "with_revision",
]
