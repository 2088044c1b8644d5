"""The memory for instances is bounded, and every failure is counted."""

import pytest

from tests.failures.entries import Log, decoded, packs, printed, system
from triage.failures import FailureCollector, Meanings, collector, instances, is_output
from triage.rules import Matcher

MATCHER = Matcher(packs())
MOST, SWEEP = 10, 8


def crash(number: int, seconds: float) -> list[Log]:
    """Return what an instance prints, and its end."""
    name = f"i{number:03}"
    return [
        printed(seconds, "Error: no receipt template", instance=name),
        system(seconds + 1, "Container called exit(1).", "WARNING", instance=name),
    ]


def observe(entries: list[Log], failures: FailureCollector) -> None:
    """Pass entries to a collector."""
    found = list(map(decoded, entries))
    failures.observe([(entry, MATCHER.match(entry), is_output(entry)) for entry in found])


@pytest.fixture
def failures(monkeypatch: pytest.MonkeyPatch) -> FailureCollector:
    """Return a collector that has room for few instances."""
    monkeypatch.setattr(instances, "_MOST_INSTANCES", MOST)
    monkeypatch.setattr(collector, "_SWEEP", SWEEP)
    return FailureCollector(Meanings(), lambda _point: None, lambda _statements: None)


def test_instances_that_were_silent_for_longest_are_finished(failures: FailureCollector) -> None:
    for number in range(100):
        observe(crash(number, 60 * number), failures)
        assert len(failures._instances) <= MOST + SWEEP
    (group,) = failures.build()
    assert (group.count, group.template) == (100, "Error: no receipt template")
    assert len(group.instances) == 100


def test_instance_is_kept_while_something_may_still_explain_its_failure(failures: FailureCollector) -> None:
    crashes = [crash(number, number / 100) for number in range(50)]
    entries = [said for said, _ in crashes] + [exited for _, exited in crashes]
    observe(entries, failures)
    (group,) = failures.build()
    assert (group.count, group.template) == (50, "Error: no receipt template")
