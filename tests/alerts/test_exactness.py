"""Each filter matches the lines of its rules, and no others, in every form in which services log them."""

from functools import cache
from importlib.util import find_spec

import pytest

from triage.alerts import CauseFilter, InexpressibleCause
from triage.fetching.workloads import workload_clause
from triage.lql import FilterError, lint, matcher
from triage.models import WorkloadKind
from triage.pipeline import load_packs
from triage.pipeline.alert_policies import filter_differences
from triage.pipeline.expressible_causes import WorkloadCauses

#: A service that every shipped pack applies to, and one of each other kind.
WORKLOADS: dict[WorkloadKind, str] = {
    "service": "netra-backend-staging",
    "job": "nightly",
    "worker_pool": "queue",
    "function": "resize_Image",
}
#: Causes are tried in so many parts, which run side by side.
PARTS = 12


@cache
def known_causes(kind: WorkloadKind) -> WorkloadCauses:
    return WorkloadCauses(WORKLOADS[kind], kind, load_packs())


def expressible(kind: WorkloadKind, part: int = 0, parts: int = 1) -> list[CauseFilter]:
    causes = known_causes(kind)
    return [causes.build_filter(cause) for cause in causes.ids[part::parts] if causes.is_expressible(cause)]


def differences(found: CauseFilter, kind: WorkloadKind) -> list[str]:
    name = WORKLOADS[kind]
    text = f"{workload_clause(name, kind)}\n{found.text}"
    assert [str(finding) for finding in lint(text, "alert")] == []
    if not runs_here(text):
        assert find_spec("re2") is None  # Python's own expressions do not run every filter
        return []
    return list(filter_differences(found, text, name, kind, known_causes(kind).packs))


def runs_here(text: str) -> bool:
    try:
        matcher(text)
    except FilterError:
        return False
    return True


@pytest.mark.parametrize("part", range(PARTS))
def test_filters_match_the_hits_of_their_rules_and_not_the_misses(part: int) -> None:
    wrong = {found.cause.id: differences(found, "service") for found in expressible("service", part, PARTS)}
    assert {cause: lines for cause, lines in wrong.items() if lines} == {}
    assert len(wrong) > 20


@pytest.mark.parametrize("kind", ["job", "worker_pool", "function"])
def test_filters_of_other_workloads_match_the_lines_of_their_rules(kind: WorkloadKind) -> None:
    causes = ("memory-limit", "task-failed", "container-exit", "function-timeout", "python-module-missing")
    for cause in causes:
        if known_causes(kind).is_expressible(cause):
            assert differences(known_causes(kind).build_filter(cause), kind) == []


def test_only_jobs_log_failed_tasks() -> None:
    assert known_causes("job").is_expressible("task-failed")
    with pytest.raises(InexpressibleCause, match=r"^only a job logs it: give --job NAME$"):
        known_causes("service").build_filter("task-failed")


def test_nearly_all_filters_read_every_key_of_a_payload() -> None:
    short = {found.cause.id for found in expressible("service") if len(found.keys) < 6}
    assert len(short) < 20
    assert all("message" in found.keys for found in expressible("service"))
