"""The instances that logged something lately."""

import random

import pytest

from tests.release.watch.updates import START
from tests.runs.logs import REVISION, SERVICE, Log, entry, export, log_line, request
from triage.models import SeenInstance
from triage.release.watch import InstanceActivity
from triage.release.watch import instance_activity as module
from triage.window import NANOSECONDS


def placed(line: Log, location: str) -> Log:
    resource = line["resource"] | {"labels": line["resource"]["labels"] | {"location": location}}
    return line | {"resource": resource}


def alive(seconds: float, logs: list[Log]) -> list[SeenInstance]:
    activity = InstanceActivity()
    for log in logs:
        activity.observe(entry(log))
    return activity.alive(START + round(seconds * NANOSECONDS))


def test_instance_has_its_region_its_last_line_and_what_it_served() -> None:
    logs = export(
        placed(log_line(0, "hello"), "europe-west4"),
        request(5, "/health", 503, instance="i2"),
        request(9, "/health", 404),
        log_line(12, "bye"),
    )
    assert alive(60, logs) == [
        SeenInstance(
            service=SERVICE,
            revision=REVISION,
            instance="i1",
            location="europe-west4",
            last=START + 12 * NANOSECONDS,
            has_served=True,
        ),
        SeenInstance(service=SERVICE, revision=REVISION, instance="i2", last=START + 5 * NANOSECONDS),
    ]


def test_order_and_repetition_of_the_entries_do_not_matter() -> None:
    logs = export([request(n, "/health", 200 + 100 * (n % 4), instance=f"i{n % 5}") for n in range(40)])
    assert alive(60, random.Random(3).sample([*logs, *logs], 80)) == alive(60, logs)


def test_silent_instance_is_not_alive_after_15_minutes() -> None:
    logs = export(log_line(0, "hello"), log_line(30, "hello", instance="i2"))
    assert [seen.instance for seen in alive(900, logs)] == ["i2", "i1"]
    assert [seen.instance for seen in alive(901, logs)] == ["i2"]


def test_lines_without_an_instance_are_of_none() -> None:
    assert alive(1, export(log_line(0, "hello", instance=""))) == []


def test_only_so_many_instances_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MAX_INSTANCES", 2)
    found = alive(1, export([log_line(0, "hello", instance=f"i{n}") for n in range(3)]))
    assert {seen.instance for seen in found} == {"i1", "i2"}
