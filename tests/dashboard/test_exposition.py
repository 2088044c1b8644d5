"""Metrics in the text format of Prometheus, as its own parser reads them."""

import msgspec
import pytest
from prometheus_client.parser import text_string_to_metric_families as parse

from tests.dashboard.pages import NOW, page, status
from triage.dashboard.exposition import render_metrics
from triage.models import RegionStatus

Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


def samples(text: str) -> Samples:
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in parse(text)
        for sample in family.samples
    }


def test_metrics_say_verdict_instances_and_incidents() -> None:
    found = samples(render_metrics(page(1, a="1"), status(), viewers=3))
    place = (("region", "europe-west4"), ("service", "shop"))
    verdicts = {labels[-1][1]: value for (name, labels), value in found.items() if name == "triage_verdict"}
    assert verdicts == {"ready": 1, "degraded": 0, "not_ready": 0, "inconclusive": 0, "no_data": 0}
    assert found["triage_ready_instances", place] == 2
    assert found["triage_instances", place] == 3
    assert found["triage_open_incidents", (("service", "shop"), ("severity", "P0"))] == 1
    assert found["triage_open_incidents", (("service", "shop"), ("severity", "P1"))] == 0
    assert found["triage_viewers", ()] == 3
    assert found["triage_log_stream_connected", ()] == 1
    assert found["triage_log_entries_total", ()] == 12
    assert found["triage_logs_read_until_timestamp_seconds", ()] == NOW / 10**9


def test_lost_stream_is_not_connected() -> None:
    assert samples(render_metrics(page(1), status("reconnecting"), 0))["triage_log_stream_connected", ()] == 0


def test_every_metric_has_help_and_a_type() -> None:
    for family in parse(render_metrics(page(1), status(), 0)):
        assert family.documentation.endswith(".")
        assert family.type in ("gauge", "counter")


def test_without_a_status_nothing_is_said_of_the_stream() -> None:
    assert "triage_log" not in render_metrics(page(1), None, 0)


@pytest.mark.parametrize(
    "name", ['a"b', "a\\b", "a\nb", 'a\\"\nb', "été", 'x"} 1\ntriage_verdict{service="y']
)
def test_label_values_are_escaped(name: str) -> None:
    region = RegionStatus(service=name, name=name, verdict="ready", why="", ready=1, instances=1)
    shown = msgspec.structs.replace(page(1), verdicts=[region], incidents={name: {"P0": 2}})
    found = samples(render_metrics(shown, None, 0))
    assert found["triage_ready_instances", (("region", name), ("service", name))] == 1
    assert found["triage_open_incidents", (("service", name), ("severity", "P0"))] == 2
    assert len(found) == 5 + 1 + 1 + 1 + 1
