"""Whole report for the templates.

Every text may come from a log, except trusted Markdown.
"""

import shlex
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from functools import cached_property
from pathlib import PurePath

from triage.models import Coverage, Diagnosis, LoadTest, Playbook, Run, ServiceState, Timeline
from triage.models.change import Change
from triage.models.playbook import Step
from triage.rendering.change_view import undo_steps
from triage.rendering.escape import SafeMarkdown
from triage.rendering.first_actions import Action, first_actions
from triage.rendering.formatting import format_utc
from triage.rendering.incident_view import IncidentView
from triage.rendering.playbooks import fill_placeholders
from triage.rendering.run_groups import group_similar_runs
from triage.text import format_seconds, pluralize

_MAX_ROWS = 30
_MAX_CHANGES = 20
_MAX_OTHER_INCIDENTS = 10
WORDS = {
    "ready": "ready",
    "degraded": "degraded",
    "not_ready": "not ready",
    "inconclusive": "inconclusive",
    "no_data": "no data",
    "unknown": "no verdict",
}
#: Gaps that may change the answer.
_SERIOUS_GAPS = ("payload_lost", "limit_suspected", "cut_file", "checksum", "missing_part", "suppressed")


@dataclass(frozen=True)
class TimelineRow:
    """A row of the timeline: similar runs.

    Attributes:
        first: first run of the group.
        runs: number of runs.
        summary: how the runs ended.
        took: shortest and longest duration.
        in_first_incident: whether the first run belongs to the first incident.

    """

    first: Run
    runs: int
    summary: str
    took: str
    in_first_incident: bool


@dataclass(frozen=True)
class ReportView:
    """A whole report, laid out for templates.

    Attributes:
        diagnosis: masked diagnosis.
        timeline: masked timeline.
        masked: number of masked values by kind.
        impact: business impact.
        zone: zone of local times, if any.
        own_playbooks: the playbooks beside the packs in use, by name.
        load: a load test of the service, None for none.
        alertable: the causes for which ``triage alerts`` makes a policy.

    """

    diagnosis: Diagnosis
    timeline: Timeline
    masked: dict[str, int]
    impact: str
    zone: tzinfo | None
    own_playbooks: Mapping[str, Playbook] = field(default_factory=dict)
    load: LoadTest | None = None
    alertable: Collection[str] = ()

    @cached_property
    def incidents(self) -> list[IncidentView]:
        """Return the first incidents, at most eleven."""
        shown = self.diagnosis.incidents[: _MAX_OTHER_INCIDENTS + 1]
        states = {state.service: state for state in self.diagnosis.services}
        return [
            IncidentView(
                number,
                incident,
                states.get(incident.service),
                self.timeline,
                self.own_playbooks,
                self.load,
                has_alert=incident.cause in self.alertable,
            )
            for number, incident in enumerate(shown, start=1)
        ]

    @cached_property
    def changes(self) -> list[Change]:
        """Return the latest changes and the one behind the first incident, at most twenty."""
        changes = self.diagnosis.changes
        linked = [change for change in changes[:-_MAX_CHANGES] if change.id == self.linked_change]
        return [*linked, *changes[-_MAX_CHANGES:]]

    @property
    def linked_change(self) -> str | None:
        """Return the id of the change that explains the first incident."""
        return self.incidents[0].incident.change if self.incidents else None

    @cached_property
    def undo(self) -> list[Step]:
        """Return how to undo the change that explains the first incident, marked as trusted Markdown."""
        steps = undo_steps(self.diagnosis, self.incidents[0].incident) if self.incidents else []
        return [
            Step(says=SafeMarkdown(step.says), commands=[SafeMarkdown(line) for line in step.commands])
            for step in steps
        ]

    @cached_property
    def do_now(self) -> list[Action]:
        """Return what to do first about the first incident, marked as trusted Markdown."""
        if not self.incidents:
            return []
        return mark_trusted(first_actions(self.diagnosis, self.incidents[0].incident, self.own_playbooks))

    @cached_property
    def serious_limits(self) -> list[str]:
        """Return what was not read and may change the answer, as sentences."""
        gaps = self.diagnosis.coverage.gaps
        return list(dict.fromkeys(gap.detail for gap in gaps if gap.kind in _SERIOUS_GAPS))[:2]

    @cached_property
    def omitted(self) -> int:
        """Return the number of incidents left out."""
        return len(self.diagnosis.incidents) - len(self.incidents)

    @cached_property
    def main(self) -> ServiceState | None:
        """Return the state of the primary service, if there is one."""
        states = sorted(self.diagnosis.services, key=lambda state: not state.primary)
        return states[0] if states else None

    @cached_property
    def service(self) -> str:
        """Return the service of the report, or ""."""
        if self.diagnosis.incidents:
            return self.diagnosis.incidents[0].service
        return self.main.service if self.main else ""

    @cached_property
    def blocks(self) -> list[TimelineRow]:
        """Return the timeline in rows of similar runs, at most thirty."""
        culprits = {run.id for view in self.incidents[:1] for run in view.own_runs}
        return [_make_row(block, culprits) for block in group_similar_runs(self.timeline.runs)[:_MAX_ROWS]]

    @cached_property
    def omitted_blocks(self) -> int:
        """Return the number of timeline rows left out."""
        return len(group_similar_runs(self.timeline.runs)) - len(self.blocks)

    @cached_property
    def coverage(self) -> str:
        """Return the coverage in one sentence."""
        return format_coverage(self.diagnosis.coverage)

    @cached_property
    def next_command(self) -> str:
        """Return the next command: fetch missing logs, else the first fix."""
        if self.diagnosis.next:
            wanted = shlex.quote(self.diagnosis.next.filter)
            project = fill_placeholders("{project}", self.known)
            options = f"--project={project} --order=asc --limit=20000 --format=json"
            return f"gcloud logging read {wanted} {options} > more.json"
        if self.incidents:
            commands = (command for fix in self.incidents[0].cause_fixes for command in fix.commands)
            return next(commands, f"triage explain {self.incidents[0].incident.cause}")
        return ""

    @property
    def known(self) -> dict[str, str]:
        """Return the names that fill placeholders in commands."""
        return self.incidents[0].known if self.incidents else {"service": self.service}


def mark_trusted(actions: Sequence[Action]) -> list[Action]:
    """Return actions, which come from playbooks, as trusted Markdown."""
    return [
        action._replace(
            says=SafeMarkdown(action.says), commands=[SafeMarkdown(line) for line in action.commands]
        )
        for action in actions
    ]


def format_coverage(coverage: Coverage) -> str:
    """Return the coverage in one sentence; files are named without their folders."""
    names = [PurePath(path).name for path in coverage.files]
    named = f" ({', '.join(names)})" if 0 < len(names) <= 3 else ""
    parts = [f"{pluralize(coverage.entries, 'entry', 'entries')} from {pluralize(len(names), 'file')}{named}"]
    if coverage.first and coverage.last:
        parts[0] += f", {format_utc(coverage.first)} to {format_utc(coverage.last)} UTC"
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


def _make_row(block: list[Run], culprits: set[str]) -> TimelineRow:
    first = block[0]
    if first.first_failed:
        summary = f"{first.first_failed} failed"
    elif first.condition:
        summary = first.condition.replace("_", " ")
    elif first.noncritical_failed:
        summary = f"{', '.join(first.noncritical_failed)} failed, not critical"
    elif first.tolerated:
        summary = f"{', '.join(first.tolerated)} tolerated"
    else:
        summary = ""
    if first.repeats:
        summary = f"{summary}, cached from {first.repeats}".lstrip(", ")
    shortest, longest = min(run.elapsed for run in block), max(run.elapsed for run in block)
    took = (
        format_seconds(shortest)
        if format_seconds(shortest) == format_seconds(longest)
        else f"{format_seconds(shortest)} to {format_seconds(longest)}"
    )
    notes = [] if first.complete else ["beginning or end not in the logs"]
    notes += ["overlaps another"] if first.overlaps else []
    return TimelineRow(
        first, len(block), "; ".join([part for part in (summary, *notes) if part]), took, first.id in culprits
    )
