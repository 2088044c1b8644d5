"""A pack says what is requested of its service, and how its answers are read."""

from pathlib import Path

import msgspec
import pytest

from tests.fakes.service import Service
from tests.probe.test_prober import PACKS, TABLE, masked_lines
from triage import pipeline
from triage.errors import UsageError
from triage.models import ProbePlan, ProbeTable
from triage.probe import run_probe

SECOND_SERVICE = Path(__file__).parents[1] / "rules" / "packs" / "second-service.toml"


def test_the_pack_of_a_service_says_what_is_requested() -> None:
    packs = pipeline.load_packs([SECOND_SERVICE])
    table, note = pipeline.find_probe_table(packs, "https://desk.invalid", "parcel-desk")
    assert (table.paths, table.socket, note) == (["/ws/parcels"], "", "")
    table, note = pipeline.find_probe_table(PACKS, "https://shop.invalid")
    assert table == TABLE
    assert note == "no pack knows the service shop.invalid: it is probed as the pack netra-readiness says"
    without = [pack for pack in PACKS if pack.probe is None]
    with pytest.raises(UsageError, match="no pack says what to request"):
        pipeline.find_probe_table(without, "https://shop.invalid")


@pytest.mark.parametrize(("state", "verdict"), [("healthy", "ready"), ("unhealthy", "not_ready")])
def test_a_service_without_a_websocket_is_probed_by_its_paths(state: str, verdict: str) -> None:
    with Service(state) as service:
        plan = ProbePlan(url=service.url, service="parcel-desk", paths=("/ws/parcels",))
        result = run_probe(plan, "", agent="triage-verify/test")
    assert [path for _, path, _ in service.application.requests] == ["/ws/parcels", "/ws/parcels", "/health"]
    assert masked_lines(result)[0] == "started: at most 3 requests, no socket, 0 events, without a token"
    analysis = pipeline.analyze_probe(result, pipeline.load_packs([SECOND_SERVICE]))
    (run,) = analysis.timeline.runs
    assert (run.verdict, analysis.diagnosis.verdict) == (verdict, verdict)
    assert analysis.diagnosis.coverage.unmatched == 0


def test_paths_of_a_probe_are_absolute_and_may_be_the_root() -> None:
    table = msgspec.convert({"paths": ["/"], "health": "/", "socket": ""}, ProbeTable)
    assert (table.paths, table.health, table.socket) == (["/"], "/", "")
    for key, value in (("health", "health"), ("socket", "ws"), ("paths", ["/ws?x"])):
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert({key: value}, ProbeTable)
    with Service("healthy") as service:
        plan = ProbePlan(url=service.url, service="parcel-desk", health="/")
        result = run_probe(plan, "", agent="triage-verify/test")
    (run,) = pipeline.analyze_probe(result, PACKS).timeline.runs
    assert [step.step for step in run.steps] == ["started", "plain", "verdict"]
