"""Standard input is kept, so that it can be read twice."""

import io
import json
from typing import Any

import pytest

from triage.pipeline import analyze, record_sources
from triage.pipeline.stdin_copy import copy_stdin


def entry(second: float, log: str, text: str, severity: str = "") -> dict[str, Any]:
    labels = {"service_name": "shop", "revision_name": "shop-00001-abc", "location": "europe-west1"}
    return {
        "insertId": f"id-{second}",
        "timestamp": f"2031-04-05T06:07:{second:09.6f}Z",
        "logName": f"projects/demo/logs/run.googleapis.com%2F{log}",
        "resource": {"type": "cloud_run_revision", "labels": labels},
        "labels": {"instanceId": "i1"},
        "textPayload": text,
        **({"severity": severity} if severity else {}),
    }


def test_a_copy_is_read_as_often_as_needed() -> None:
    with copy_stdin(io.BytesIO(b"some lines")) as copy:
        assert copy.is_whole
        assert [copy.open().read(), copy.open().read()] == [b"some lines", b"some lines"]


@pytest.mark.parametrize("largest", [1, 4, 9])
def test_what_is_not_copied_is_read_behind_the_copy(largest: int) -> None:
    with copy_stdin(io.BytesIO(b"some lines"), largest=largest) as copy:
        assert not copy.is_whole
        assert copy.open().read() == b"some lines"


def test_evidence_of_a_large_standard_input_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [
        entry(1, "varlog%2Fsystem", "Starting new instance. Reason: AUTOSCALING - traffic.", "INFO"),
        entry(2, "stdout", "shop listens on port 3000", "INFO"),
        entry(3, "varlog%2Fsystem", "Container called exit(7).", "WARNING"),
    ]
    data = "\n".join(json.dumps(line) for line in reversed(lines)).encode()
    monkeypatch.setattr(record_sources, "_SMALL", 0)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data)))

    incident = analyze(["-"]).diagnosis.incidents[0]

    assert "shop listens on port 3000" in [line.message for line in incident.evidence]
