"""A second service needs another pack and no code."""

from pathlib import Path

import pytest

from tests.runs.logs import Log, diagnosis, log_line, text_line, timeline, validation
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
    return [log_line(start + number, line, "parcel.desk", **PLACE) for number, line in enumerate(lines)]


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


def test_pack_has_no_faults() -> None:
    assert check_packs([PACK])[1] == []


def test_open_desk_is_ready(packs: list[Pack]) -> None:
    found, diagnosed = read(packs, desk(0, *OPEN))
    assert [(run.kind, run.verdict, run.environment, run.complete) for run in found.runs] == [
        ("validation", "ready", "live", True)
    ]
    assert (diagnosed.verdict, diagnosed.incidents) == ("ready", [])
    assert diagnosed.services[0].chain == "parcel-desk"


def test_closed_desk_names_the_broken_counter(packs: list[Pack]) -> None:
    found, diagnosed = read(packs, desk(0, *CLOSED))
    (run,) = found.runs
    assert (run.verdict, run.failed_checks) == ("not_ready", ["scales"])
    assert [(step.check, step.phase) for step in run.steps if step.outcome == "not_reached"] == [
        ("printer", 1),
        ("clerk", 2),
    ]
    (incident,) = diagnosed.incidents
    assert (diagnosed.verdict, incident.cause, incident.check) == ("not_ready", "scales-off", "scales")
    assert incident.because == [
        "The desk stayed closed after 2.0 s [E1]",
        "The counter scales says: off by 3 g [E2]",
    ]
    assert "The desk does not log why its scales are off." in diagnosed.limits


def test_weak_counter_is_degraded(packs: list[Pack]) -> None:
    _, diagnosed = read(packs, desk(0, *WEAK))
    assert (diagnosed.verdict, diagnosed.incidents[0].cause, diagnosed.incidents[0].check) == (
        "degraded",
        "weak-counter",
        "printer",
    )


def test_gate_repeats_its_verdict_for_the_cache_time_of_the_chain(
    packs: list[Pack],
) -> None:
    refused = "doorkeeper turned /parcels away, state closed, broken [scales]"
    logs = [*desk(0, *CLOSED), *desk(2.5, refused), *desk(6, TURNED_AWAY), *desk(12, TURNED_AWAY)]
    validated, cached, alone = timeline(logs, packs=packs).runs
    assert (cached.kind, cached.repeats) == ("gate", validated.id)
    assert (alone.kind, alone.repeats) == ("gate", None)


def test_noise_is_counted_and_silence_is_configurable(packs: list[Pack]) -> None:
    found, diagnosed = read(
        packs, desk(0, "desk opening begins in live"), desk(1, "small talk"), desk(30, *OPEN)
    )
    assert [(run.verdict, run.overlaps) for run in found.runs] == [("unknown", False), ("ready", False)]
    assert [(noise.title, noise.count) for noise in diagnosed.noise] == [("Small talk at the counter", 1)]


def test_general_packs_match_its_crashes(packs: list[Pack]) -> None:
    crash = [text_line(1, "[2026-03-01 08:00:01 +0000] [1] [ERROR] Reason: Worker failed to boot.", **PLACE)]
    _, diagnosed = read(packs, crash)
    assert (diagnosed.verdict, diagnosed.incidents[0].cause) == ("not_ready", "worker-failed-to-boot")


def test_two_services_in_one_export_keep_their_chains(packs: list[Pack]) -> None:
    _, diagnosed = read(packs, desk(0, *CLOSED), validation(0.05))
    assert {state.service: state.verdict for state in diagnosed.services} == {
        "parcel-desk": "not_ready",
        "netra-backend-staging": "ready",
    }
    assert diagnosed.verdict == "not_ready"


def test_lines_of_one_service_do_not_match_in_another(packs: list[Pack]) -> None:
    quoted = [log_line(number, line, "netra.chat") for number, line in enumerate(CLOSED)]
    assert timeline(quoted, packs=packs).runs == []
