"""Alerts: what notifies a team when a cause is logged again."""

from typing import Any

import msgspec

from triage.models.playbook import PlaybookModel

#: What precedes the name of a log-based metric in its type.
METRIC_TYPES = "logging.googleapis.com/user/"


class MatchedLogSettings(PlaybookModel, frozen=True, kw_only=True):
    """How policies on single lines notify.

    Attributes:
        notification_rate_limit: seconds in which there is at most one notification.
        auto_close: seconds without a line after which an incident of Cloud Monitoring closes.

    """

    notification_rate_limit: int
    auto_close: int


class RateSettings(PlaybookModel, frozen=True, kw_only=True):
    """When a rate is worth a notification.

    Attributes:
        more_than: number of lines that is still tolerated.
        within: seconds in which they are counted.
        auto_close: seconds without a line after which an incident of Cloud Monitoring closes.

    """

    more_than: int
    within: int
    auto_close: int


class LabelSettings(PlaybookModel, frozen=True, kw_only=True):
    """What is extracted from lines.

    Attributes:
        varying: labels that are left out, since they have another value in nearly every line.

    """

    varying: list[str]


class AlertSettings(PlaybookModel, frozen=True, kw_only=True):
    """The settings of reports/alerts.toml.

    Attributes:
        matched_log: of policies on single lines.
        rate: of policies on rates.
        labels: of the labels of single lines.

    """

    matched_log: MatchedLogSettings
    rate: RateSettings
    labels: LabelSettings


class Alert(msgspec.Struct, frozen=True, kw_only=True):
    """The alert policy of a cause at one workload.

    Attributes:
        cause: id of the cause.
        name: name of its resources, from workload and cause.
        policy: AlertPolicy of Cloud Monitoring in its JSON form.
        metric: LogMetric of Cloud Logging that the policy counts, in its JSON form; null for a policy on
            single lines.

    """

    cause: str
    name: str
    policy: dict[str, Any]
    metric: dict[str, Any] | None = None


class RefusedCause(msgspec.Struct, frozen=True):
    """A cause without an alert policy.

    Attributes:
        cause: id of the cause.
        why: why no filter can express it, and what to do instead.

    """

    cause: str
    why: str


class AlertSet(msgspec.Struct, frozen=True):
    """The alerts of some causes, and the causes that have none.

    Attributes:
        alerts: the alerts.
        refused: the other causes.

    """

    alerts: list[Alert]
    refused: list[RefusedCause]
