"""Updates of a watch with invented values."""

from typing import Any

from tests.runs.logs import SERVICE, Log, analysis
from triage.models import Diagnosis, Stream, Watch
from triage.pipeline import Analysis
from triage.release.watch import instance_statuses
from triage.window import NANOSECONDS, parse_timestamp

START = parse_timestamp("2026-03-01T08:00:00Z")


def make_update(found: Analysis | Diagnosis, seconds: float = 60, **more: Any) -> Watch:
    """Return the update so many seconds after the start of the logs."""
    at = START + round(seconds * NANOSECONDS)
    diagnosis = found.diagnosis if isinstance(found, Analysis) else found
    stands = (
        instance_statuses(found.timeline.runs, found.open_runs, at) if isinstance(found, Analysis) else []
    )
    told: dict[str, Any] = {
        "at": at,
        "began": START,
        "services": [SERVICE],
        "diagnosis": diagnosis,
        "standings": stands,
        "answers": [],
        "minutes": 5,
        "stream": Stream(),
        "journal": "watch.jsonl",
    }
    return Watch(**told | more)


def watch_update(*parts: Log | list[Log], seconds: float = 60) -> Watch:
    """Return the update of a service that logged this."""
    return make_update(analysis(*parts), seconds)
