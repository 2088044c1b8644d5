"""What the templates see: a diagnosis and its timeline laid out for readers. Every text in it may come from a log."""

import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo
from functools import cached_property
from pathlib import PurePath

from triage.errors import UsageError
from triage.models import (
    Because,
    Coverage,
    Diagnosis,
    Evidence,
    Incident,
    RuledOut,
    Run,
    ServiceState,
    Step,
    Timeline,
)
from triage.rendering import mermaid
from triage.rendering.fold import fold
from triage.rendering.links import logs_explorer
from triage.rendering.measures import Figure, Pace, figure, paces
from triage.rendering.moments import plural, seconds, utc
from triage.rendering.playbooks import Fix, Metric, Playbook, fill, filled, load
from triage.text import quote

_READY = ("ready", "degraded")
_BLOCKS = 30
_OTHERS = 10
_EVIDENCE_ID = re.compile(r"E\d{1,4}")
_CITED = re.compile(r"(.*\S)\s*\[(E\d{1,4}(?:, E\d{1,4})*)\]", re.DOTALL)
WORDS = {
    "ready": "ready",
    "degraded": "ready, degraded",
    "not_ready": "not ready",
    "inconclusive": "inconclusive",
    "no_data": "no data",
    "unknown": "no verdict",
}


@dataclass(frozen=True)
class Claim:
    """One statement on the way to the cause, its lines, and the filter that finds them again.

    ``fresh`` are the lines that no claim before it cites.
    """

    number: int
    says: str
    evidence: list[Evidence]
    fresh: list[Evidence]
    filter: str


@dataclass(frozen=True)
class Row:
    """Alike runs as one row of the timeline."""

    first: Run
    runs: int
    said: str
    took: str
    culprit: bool


@dataclass(frozen=True)
class IncidentView:
    """One incident with its playbook, laid out."""

    number: int
    incident: Incident
    state: ServiceState | None
    timeline: Timeline

    @cached_property
    def playbook(self) -> Playbook:
        """Return the playbook of the cause, its placeholders filled, its texts marked as Markdown of ours."""
        return filled(load(self.incident.playbook), self.known)

    @cached_property
    def known(self) -> dict[str, str]:
        """Return the names that commands of the playbook are filled with, as far as the logs show them."""
        scope = self.incident.scope
        return {
            "service": self.incident.service,
            "revision": scope.revisions[-1] if scope.revisions else "",
            "project": scope.project,
            "region": scope.location,
            "last_good": self.last_good,
        }

    @cached_property
    def runs(self) -> list[Run]:
        """Return the service's runs, in order of time."""
        return [run for run in self.timeline.runs if run.service == self.incident.service]

    @cached_property
    def own_runs(self) -> list[Run]:
        """Return the runs that the incident rests on."""
        return [run for run in self.runs if run.id in self.incident.scope.runs]

    @cached_property
    def last_good(self) -> str:
        """Return the revision outside the incident that was ready last, or ""."""
        good = [
            run
            for run in self.runs
            if run.verdict in _READY and run.revision not in self.incident.scope.revisions
        ]
        return good[-1].revision if good else ""

    @cached_property
    def decisive(self) -> Run | None:
        """Return the run that shows the incident best: one that failed, with the most checks, the first of them."""
        failed = [run for run in self.own_runs if run.verdict == "not_ready"] or self.own_runs
        return max(failed, key=lambda run: sum(step.check is not None for step in run.steps), default=None)

    @cached_property
    def checks(self) -> list[Step]:
        """Return the checks of the decisive run, in the order of the chain."""
        return (
            [step for step in self.decisive.steps if step.check and step.outcome != "seen"]
            if self.decisive
            else []
        )

    @cached_property
    def chain_diagram(self) -> str:
        """Return the chain as Mermaid, or ""."""
        return mermaid.chain(self.checks)

    @cached_property
    def claims(self) -> list[Claim]:
        """Return the statements from symptom to cause with their lines."""
        lines = {line.id: line for line in self.incident.evidence}
        reasons = self.incident.reasons or [_because(says) for says in self.incident.because]
        claims: list[Claim] = []
        for number, reason in enumerate(reasons, start=1):
            cited = [lines[name] for name in reason.evidence if name in lines]
            fresh = [line for line in cited if not any(line in claim.evidence for claim in claims)]
            claims.append(Claim(number, reason.says, cited, fresh, self._filter(cited)))
        return claims

    @cached_property
    def cited(self) -> list[str]:
        """Return the ids of the lines that the claims rest on, each once; all lines when no claim names one."""
        named = [line.id for claim in self.claims for line in claim.evidence]
        return list(dict.fromkeys(named)) or [line.id for line in self.incident.evidence]

    @cached_property
    def other_lines(self) -> list[Evidence]:
        """Return the evidence that no claim cites."""
        claimed = {line.id for claim in self.claims for line in claim.evidence}
        return [line for line in self.incident.evidence if line.id not in claimed]

    @cached_property
    def other_filter(self) -> str:
        """Return the filter that finds the lines which no claim cites."""
        return self._filter(self.other_lines)

    @cached_property
    def decisive_lines(self) -> list[Evidence]:
        """Return the three lines that decide: the first of each claim, then what is left."""
        firsts = [claim.evidence[0] for claim in self.claims if claim.evidence]
        lines = {line.id: line for line in [*firsts, *self.incident.evidence]}
        return sorted(list(lines.values())[:3], key=lambda line: line.timestamp)

    def link(self, line: Evidence) -> str:
        """Return the link that opens a line in Logs Explorer, or "" when the project is not known."""
        if line.link or not self.incident.scope.project:
            return line.link
        return logs_explorer(
            self.incident.scope.project, self._filter([line]), line.timestamp, line.insert_id
        )

    def fixes(self, priority: str) -> list[Fix]:
        """Return the playbook's fixes of a priority, those that cure before those that treat a symptom."""
        found = [fix for fix in self.playbook.fixes if fix.priority == priority]
        return sorted(found, key=lambda fix: fix.symptom_fix)

    @cached_property
    def cures(self) -> list[Fix]:
        """Return the fixes that cure, the most urgent first."""
        return [fix for priority in ("P0", "P1", "P2") for fix in self.fixes(priority) if not fix.symptom_fix]

    def figure(self, metric: Metric) -> Figure | None:
        """Return what the timeline measures of a success metric."""
        return figure(metric, self.incident.check, self.runs) if self.runs else None

    @cached_property
    def paces(self) -> list[Pace]:
        """Return how fast and how often the service's boots and validations became ready."""
        return paces(self.runs)

    @cached_property
    def working(self) -> list[Step]:
        """Return the checks that passed in the runs of the incident, each once."""
        return list(
            {step.check: step for run in self.own_runs for step in run.steps if _passed(step)}.values()
        )

    @cached_property
    def not_reached(self) -> bool:
        """Return whether the readiness chain never began in this incident's runs."""
        return self.incident.tier in ("crash", "startup") and not any(
            run.kind == "validation" for run in self.own_runs
        )

    def _filter(self, lines: Sequence[Evidence]) -> str:
        """Return the Logging filter that finds these lines again, or "" when they have no insertId to go by."""
        try:
            ids = [quote(line.insert_id) for line in lines if line.insert_id]
            service = quote(self.incident.service)
        except UsageError:
            return ""
        if not ids:
            return ""
        times = sorted(line.timestamp for line in lines)
        wanted = ids[0] if len(ids) == 1 else f"({' OR '.join(ids)})"
        return (
            f'resource.type="cloud_run_revision"\nresource.labels.service_name={service}\n'
            f'timestamp>="{times[0]}"\ntimestamp<="{times[-1]}"\ninsertId={wanted}'
        )


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


def is_citation(name: str, incident: Incident) -> bool:
    """Return whether a name is that of an evidence line of this incident, and no insertId."""
    return bool(_EVIDENCE_ID.fullmatch(name)) and any(line.id == name for line in incident.evidence)


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


def cleared(view: IncidentView) -> list[RuledOut]:
    """Return what was ruled out by a line, not by a passed check (those stand under what works)."""
    passed = {step.check for step in view.working}
    return [ruled for ruled in view.incident.ruled_out if ruled.cause not in passed]


def _because(says: str) -> Because:
    """Return a sentence that ends in the ids of its evidence, "... [E1, E2]", with these apart."""
    found = _CITED.fullmatch(says)
    return Because(found[1], found[2].split(", ")) if found else Because(says, [])


def _passed(step: Step) -> bool:
    return bool(step.check) and step.outcome == "passed"


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
