"""The default filter fetches everything that the diagnosis needs."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.packs import load_engine_packs
from triage import lql, pipeline
from triage.fetching.query import build_filter
from triage.models import Pack, Record, Source
from triage.reading import read

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared"
#: Snake-case dumps are not LogEntry JSON; filters match nothing in them.
RECORDED = [
    path for path in sorted((SHARED / "scenarios" / "logs").glob("*.json")) if "snake" not in path.name
]
EXPORTS = [
    ROOT / "examples" / "export.json",
    *sorted((SHARED / "exports").glob("*.gcloud-list.json")),
    *RECORDED[::3],
]

Entry = dict[str, Any]


@pytest.fixture(scope="module")
def packs() -> list[Pack]:
    return load_engine_packs()


def entries(path: Path) -> Iterator[Entry]:
    for record in read([path]):
        if isinstance(record, Record):
            yield json.loads(record.data)


def conclusions(entries: Iterable[Entry], packs: list[Pack]) -> tuple[object, ...]:
    """Return the verdict, the incidents and the runs with their steps.

    Unknown errors are left out: they are counted from ordinary lines too.
    """
    records = [
        Record(json.dumps(entry).encode(), Source("x", number)) for number, entry in enumerate(entries, 1)
    ]
    found = pipeline.analyze(records, packs=packs)
    incidents = [incident for incident in found.diagnosis.incidents if incident.confidence != "low"]
    return (
        found.diagnosis.verdict,
        [(incident.cause, incident.count) for incident in incidents],
        found.timeline.runs,
    )


@pytest.mark.skipif(not RECORDED, reason="the recorded runs are not beside this project")
@pytest.mark.parametrize("path", EXPORTS, ids=lambda path: path.stem)
def test_the_default_filter_gives_the_same_verdicts_as_all_entries(path: Path, packs: list[Pack]) -> None:
    held = list(entries(path))
    services = {entry.get("resource", {}).get("labels", {}).get("service_name") for entry in held} - {
        None,
        "",
    }
    asked = [lql.matcher(build_filter(service, packs)) for service in sorted(services)]
    kept = [entry for entry in held if any(matches(entry) for matches in asked)]
    assert conclusions(kept, packs) == conclusions(held, packs)
