"""A whole report as the templates see it. Every text in it may come from a log, but what is Markdown of ours."""

import shlex
from dataclasses import dataclass
from datetime import tzinfo
from functools import cached_property
from pathlib import PurePath

from triage.models import Coverage, Diagnosis, Run, ServiceState, Timeline
from triage.rendering import mermaid
from triage.rendering.fold import fold
from triage.rendering.incident import IncidentView
from triage.rendering.moments import plural, seconds, utc
from triage.rendering.playbooks import fill

_BLOCKS = 30
_OTHERS = 10
WORDS = {
    "ready": "ready",
    "degraded": "ready, degraded",
    "not_ready": "not ready",
    "inconclusive": "inconclusive",
    "no_data": "no data",
    "unknown": "no verdict",
}


@dataclass(frozen=True)
class Row:
    """Alike runs as one row of the timeline."""

    first: Run
    runs: int
    said: str
    took: str
    culprit: bool


@dataclass(frozen=True)
class View:
    """A whole report, laid out."""

    diagnosis: Diagnosis
    timeline: Timeline
    masked: dict[str, int]
    impact: str
    zone: tzinfo | None

    @cached_property
    def incidents(self) -> list[IncidentView]:
        """Return the incidents that are told, the first in full: leads beyond the first ten are only counted."""
        told = self.diagnosis.incidents[: _OTHERS + 1]
        states = {state.service: state for state in self.diagnosis.services}
        return [
            IncidentView(number, incident, states.get(incident.service), self.timeline)
            for number, incident in enumerate(told, start=1)
        ]

    @cached_property
    def untold(self) -> int:
        """Return how many incidents are left out."""
        return len(self.diagnosis.incidents) - len(self.incidents)

    @cached_property
    def main(self) -> ServiceState | None:
        """Return the state of the service that the verdict is of."""
        states = sorted(self.diagnosis.services, key=lambda state: not state.primary)
        return states[0] if states else None

    @cached_property
    def service(self) -> str:
        """Return the service that the report is about, or ""."""
        if self.diagnosis.incidents:
            return self.diagnosis.incidents[0].service
        return self.main.service if self.main else ""

    @cached_property
    def blocks(self) -> list[Row]:
        """Return the timeline in rows: alike runs as one, no more than thirty."""
        culprits = {run.id for view in self.incidents[:1] for run in view.own_runs}
        return [_row(block, culprits) for block in fold(self.timeline.runs)[:_BLOCKS]]

    @cached_property
    def untold_blocks(self) -> int:
        """Return how many rows of the timeline are left out."""
        return len(fold(self.timeline.runs)) - len(self.blocks)

    @cached_property
    def timeline_diagram(self) -> str:
        """Return the timeline as Mermaid, or "" when there are too many runs to draw."""
        return mermaid.timeline(self.timeline.runs)

    @cached_property
    def coverage(self) -> str:
        """Return the coverage in one sentence."""
        return coverage_line(self.diagnosis.coverage)

    @cached_property
    def next_command(self) -> str:
        """Return the command to type next: fetch what would settle it, else the first step of the first cure."""
        if self.diagnosis.next:
            wanted = shlex.quote(self.diagnosis.next.filter)
            project = fill("{project}", self.known)
            return f"gcloud logging read {wanted} --project={project} --order=asc --limit=20000 --format=json > more.json"
        if self.incidents:
            commands = (command for fix in self.incidents[0].cures for command in fix.commands)
            return next(commands, f"triage explain {self.incidents[0].incident.cause}")
        return ""

    @property
    def known(self) -> dict[str, str]:
        """Return the names that commands are filled with."""
        return self.incidents[0].known if self.incidents else {"service": self.service}


def coverage_line(coverage: Coverage) -> str:
    """Return what was read and what was not, in one sentence; files by their names, without their folders."""
    names = [PurePath(path).name for path in coverage.files]
    named = f" ({', '.join(names)})" if 0 < len(names) <= 3 else ""
    parts = [f"{plural(coverage.entries, 'entry', 'entries')} from {plural(len(names), 'file')}{named}"]
    if coverage.first and coverage.last:
        parts[0] += f", {utc(coverage.first)} to {utc(coverage.last)} UTC"
    counts = {
        "duplicate": coverage.duplicate,
        "broken": coverage.broken,
        "outside the window": coverage.outside,
        "without payload": coverage.without_payload,
    }
    parts += [f"{count:,} {what}" for what, count in counts.items() if count]
    if coverage.limit_suspected:
        parts.append("a round number of entries: older ones may be missing")
    return "; ".join(parts)


def _row(block: list[Run], culprits: set[str]) -> Row:
    first = block[0]
    if first.first_failed:
        said = f"{first.first_failed} failed"
    elif first.condition:
        said = first.condition.replace("_", " ")
    elif first.noncritical_failed:
        said = f"{', '.join(first.noncritical_failed)} failed, not critical"
    elif first.tolerated:
        said = f"{', '.join(first.tolerated)} tolerated"
    else:
        said = ""
    if first.repeats:
        said = f"{said}, cached from {first.repeats}".lstrip(", ")
    shortest, longest = min(run.elapsed for run in block), max(run.elapsed for run in block)
    took = (
        seconds(shortest)
        if seconds(shortest) == seconds(longest)
        else f"{seconds(shortest)} to {seconds(longest)}"
    )
    notes = [] if first.complete else ["beginning or end not in the logs"]
    notes += ["overlaps another"] if first.overlaps else []
    return Row(
        first, len(block), "; ".join([part for part in (said, *notes) if part]), took, first.id in culprits
    )
