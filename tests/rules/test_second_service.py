"""Another service is supported by another pack and no code: this one has other lines, another chain, other words."""

from pathlib import Path

import pytest

from tests.runs.logs import Log, diagnosis, printed, said, timeline, validation
from triage import pipeline
from triage.models import Diagnosis, Pack, Timeline
from triage.rules.checker import check_packs

PACK = Path(__file__).parent / "packs" / "second-service.toml"
PLACE = {"service": "parcel-desk", "revision": "parcel-desk-00003-zzt"}


@pytest.fixture(scope="module")
def packs() -> list[Pack]:
    """Return all packs in use, the invented one among them."""
    return pipeline.load_packs([PACK])


def desk(start: float, *lines: str) -> list[Log]:
    """Return what the desk prints, a second apart."""
    return [said(start + number, line, "parcel.desk", **PLACE) for number, line in enumerate(lines)]


OPEN = [
    "desk opening begins in live",
    "counter scales ok",
    "counter printer ok",
    "counter clerk ok",
    "desk open after 4.0 s",
]
CLOSED = ["desk opening begins in live", "counter scales broken: off by 3 g", "desk stays closed after 2.0 s"]
WEAK = [
    "desk opening begins in live",
    "counter scales ok",
    "counter printer weak",
    "counter clerk ok",
    "desk open after 4.0 s",
]
TURNED_AWAY = "doorkeeper turned /parcels away, state unknown, broken []"


def read(packs: list[Pack], *logs: list[Log]) -> tuple[Timeline, Diagnosis]:
    return timeline(*logs, packs=packs), diagnosis(*logs, packs=packs)


def test_the_pack_has_no_fault() -> None:
    assert check_packs([PACK])[1] == []


def test_a_desk_that_opens_is_ready(packs: list[Pack]) -> None:
    found, said_of_it = read(packs, desk(0, *OPEN))
    assert [(run.kind, run.verdict, run.environment, run.complete) for run in found.runs] == [
        ("validation", "ready", "live", True)
    ]
    assert (said_of_it.verdict, said_of_it.incidents) == ("ready", [])
    assert said_of_it.services[0].chain == "parcel-desk"


def test_a_desk_that_stays_closed_names_the_counter_that_is_broken(packs: list[Pack]) -> None:
    found, said_of_it = read(packs, desk(0, *CLOSED))
    (run,) = found.runs
    assert (run.verdict, run.failed_checks) == ("not_ready", ["scales"])
    assert [(step.check, step.phase) for step in run.steps if step.outcome == "not_reached"] == [
        ("printer", 1),
        ("clerk", 2),
    ]
    (incident,) = said_of_it.incidents
    assert (said_of_it.verdict, incident.cause, incident.check) == ("not_ready", "scales-off", "scales")
    assert incident.because == [
        "The desk stayed closed after 2.0 s [E1]",
        "The counter scales says: off by 3 g [E2]",
    ]
    assert "The desk does not log why its scales are off." in said_of_it.limits


def test_a_weak_counter_is_degraded(packs: list[Pack]) -> None:
    _, said_of_it = read(packs, desk(0, *WEAK))
    assert (said_of_it.verdict, said_of_it.incidents[0].cause, said_of_it.incidents[0].check) == (
        "degraded",
        "weak-counter",
        "printer",
    )


def test_its_gate_repeats_its_cached_verdict_for_as_long_as_its_chain_says(
    packs: list[Pack],
) -> None:
    refused = "doorkeeper turned /parcels away, state closed, broken [scales]"
    logs = [*desk(0, *CLOSED), *desk(2.5, refused), *desk(6, TURNED_AWAY), *desk(12, TURNED_AWAY)]
    validated, cached, alone = timeline(logs, packs=packs).runs
    assert (cached.kind, cached.repeats) == ("gate", validated.id)
    assert (alone.kind, alone.repeats) == ("gate", None)


def test_its_noise_is_counted_apart_and_its_silence_is_its_own(packs: list[Pack]) -> None:
    found, said_of_it = read(
        packs, desk(0, "desk opening begins in live"), desk(1, "small talk"), desk(30, *OPEN)
    )
    assert [(run.verdict, run.overlaps) for run in found.runs] == [("unknown", False), ("ready", False)]
    assert [(noise.title, noise.count) for noise in said_of_it.noise] == [("Small talk at the counter", 1)]


def test_the_packs_for_all_services_read_its_crashes(packs: list[Pack]) -> None:
    crash = [printed(1, "[2026-03-01 08:00:01 +0000] [1] [ERROR] Reason: Worker failed to boot.", **PLACE)]
    _, said_of_it = read(packs, crash)
    assert (said_of_it.verdict, said_of_it.incidents[0].cause) == ("not_ready", "worker-failed-to-boot")


def test_two_services_in_one_export_keep_their_own_chains(packs: list[Pack]) -> None:
    _, said_of_it = read(packs, desk(0, *CLOSED), validation(0.05))
    assert {state.service: state.verdict for state in said_of_it.services} == {
        "parcel-desk": "not_ready",
        "netra-backend-staging": "ready",
    }
    assert said_of_it.verdict == "not_ready"


def test_lines_of_the_one_service_mean_nothing_in_the_other(packs: list[Pack]) -> None:
    quoted = [said(number, line, "netra.chat") for number, line in enumerate(CLOSED)]
    assert timeline(quoted, packs=packs).runs == []
