"""Failures that wait for a second reading come back as they were, however many there are."""

import pytest

from tests.failures.entries import decoded, packs, printed, system
from triage.failures import Meanings, waiting_failures
from triage.failures.instance import Failure, InstanceFailures
from triage.failures.waiting_failures import WaitingFailures
from triage.models import Entry
from triage.rules import Matcher

MATCHER = Matcher(packs())
MEANINGS = Meanings()


def failed(number: int) -> Failure:
    """Return the failure of an instance that says why it exits."""
    instance = InstanceFailures(MEANINGS, lambda *_: [])
    name = f"i{number:03}"
    said = decoded(printed(60 * number, "Error: no receipt template", instance=name))
    ended = decoded(system(60 * number + 1, "Container called exit(1).", "WARNING", instance=name))
    instance.observe(said, None, is_output=True)
    instance.observe(ended, MATCHER.match(ended), is_output=False)
    (failure,) = instance.flush()[1]
    return failure


def cited(failure: Failure) -> tuple[Entry, tuple[Entry, ...]]:
    """Return the entries of a failure and of what explains it."""
    said = failure.attribution.statement
    assert said is not None
    assert said.meaning is MEANINGS.of(said.text, "", None, (*said.meaning.speaker, None))
    assert failure.attribution.point.entry == failure.point.entry
    return failure.point.entry, tuple(said.entries)


@pytest.mark.parametrize("count", [0, 1, 7, 8, 9, 100])
@pytest.mark.parametrize("plain", [0, 2, 1000])
def test_failures_that_are_left_come_back_in_order(
    monkeypatch: pytest.MonkeyPatch, count: int, plain: int
) -> None:
    monkeypatch.setattr(waiting_failures, "_BLOCK", 8)
    monkeypatch.setattr(waiting_failures, "_PLAIN", plain)
    waiting, failures = WaitingFailures(MEANINGS), [failed(number) for number in range(count)]
    for failure in failures:
        waiting.add(failure)

    dropped = [waiting.drop(failure.points) for failure in failures[::3]]

    assert dropped == [True] * len(failures[::3])
    assert not any(waiting.drop(failure.points) for failure in failures[::3])
    left = [failure for number, failure in enumerate(failures) if number % 3]
    assert [cited(failure) for failure in waiting.take_all()] == [cited(failure) for failure in left]


def test_of_many_failures_most_are_held_compressed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting_failures, "_BLOCK", 8)
    monkeypatch.setattr(waiting_failures, "_PLAIN", 2)
    waiting = WaitingFailures(MEANINGS)
    for number in range(8 * 10):
        waiting.add(failed(number))
    compressed = [block for block in waiting._blocks if isinstance(block, bytes)]
    assert len(compressed) == 8
    assert max(map(len, compressed)) < 8 * 1000


def test_failures_of_one_moment_are_dropped_together() -> None:
    waiting, failure = WaitingFailures(MEANINGS), failed(1)
    waiting.add(failure)
    waiting.add(failure)
    assert waiting.drop(failure.points)
    assert waiting.take_all() == []
