"""Alerts: the causes of rule packs -> alert policies of Cloud Monitoring."""

from triage.alerts.cause_filter import ELSEWHERE, CauseFilter, FilterBuilder, InexpressibleCause
from triage.alerts.limits import MOST_CONTENT_BYTES
from triage.alerts.policy import build_alert
from triage.alerts.samples import sample_entries

__all__ = [
    "ELSEWHERE",
    "MOST_CONTENT_BYTES",
    "CauseFilter",
    "FilterBuilder",
    "InexpressibleCause",
    "build_alert",
    "sample_entries",
]
