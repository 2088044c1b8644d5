"""The quick way through large files gives the documents of the slow way, whatever stands in the file."""

import json
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from triage import pipeline
from triage.models import Record, Skipped
from triage.reading import read

EXAMPLE = Path(__file__).parents[2] / "examples" / "export.json"
ENTRIES = sorted(json.loads(EXAMPLE.read_text()), key=lambda entry: str(entry["timestamp"]))
LINES = [json.dumps(entry, ensure_ascii=False).encode() for entry in ENTRIES]
#: The module that decides which way to go; the package has a function of its name.
DECIDES = sys.modules["triage.reading.read"]
ODD = [
    b"",
    b"   ",
    b"not JSON",
    b'{"timestamp": "2026-03-17T13:30:00Z", "insertId": "cut", "textPayload": "no end',
    b'{"insertId": "bare"}',
    b"[]",
    b"{}{}",
    b'{"timestamp": "2026-03-17T13:30:00Z", "insertId": "bytes", "severity": "INFO", "textPayload": "\xff\xfe"}',
    b'{"timestamp": "2026-03-17T13:30:00Z", "insertId": "crlf", "severity": "INFO", "textPayload": "x"}\r',
    b'{"timestamp": "2026-03-17T13:30:00Z", "insertId": "ansi", "textPayload": "\\u001b[1mWorker failed\\u001b[0m to boot"}',
    b'{"timestamp": "2026-03-17T13:30:00Z", "insertId": "n", "severity": 500, "jsonPayload": {"message": 42}}',
    b'{"timestamp": "2026-03-17T13:30:00Z", "insertId": "s", "severity": "INFO", "jsonPayload": "a string"}',
    b'{"timestamp": "2026-03-17T13:30:00Z", "insertId": "lost", "severity": "INFO"}',
    b'{"timestamp": "2026-03-17T13:30:00Z", "insertId": "q", "severity": "INFO", "httpRequest": {"requestMethod": "GET", "requestUrl": "https://h.example/ws/health?x=1#y", "status": 503}}',
    b'{"timestamp": "2026-03-17T13:30:00Z", "insertId": "w", "severity": "INFO", "httpRequest": {"requestMethod": "GET", "requestUrl": "https://h.example/ws", "status": 403}}',
    b'{"timestamp": "2026-03-17T13:30:01Z", "insertId": "h", "severity": "INFO", "httpRequest": {"requestMethod": "GET", "requestUrl": "/healthz", "status": 200}}',
    b'{"timestamp": "2026-03-17T13:30:02Z", "insertId": "t", "severity": "INFO", "textPayload": "asked", "httpRequest": {"requestMethod": "GET", "requestUrl": "/ws", "status": 403}}',
    b'{"json_payload": "{\\"message\\": \\"Worker failed to boot\\"}", "insert_id": "b", "timestamp": "2026-03-17T13:30:00Z"}',
]


def both_ways(path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[pipeline.Analysis, pipeline.Analysis]:
    """Return what the slow and the quick way make of a file."""
    monkeypatch.setattr(DECIDES, "LARGE", 1 << 60)
    slow = pipeline.analyse([path])
    monkeypatch.setattr(DECIDES, "LARGE", 0)
    return slow, pipeline.analyse([path])


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    lines=st.lists(st.sampled_from(LINES), min_size=1, max_size=120),
    odd=st.lists(st.tuples(st.integers(0, 120), st.sampled_from(ODD)), max_size=4),
    ending=st.sampled_from([b"", b"\n"]),
)
def test_both_ways_give_the_same_documents(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    lines: list[bytes],
    odd: list[tuple[int, bytes]],
    ending: bytes,
) -> None:
    for place, line in odd:
        lines.insert(place, line)
    path = tmp_path / "export.jsonl"
    path.write_bytes(b"\n".join([LINES[0], *lines, LINES[-1]]) + ending)
    slow, quick = both_ways(path, monkeypatch)
    assert quick == slow


def test_what_nothing_is_looked_for_in_is_not_decoded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(DECIDES, "LARGE", 0)
    dull = b'{"timestamp":"2026-03-17T13:30:00Z","insertId":"d","severity":"INFO","textPayload":"nothing to say"}'
    path = tmp_path / "export.jsonl"
    path.write_bytes(
        b"\n".join([dull] * 100 + [dull.replace(b"nothing", b"something")] + [dull] * 100) + b"\n"
    )
    items = list(read([path], wanted=["something"]))
    assert [item.source.position for item in items if isinstance(item, Record)] == [1, 101, 200, 201]
    assert sum(item.count for item in items if isinstance(item, Skipped)) == 197


def test_a_line_longer_than_the_quick_way_takes_is_read_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = json.dumps(
        {**json.loads(LINES[3]), "labels": {"long": "x" * (5 << 20)}, "insertId": "long"}
    ).encode()
    path = tmp_path / "export.jsonl"
    path.write_bytes(b"\n".join([*LINES[:50], long, *LINES[50:]]))
    slow, quick = both_ways(path, monkeypatch)
    assert quick == slow
