"""The readiness chain as a Mermaid diagram for GitHub, made of safe names only.

Mermaid parses its text, so an unsafe name is replaced by its number.
"""

import re
from collections.abc import Sequence

from triage.models import Step

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)
_WORDS = {
    "passed": "passed",
    "failed": "FAILED",
    "warned": "failed, not critical",
    "tolerated": "tolerated",
    "not_reached": "not reached",
}
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


def _safe_name(name: str, number: str) -> str:
    return name if _NAME.fullmatch(name) else number
