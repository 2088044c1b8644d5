"""What the APIs refuse although their types accept it is found before it is sent."""

import copy
import json
from typing import Any

import pytest
from google.cloud.monitoring_v3 import AlertPolicy

from triage.alerts.limits import metric_faults, policy_faults
from triage.models import Alert


@pytest.fixture
def policy(own: dict[str, Alert]) -> dict[str, Any]:
    """Return a policy on matched logs that the API takes."""
    return copy.deepcopy(own["scales-off"].policy)


@pytest.fixture
def metric(own: dict[str, Alert]) -> dict[str, Any]:
    """Return a metric that the API takes."""
    return copy.deepcopy(own["requests-5xx"].metric or {})


def faults(policy: dict[str, Any]) -> list[str]:
    """Return the faults of a policy that its type accepts."""
    AlertPolicy.from_json(json.dumps(policy))
    return list(policy_faults(policy))


def test_a_good_policy_has_no_fault(policy: dict[str, Any], metric: dict[str, Any]) -> None:
    assert faults(policy) == []
    assert list(metric_faults(metric)) == []


def test_a_second_condition_is_refused(policy: dict[str, Any]) -> None:
    policy["conditions"] *= 2
    assert faults(policy) == ["a policy on matched logs has exactly one condition"]


@pytest.mark.parametrize(
    "strategy", [{}, {"notificationRateLimit": {}}, {"notificationRateLimit": {"period": "0s"}}]
)
def test_a_missing_rate_limit_is_refused(policy: dict[str, Any], strategy: dict[str, Any]) -> None:
    policy["alertStrategy"] = strategy
    assert faults(policy) == ["a policy on matched logs needs a notification rate limit"]


def test_an_eleventh_label_is_refused(policy: dict[str, Any]) -> None:
    labels = {f"label_{number}": "EXTRACT(severity)" for number in range(11)}
    policy["conditions"][0]["conditionMatchedLog"]["labelExtractors"] = labels
    assert faults(policy) == ["it extracts 11 labels of at most 10"]
    del labels["label_10"]
    assert faults(policy) == []


def test_a_key_of_a_label_has_lower_case(policy: dict[str, Any]) -> None:
    policy["conditions"][0]["conditionMatchedLog"]["labelExtractors"] = {"Code": "EXTRACT(severity)"}
    assert faults(policy) == ["Code is no key of a label"]


@pytest.mark.parametrize(("text", "count"), [("", "0"), ("x" * 20_001, "20,001")])
def test_a_filter_that_is_empty_or_too_long_is_refused(policy: dict[str, Any], text: str, count: str) -> None:
    policy["conditions"][0]["conditionMatchedLog"]["filter"] = text
    assert faults(policy) == [f"its filter has {count} of at most 20,000 characters"]


def test_texts_that_are_too_long_are_refused(policy: dict[str, Any]) -> None:
    policy["documentation"] |= {"content": "é" * 4097, "subject": "é" * 128}
    policy["displayName"] = "x" * 513
    assert faults(policy) == [
        "its name has more than 512 characters",
        "its documentation has more than 8,192 bytes",
        "its subject has more than 255 bytes",
    ]


def test_a_user_label_has_lower_case(policy: dict[str, Any]) -> None:
    policy["userLabels"] = {"service": "Shop"}
    assert faults(policy) == ["service=Shop is no user label"]


def test_a_long_filter_of_a_threshold_is_refused(own: dict[str, Alert]) -> None:
    policy = copy.deepcopy(own["requests-5xx"].policy)
    assert faults(policy) == []
    policy["conditions"][0]["conditionThreshold"]["filter"] = "x" * 2049
    assert faults(policy) == ["the filter of its threshold has more than 2,048 characters"]


def test_faults_of_a_metric_are_found(metric: dict[str, Any]) -> None:
    metric |= {"name": "/x", "description": "x" * 8001, "filter": ""}
    assert list(metric_faults(metric)) == [
        "'/x' cannot name a metric",
        "its description has more than 8,000 characters",
        "its filter has 0 of at most 20,000 characters",
    ]
