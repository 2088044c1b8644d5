"""Real exports and recorded runs, if present: every record is an entry."""

from pathlib import Path

import pytest

from tests.reading.logs import SHARED
from triage.entries import Entries
from triage.reading import read

FILES = [
    path
    for folder in ("exports", "scenarios/logs", "incidents/logs")
    for path in sorted((SHARED / folder).glob("*"))
]


@pytest.mark.skipif(not FILES, reason="the shared exports are not beside this project")
def test_every_record_of_every_file_is_an_entry() -> None:
    for path in FILES:
        entries = Entries(read([path]))
        found = list(entries)
        coverage = entries.coverage(0)
        assert found, path.name
        assert coverage.broken == 0, path.name
        assert coverage.records == coverage.entries + coverage.duplicate
        assert all(entry.service or entry.audit for entry in found), path.name
        assert {gap.kind for gap in coverage.gaps} <= {"limit_suspected", "payload_lost", "uncertain_time"}, (
            path.name
        )


@pytest.mark.skipif(not FILES, reason="the shared exports are not beside this project")
@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("boot-loop.gcloud-list.json", {"limit_suspected"}),
        ("database-timeout.raw-logs-wrapper.json", {"limit_suspected"}),
        ("payload-lost.by-severity.json", {"limit_suspected", "payload_lost"}),
    ],
)
def test_suspected_losses_in_real_exports_are_reported(name: str, kinds: set[str]) -> None:
    entries = Entries(read([SHARED / "exports" / name]))
    list(entries)
    assert {gap.kind for gap in entries.coverage(0).gaps} == kinds


@pytest.mark.skipif(not FILES, reason="the shared exports are not beside this project")
def test_recorded_run_is_the_same_in_every_format() -> None:
    folder: Path = SHARED / "scenarios" / "logs"
    lossless = ("newest_first", "raw_logs", "utf8bom", "ndjson", "by_severity_snake")
    for path in sorted(folder.glob("*__*")):
        kind = path.stem.rpartition("__")[2]
        plain = folder / f"{path.stem.rpartition('__')[0]}.json"
        if kind in lossless and plain.exists():
            told = [
                [(entry.timestamp, entry.message, entry.logger) for entry in Entries(read([one]))]
                for one in (plain, path)
            ]
            assert told[0] == told[1], path.name
