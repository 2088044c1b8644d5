"""Build the alert policy of a cause: AlertPolicy and LogMetric in the JSON forms of their APIs."""

import hashlib
import re
from collections.abc import Mapping
from typing import Any

from triage.alerts.cause_filter import ELSEWHERE, CauseFilter, InexpressibleCause
from triage.alerts.limits import (
    MOST_LABELS,
    MOST_METRIC_NAME,
    MOST_SUBJECT_BYTES,
    metric_faults,
    policy_faults,
)
from triage.models import WORKLOAD_RESOURCES, Alert, AlertSettings, WorkloadKind
from triage.models.alert import METRIC_TYPES
from triage.models.playbook import Severity
from triage.text import quote

_SEVERITIES: Mapping[Severity, str] = {"P0": "CRITICAL", "P1": "ERROR", "P2": "WARNING"}
_REVISION = {"revision": "EXTRACT(resource.labels.revision_name)"}
#: What tells entries of a workload apart, by kind.
_LABELS: Mapping[WorkloadKind, Mapping[str, str]] = {
    "service": _REVISION,
    "worker_pool": _REVISION,
    "job": {"execution": 'EXTRACT(labels."run.googleapis.com/execution_name")'},
    "function": {},
}
_REGION = {"region": "EXTRACT(resource.labels.location)"}
#: Characters that the name of a resource, of a metric or a label of a user does not have.
_UNNAMEABLE = re.compile(r"[^A-Za-z0-9_-]")
_LABEL_KEY = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


def build_alert(
    found: CauseFilter,
    name: str,
    kind: WorkloadKind,
    *,
    text: str,
    settings: AlertSettings,
    documentation: str,
) -> Alert:
    """Return the alert of a cause at a workload.

    name, kind: name and kind of the workload.
    text: the filter with the clause of the workload.
    documentation: what notifications say of the cause, in Markdown.

    Raises:
        InexpressibleCause: an API would refuse it.

    """
    resource = _UNNAMEABLE.sub("-", f"{name}-{found.cause.id}")
    labels = {} if found.counts_requests else _labels(found, kind, settings)
    policy: dict[str, Any] = {
        "displayName": f"{name}: {_title(found, {})}"[:512],
        "documentation": {
            "content": documentation,
            "mimeType": "text/markdown",
            "subject": _cut(f"{name}: {_title(found, labels)}"),
        },
        "userLabels": {"service": _user_label(name), "cause": _user_label(found.cause.id)},
        "combiner": "OR",
        "enabled": True,
        "severity": _SEVERITIES[found.cause.severity],
    }
    metric = None
    if found.counts_requests:
        metric = _metric(found, resource, text)
        policy |= _rate_condition(found, kind, metric["name"], settings)
    else:
        policy |= _matched_log_condition(found, text, labels, settings)
    faults = [*policy_faults(policy), *(metric_faults(metric) if metric else ())]
    if faults:
        raise InexpressibleCause(f"Cloud Monitoring would refuse the policy, {faults[0]}: {ELSEWHERE}")
    return Alert(cause=found.cause.id, name=resource, policy=policy, metric=metric)


def _user_label(text: str) -> str:
    return _UNNAMEABLE.sub("-", text).lower()[:63]


def _title(found: CauseFilter, labels: Mapping[str, str]) -> str:
    """Return the title of a cause; what it names is an extracted label, else a word in capitals."""
    return _PLACEHOLDER.sub(
        lambda match: f"${{log.extracted_label.{match[1]}}}" if match[1] in labels else match[1].upper(),
        found.cause.title,
    )


def _cut(text: str) -> str:
    """Return a subject, cut to what the API takes."""
    return text.encode()[:MOST_SUBJECT_BYTES].decode(errors="ignore")


def _labels(found: CauseFilter, kind: WorkloadKind, settings: AlertSettings) -> dict[str, str]:
    labels = {**_LABELS[kind], **_REGION}
    labels |= {
        key: value
        for key, value in found.labels.items()
        if _LABEL_KEY.fullmatch(key) and key not in labels and key not in settings.labels.varying
    }
    return dict(list(labels.items())[:MOST_LABELS])


def _matched_log_condition(
    found: CauseFilter, text: str, labels: Mapping[str, str], settings: AlertSettings
) -> dict[str, Any]:
    chosen = settings.matched_log
    condition = {
        "displayName": f"A line that shows {found.cause.id}",
        "conditionMatchedLog": {"filter": text, "labelExtractors": dict(labels)},
    }
    strategy = {
        "notificationRateLimit": {"period": f"{chosen.notification_rate_limit}s"},
        "autoClose": f"{chosen.auto_close}s",
    }
    return {"conditions": [condition], "alertStrategy": strategy}


def _rate_condition(
    found: CauseFilter, kind: WorkloadKind, metric: str, settings: AlertSettings
) -> dict[str, Any]:
    chosen = settings.rate
    # Requests to a function of the second generation are logged as those of its service.
    is_service = kind == "function" and all("requests" in rule.log for rule in found.rules)
    resource_type, _ = WORKLOAD_RESOURCES["service" if is_service else kind]
    filters = [f"metric.type={quote(METRIC_TYPES + metric)}", f"resource.type={quote(resource_type)}"]
    threshold = {
        "filter": " AND ".join(filters),
        "aggregations": [
            {
                "alignmentPeriod": f"{chosen.within}s",
                "perSeriesAligner": "ALIGN_DELTA",
                "crossSeriesReducer": "REDUCE_SUM",
            }
        ],
        "comparison": "COMPARISON_GT",
        "thresholdValue": chosen.more_than,
        "duration": "0s",
    }
    condition = {
        "displayName": f"More than {chosen.more_than} requests in {chosen.within} s show {found.cause.id}",
        "conditionThreshold": threshold,
    }
    return {"conditions": [condition], "alertStrategy": {"autoClose": f"{chosen.auto_close}s"}}


def _metric(found: CauseFilter, resource: str, text: str) -> dict[str, Any]:
    name = f"triage-{resource}"
    if len(name) > MOST_METRIC_NAME:
        name = f"{name[: MOST_METRIC_NAME - 9]}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"
    return {
        "name": name,
        "description": f"Requests that show the cause {found.cause.id}",
        "filter": text,
        "metricDescriptor": {"metricKind": "DELTA", "valueType": "INT64", "unit": "1"},
    }
