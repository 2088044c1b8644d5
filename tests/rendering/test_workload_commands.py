"""Jobs and worker pools are given commands that they have, and those of a service nowhere."""

import re

import pytest

from tests.failures.entries import diagnose, printed, system
from triage.models import Playbook, WorkloadKind
from triage.rendering.first_actions import first_actions
from triage.rendering.playbooks import load_playbook, playbook_names
from triage.rendering.workload_commands import for_workload

#: Words that stand in commands of services only.
OF_SERVICES = re.compile(
    r"gcloud run (?:services|deploy|revisions)|cloud_run_revision|service_name|--concurrency|--service[ =]\{service\}"
)
KINDS: list[WorkloadKind] = ["job", "worker_pool"]


def commands(playbook: Playbook) -> list[str]:
    steps = [*playbook.validation, *playbook.rollback]
    fixed = [text for fix in playbook.fixes for text in (*fix.commands, *fix.rollback, *fix.validate)]
    return [*fixed, *(command for step in steps for command in step.commands)]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "name", ["memory-limit", "network-name", "environment-missing", "container-exit", "unknown-error"]
)
def test_no_command_of_a_service_is_left(name: str, kind: WorkloadKind) -> None:
    kept = commands(for_workload(load_playbook(name), kind))
    assert [text for text in kept if OF_SERVICES.search(text) and "after.json" not in text] == []


def test_playbook_of_a_service_stays_as_it_is() -> None:
    for name in playbook_names():
        assert for_workload(load_playbook(name), "service") is load_playbook(name)


def test_step_whose_commands_a_job_lacks_is_left_out() -> None:
    job, pool = (for_workload(load_playbook("memory-limit"), kind) for kind in KINDS)
    assert not any("update-traffic" in text for text in commands(job))
    assert any("gcloud run jobs update {service} --memory=" in text for text in commands(job))
    assert any("gcloud run worker-pools update-instance-split" in text for text in commands(pool))


def test_first_action_about_a_job_is_a_command_of_jobs() -> None:
    rows = [
        printed(1, "reading", kind="cloud_run_job"),
        system(2, "Memory limit of 4096 MiB exceeded with 4131 MiB used.", "ERROR", kind="cloud_run_job"),
    ]
    found = diagnose(rows)
    (action,) = first_actions(found, found.incidents[0])
    assert action.commands == [
        "gcloud run jobs update shop --memory=8192Mi --region=europe-west9 --project=demo-project"
    ]


def test_traffic_of_a_job_is_never_shifted() -> None:
    titles = [fix.title for fix in for_workload(load_playbook("failed-instance"), "job").fixes]
    assert titles
    assert not any("traffic" in title for title in titles)


@pytest.mark.parametrize("kind", KINDS)
def test_image_of_a_workload_without_requests_is_run_without_a_port(kind: WorkloadKind) -> None:
    kept = [for_workload(load_playbook(name), kind) for name in playbook_names()]
    run = [text for playbook in kept for text in commands(playbook) if "docker run" in text]
    assert run
    assert [text for text in run if "8080" in text] == []


def test_job_is_fixed_when_its_container_exits_with_0() -> None:
    (fix,) = [
        fix
        for fix in for_workload(load_playbook("failed-instance"), "job").fixes
        if fix.title == "Reproduce the start locally"
    ]
    assert fix.validate == ["The container fails with the same line, or exits with code 0."]
