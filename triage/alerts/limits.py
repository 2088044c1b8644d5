"""What the APIs refuse although their types accept it.

Sources:
- The proto comments of AlertPolicy (google.monitoring.v3): ``notification_rate_limit`` is required of a
  policy with a LogMatch condition; content, subject, display name, user labels; the filter of a threshold.
- Cloud Monitoring's answer 400, "Alert policies with a log matching condition can only have a single
  condition", which the Terraform provider's page repeats (``condition_matched_log``).
- "Limitations of user-defined labels" of the page "Configure labels on log-based metrics": 10 labels; the
  extractors of a LogMatch have the syntax of a log-based metric.
- The quotas page of Cloud Logging and the proto comments of LogMetric: a query and the filter of a metric
  have at most 20,000 characters, comments included; name and description of a metric.
- "Annotate notifications with user-defined documentation": subjects have at most 255 characters.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

MOST_FILTER_CHARACTERS = 20_000
MOST_LABELS = 10
#: The smaller of 8,192 characters and 10,240 bytes for every text.
MOST_CONTENT_BYTES = 8_192
MOST_SUBJECT_BYTES = 255
MOST_METRIC_NAME = 100
_MOST_NAME = 512
_MOST_THRESHOLD_FILTER = 2_048
_MOST_DESCRIPTION = 8_000
_USER_LABEL = re.compile(r"[a-z0-9_-]{0,63}", re.ASCII)
_LABEL_KEY = re.compile(r"[a-z][a-z0-9_]{0,99}", re.ASCII)
_METRIC_NAME = re.compile(r"[\w.,+!*',()%-][\w.,+!*',()%/-]*", re.ASCII)
_PERIOD = re.compile(r"[1-9]\d*s", re.ASCII)


def policy_faults(policy: Mapping[str, Any]) -> Iterator[str]:
    """Yield why Cloud Monitoring would refuse an AlertPolicy in its JSON form."""
    if len(policy["displayName"]) > _MOST_NAME:
        yield f"its name has more than {_MOST_NAME} characters"
    documentation = policy["documentation"]
    if len(documentation["content"].encode()) > MOST_CONTENT_BYTES:
        yield f"its documentation has more than {MOST_CONTENT_BYTES:,} bytes"
    if len(documentation["subject"].encode()) > MOST_SUBJECT_BYTES:
        yield f"its subject has more than {MOST_SUBJECT_BYTES} bytes"
    for key, value in policy["userLabels"].items():
        if not (_LABEL_KEY.fullmatch(key) and _USER_LABEL.fullmatch(value)):
            yield f"{key}={value} is no user label"
    conditions = policy["conditions"]
    if any("conditionMatchedLog" in condition for condition in conditions):
        yield from _log_faults(policy)
    for condition in conditions:
        threshold = condition.get("conditionThreshold")
        if threshold and len(threshold["filter"]) > _MOST_THRESHOLD_FILTER:
            yield f"the filter of its threshold has more than {_MOST_THRESHOLD_FILTER:,} characters"


def _log_faults(policy: Mapping[str, Any]) -> Iterator[str]:
    if len(policy["conditions"]) != 1:
        yield "a policy on matched logs has exactly one condition"
    limit = policy["alertStrategy"].get("notificationRateLimit", {})
    if not _PERIOD.fullmatch(limit.get("period", "")):
        yield "a policy on matched logs needs a notification rate limit"
    matched = policy["conditions"][0].get("conditionMatchedLog", {"filter": "", "labelExtractors": {}})
    yield from _filter_faults(matched["filter"])
    yield from _label_faults(matched["labelExtractors"])


def metric_faults(metric: Mapping[str, Any]) -> Iterator[str]:
    """Yield why Cloud Logging would refuse a LogMetric in its JSON form."""
    name = metric["name"]
    if len(name) > MOST_METRIC_NAME or not _METRIC_NAME.fullmatch(name):
        yield f"{name!r} cannot name a metric"
    if len(metric["description"]) > _MOST_DESCRIPTION:
        yield f"its description has more than {_MOST_DESCRIPTION:,} characters"
    yield from _filter_faults(metric["filter"])


def _filter_faults(text: str) -> Iterator[str]:
    if not 0 < len(text) <= MOST_FILTER_CHARACTERS:
        yield f"its filter has {len(text):,} of at most {MOST_FILTER_CHARACTERS:,} characters"


def _label_faults(labels: Mapping[str, str]) -> Iterator[str]:
    if len(labels) > MOST_LABELS:
        yield f"it extracts {len(labels)} labels of at most {MOST_LABELS}"
    for key in labels:
        if not _LABEL_KEY.fullmatch(key):
            yield f"{key} is no key of a label"
