"""Mermaid diagrams for GitHub, made of safe names only.

Mermaid parses its text, so an unsafe name is replaced by its number. GitHub's limits are 50,000 characters
and 500 edges (mermaid-js: maxTextSize, maxEdges). A diagram is unreadable long before that; then only the
table is shown.
"""

import re
from collections.abc import Sequence

from triage.models import Run, Step
from triage.window import NANOSECONDS, format_timestamp, parse_timestamp

_MAX_RUNS = 40
_MAX_INSTANCES = 12
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)
_WORDS = {
    "passed": "passed",
    "failed": "FAILED",
    "warned": "failed, not critical",
    "tolerated": "tolerated",
    "not_reached": "not reached",
}
_VERDICTS = {"ready": "ready", "degraded": "degraded", "not_ready": "NOT READY", "unknown": "no verdict"}
_MARKS = {"ready": "done, ", "degraded": "active, ", "not_ready": "crit, ", "unknown": ""}
_STYLES = """
  classDef passed fill:#d4edda,stroke:#1e7e34,color:#000
  classDef failed fill:#f8d7da,stroke:#b02a37,color:#000,stroke-width:3px
  classDef warned fill:#fff3cd,stroke:#997404,color:#000
  classDef tolerated fill:#fff3cd,stroke:#997404,color:#000,stroke-dasharray:4
  classDef not_reached fill:#e9ecef,stroke:#6c757d,color:#000,stroke-dasharray:4"""


def chain_flowchart(steps: Sequence[Step]) -> str:
    """Return the checks of a run as a flowchart, "" if there are none."""
    checks = [step for step in steps if step.check and step.outcome in _WORDS]
    if not checks:
        return ""
    nodes = [
        f'  c{number}["{_safe_name(step.check or "", f"check {number}")}: {_WORDS[step.outcome]}"]'
        f":::{step.outcome}"
        for number, step in enumerate(checks, start=1)
    ]
    edges = [f"  c{number} --> c{number + 1}" for number in range(1, len(checks))]
    return "\n".join(["flowchart LR", *nodes, *edges]) + _STYLES


def timeline_gantt(runs: Sequence[Run]) -> str:
    """Return the runs as a Gantt chart by instance, "" if there are too many."""
    instances: dict[str, list[Run]] = {}
    for run in runs:
        instances.setdefault(run.instance, []).append(run)
    if not 1 < len(runs) <= _MAX_RUNS or len(instances) > _MAX_INSTANCES:
        return ""
    began, ended = (parse_timestamp(at) for at in (min(r.started for r in runs), max(r.ended for r in runs)))
    least = max(NANOSECONDS, (ended - began) // 100)
    lines = ["gantt", "  dateFormat YYYY-MM-DDTHH:mm:ss.SSS", "  axisFormat %H:%M:%S"]
    for number, group in enumerate(instances.values(), start=1):
        lines.append(f"  section Instance {number}")
        lines += [
            f"  {run.kind} {_VERDICTS[run.verdict]} :{_MARKS[run.verdict]}{_format_bounds(run, least)}"
            for run in group
        ]
    return "\n".join(lines)


def _format_bounds(run: Run, least: int) -> str:
    """Return start and end; a run lasts at least ``least`` nanoseconds to be visible."""
    start, end = parse_timestamp(run.started), parse_timestamp(run.ended)
    return ", ".join(format_timestamp(at)[:23] for at in (start, max(end, start + least)))


def _safe_name(name: str, number: str) -> str:
    return name if _NAME.fullmatch(name) else number
