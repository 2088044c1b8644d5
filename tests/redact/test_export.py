"""A redacted export gives the same diagnosis, and only secrets change."""

import gzip
import io
import json
from pathlib import Path
from typing import Any

import pytest

from tests.packs import load_engine_packs
from tests.redact.canaries import CANARIES
from triage import pipeline
from triage.cli import main
from triage.models import Diagnosis

ROOT = Path(__file__).parents[2]
CASES = [ROOT / "examples" / "export.json", *sorted((ROOT / "tests" / "cases").glob("*/entries.jsonl"))]
INCIDENTS = sorted((ROOT.parent / "shared" / "incidents" / "logs").glob("*"))
PACKS = load_engine_packs()


def conclusions(diagnosis: Diagnosis) -> Any:
    """Return what a reader acts on: verdicts, causes, checks, counts."""
    causes = [
        (
            found.cause,
            found.check,
            found.condition,
            found.service,
            found.severity,
            found.confidence,
            found.count,
        )
        for found in diagnosis.incidents
    ]
    services = [(state.service, state.verdict, state.revisions) for state in diagnosis.services]
    return diagnosis.verdict, diagnosis.recovered, causes, services, diagnosis.noise


def same_conclusions(path: Path, folder: Path) -> None:
    shared = folder / "shared.jsonl"
    with shared.open("wb") as stream:
        pipeline.redact_export([path], stream)
    before, after = (pipeline.analyze([file], packs=PACKS) for file in (path, shared))
    assert conclusions(after.diagnosis) == conclusions(before.diagnosis)
    numbers = [
        (found.coverage.entries, found.coverage.matched, found.coverage.duplicate)
        for found in (before.timeline, after.timeline)
    ]
    assert numbers[0] == numbers[1]
    assert [run.verdict for run in after.timeline.runs] == [run.verdict for run in before.timeline.runs]
    assert after.timeline.requests == before.timeline.requests


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.parent.name)
def test_a_redacted_export_gives_the_same_diagnosis(path: Path, tmp_path: Path) -> None:
    same_conclusions(path, tmp_path)


@pytest.mark.skipif(not INCIDENTS, reason="the documented incidents do not lie beside the project")
@pytest.mark.parametrize("path", INCIDENTS[::3], ids=lambda path: path.name)
def test_a_documented_incident_redacted_gives_the_same_diagnosis(path: Path, tmp_path: Path) -> None:
    same_conclusions(path, tmp_path)


def test_a_redacted_export_is_redacted_to_itself(tmp_path: Path) -> None:
    once, twice = tmp_path / "once.jsonl", tmp_path / "twice.jsonl"
    assert main(["redact", "-q", str(CASES[0]), "-o", str(once)]) == 0
    assert main(["redact", "-q", str(once), "-o", str(twice)]) == 0
    assert twice.read_bytes() == once.read_bytes()


def test_structure_stays_and_placeholders_agree_across_entries(
    tmp_path: Path,
) -> None:
    entry = {
        "insertId": "68c8a1b2000a1b2c3d4e5f60",
        "timestamp": "2026-03-17T13:30:00.123456789Z",
        "severity": "INFO",
        "jsonPayload": {"message": "für ada@example.org", "n": [1, 2.5, None, True], "logger": "shop.app"},
        "resource": {"labels": {"service_name": "shop", "revision_name": "shop-00704-ds8"}},
        "labels": {"commit-sha": "0123456789abcdef0123456789abcdef01234567"},
        "httpRequest": {"remoteIp": "10.1.2.3"},
    }
    path = tmp_path / "export.json"
    path.write_text(json.dumps([entry, entry | {"textPayload": "ada@example.org again"}]), encoding="utf-8")
    stream = io.BytesIO()
    shared = pipeline.redact_export([path], stream)
    first, second = stream.getvalue().decode().splitlines()
    assert json.loads(first) == entry | {"jsonPayload": entry["jsonPayload"] | {"message": "für <email-1>"}}  # type: ignore[operator]
    assert json.loads(second)["textPayload"] == "<email-1> again"
    assert (shared.records, shared.masked) == (2, {"email": 3})


def test_counts_are_reported_and_gz_names_are_compressed(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path, output = tmp_path / "export.jsonl", tmp_path / "shared.jsonl.gz"
    path.write_text(
        "".join(json.dumps({"insertId": str(n), "timestamp": "2026-03-17T13:30:00Z", "textPayload": text}) + "\n"
                for n, (_, text, _) in enumerate(CANARIES)) + '{"cut": \n',
        encoding="utf-8",
    )  # fmt: skip
    assert main(["redact", str(path), "-o", str(output)]) == 0
    told = capfd.readouterr().err
    assert "× password" in told
    assert "gap: broken record" in told
    assert f"wrote {output}: {len(CANARIES)} records" in told
    assert len(gzip.decompress(output.read_bytes()).splitlines()) == len(CANARIES)
    assert output.stat().st_mode & 0o077 != 0


def test_an_invalid_export_is_rejected_and_nothing_is_written(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(["redact", str(tmp_path / "none.json"), "-o", str(tmp_path / "x.jsonl")]) == 74
    assert "no such file" in capfd.readouterr().err
    assert list(tmp_path.iterdir()) == []
