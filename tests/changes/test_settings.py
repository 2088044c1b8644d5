"""Current settings of a service, as the commands of playbooks use them."""

from typing import Any

from tests.changes.audit_entries import service_v1
from triage.changes import current_settings
from triage.changes.knative import read_knative


def settings(**container: Any) -> dict[str, str]:
    template = {"timeoutSeconds": 2000, "containerConcurrency": 1}
    service = service_v1(
        template=template, annotations={"autoscaling.knative.dev/maxScale": "7"}, **container
    )
    return current_settings(read_knative(service, stored=False))


def test_settings_are_named_with_what_a_fix_would_set() -> None:
    found = settings(resources={"limits": {"memory": "512Mi"}})

    assert (found["current_memory"], found["doubled_memory"]) == ("512Mi", "1024Mi")
    assert (found["current_instances"], found["doubled_instances"]) == ("7", "14")


def test_doubled_timeout_is_what_cloud_run_allows() -> None:
    assert settings()["doubled_timeout"].rstrip("s") == "3600"


def test_halved_concurrency_stays_at_least_one() -> None:
    assert settings()["halved_concurrency"] == "1"
