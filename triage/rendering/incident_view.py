"""One incident for the templates: claims, evidence, playbook and measures."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from triage.measures import Latency, PathResponses, Ratio, count_responses, measure_latencies, measure_ratio
from triage.models import (
    PROBE_PACK,
    WORKLOAD_RESOURCES,
    Because,
    Evidence,
    Incident,
    LoadTest,
    RequestCounts,
    RuledOut,
    Run,
    ServiceState,
    Step,
    Timeline,
)
from triage.models.playbook import Fix, Metric, Playbook
from triage.rendering import mermaid
from triage.rendering.escape import SafeMarkdown
from triage.rendering.first_actions import known_names
from triage.rendering.links import logs_explorer_url
from triage.rendering.playbooks import (
    connection_metrics,
    fill_placeholders,
    fill_playbook,
    find_playbook,
)
from triage.rendering.workload_commands import for_workload
from triage.text import code, prose, quote
from triage.window import NANOSECONDS, format_timestamp, parse_timestamp

#: Characters of a log line that the title of an unknown error quotes.
_MAX_QUOTED = 160
#: Names that are safe in a filter: no mention, no invisible character.
_COPYABLE_NAME = re.compile(r"[\w.:/+=-]{1,256}", re.ASCII)
#: Nanoseconds before and after an incident in which its evidence may be.
_NEARBY = 120 * NANOSECONDS
#: Field of a load balancer's entries, which name no service.
_BALANCER = "jsonPayload.statusDetails"
_EVIDENCE_ID = re.compile(r"E\d{1,4}")
_CITED = re.compile(r"(.*\S)\s*\[(E\d{1,4}(?:, E\d{1,4})*)\]", re.DOTALL)


@dataclass(frozen=True)
class Claim:
    """One statement on the way to the cause.

    Attributes:
        number: position, from 1.
        says: the statement.
        evidence: lines it cites.
        new_lines: lines that no earlier claim cites.
        filter: Logging filter that finds the lines.

    """

    number: int
    says: str
    evidence: list[Evidence]
    new_lines: list[Evidence]
    filter: str


@dataclass(frozen=True)
class IncidentView:
    """One incident with its playbook, laid out for templates.

    Attributes:
        number: position in the report, from 1.
        incident: the incident.
        state: state of its service, if known.
        timeline: runs and requests of all services.
        own_playbooks: the playbooks beside the packs in use, by name.
        load: a load test of the service or of another one, None for none.
        has_alert: whether ``triage alerts`` makes a policy for its cause.

    """

    number: int
    incident: Incident
    state: ServiceState | None
    timeline: Timeline
    own_playbooks: Mapping[str, Playbook] = field(default_factory=dict)
    load: LoadTest | None = None
    has_alert: bool = False

    @cached_property
    def title(self) -> SafeMarkdown:
        """Return the title in Markdown; a log line at its end is one code span."""
        title = self.incident.title
        lines = (line.message.partition("\n")[0][:_MAX_QUOTED] for line in self.incident.evidence)
        quoted = next((line for line in lines if line and title.endswith(line)), "")
        return (
            SafeMarkdown(f"{prose(title.removesuffix(quoted))} {code(quoted)}")
            if quoted
            else SafeMarkdown(prose(title))
        )

    @cached_property
    def known(self) -> dict[str, str]:
        """Return the names for playbook commands: those of the scope and what the rule captured."""
        return known_names(self.incident, self.state)

    @cached_property
    def playbook(self) -> Playbook:
        """Return the playbook of the cause, filled and marked as trusted Markdown."""
        found = find_playbook(self.incident.playbook, self.own_playbooks)
        return fill_playbook(for_workload(found, self.state.kind if self.state else "service"), self.known)

    @property
    def alert_says(self) -> str:
        """Return what the alert command does, as a sentence without its end."""
        if self.has_alert:
            return (
                "This command makes the alert policy that reports the cause next time, with the playbook in "
                "its notifications"
            )
        return (
            "No single line shows this cause, so no filter can find it. This command reports it for as long "
            "as it runs"
        )

    @cached_property
    def alert_command(self) -> SafeMarkdown:
        """Return the command that makes the alert policy of the cause, or one that watches the service."""
        kind = (self.state.kind if self.state else "service").replace("_", "-")
        command = (
            f"triage alerts --{kind} {{service}} --cause {{cause}} --format terraform"
            if self.has_alert
            else "triage watch --service {service} --project {project}"
        )
        return SafeMarkdown(fill_placeholders(command, self.known))

    def fixes(self, priority: str) -> list[Fix]:
        """Return the playbook's fixes of a priority that fix the cause."""
        return [fix for fix in self.playbook.fixes if fix.priority == priority and not fix.symptom_fix]

    @cached_property
    def cause_fixes(self) -> list[Fix]:
        """Return the fixes of the cause, the most urgent first."""
        return [fix for priority in ("P0", "P1", "P2") for fix in self.fixes(priority)]

    @cached_property
    def symptom_fixes(self) -> list[Fix]:
        """Return the fixes that treat a symptom only."""
        return [fix for fix in self.playbook.fixes if fix.symptom_fix]

    @cached_property
    def runs(self) -> list[Run]:
        """Return the service's runs, ordered by time."""
        return [run for run in self.timeline.runs if run.service == self.incident.service]

    @cached_property
    def own_runs(self) -> list[Run]:
        """Return the runs of the incident."""
        return [run for run in self.runs if run.id in self.incident.scope.runs]

    @cached_property
    def last_good(self) -> str:
        """Return the newest ready revision that is older than those of the incident, or ""."""
        return self.known["last_good"]

    @cached_property
    def decisive_run(self) -> Run | None:
        """Return the failed run with the most checks, the first of several."""
        failed = [run for run in self.own_runs if run.verdict == "not_ready"] or self.own_runs
        return max(failed, key=lambda run: len(_check_steps(run)), default=None)

    @cached_property
    def checks(self) -> list[Step]:
        """Return the checks of the decisive run, in the order of the chain."""
        return _check_steps(self.decisive_run) if self.decisive_run else []

    @cached_property
    def chain_diagram(self) -> str:
        """Return the chain as Mermaid, or ""."""
        return mermaid.chain_flowchart(self.checks)

    @cached_property
    def not_reached(self) -> bool:
        """Return whether no run of the incident reached the readiness chain."""
        ran = any(_check_steps(run) for run in self.own_runs)
        return self.incident.tier in ("crash", "startup") and not ran and not self.failed_checks

    @cached_property
    def failed_checks(self) -> list[str]:
        """Return the failed checks of the incident and of its runs, each once."""
        checks = [self.incident.check or "", *(check for run in self.own_runs for check in run.failed_checks)]
        return list(dict.fromkeys(filter(None, checks)))

    @cached_property
    def reference(self) -> Run | None:
        """Return the last validation with checks, if the incident's runs have none."""
        validations = [run for run in self.runs if run.kind == "validation" and _check_steps(run)]
        return validations[-1] if validations and not self.checks else None

    @cached_property
    def passed_checks(self) -> list[tuple[Run, Step]]:
        """Return the passed checks of the incident's runs, else of the reference."""
        runs = (
            self.own_runs
            if any(_check_steps(run) for run in self.own_runs)
            else [self.reference]
            if self.reference
            else []
        )
        passed = {
            step.check: (run, step) for run in runs for step in _check_steps(run) if step.outcome == "passed"
        }
        failed = {step.check for run in runs for step in _check_steps(run) if step.outcome == "failed"}
        return [found for check, found in passed.items() if check not in failed]

    @property
    def passed_by_run(self) -> dict[str, list[str]]:
        """Return the passed checks by the id of their run."""
        by_run: dict[str, list[str]] = {}
        for run, step in self.passed_checks:
            by_run.setdefault(run.id, []).append(step.check or "")
        return by_run

    @cached_property
    def claims(self) -> list[Claim]:
        """Return the statements from symptom to cause with their lines."""
        lines = {line.id: line for line in self.incident.evidence}
        reasons = self.incident.reasons or [_parse_reason(says) for says in self.incident.because]
        claims: list[Claim] = []
        for number, reason in enumerate(reasons, start=1):
            cited = [lines[name] for name in reason.evidence if name in lines]
            new_lines = [line for line in cited if not any(line in claim.evidence for claim in claims)]
            claims.append(Claim(number, reason.says.rstrip(" ."), cited, new_lines, self._filter(cited)))
        return claims

    @cached_property
    def cited(self) -> list[str]:
        """Return the ids of the cited lines; all lines if no claim cites one."""
        named = [line.id for claim in self.claims for line in claim.new_lines]
        return named or [line.id for line in self.incident.evidence]

    @cached_property
    def cited_lines(self) -> list[Evidence]:
        """Return the evidence that a claim or an excluded cause cites, all of it if none does."""
        names = {line.id for claim in self.claims for line in claim.evidence}
        names |= {name for ruled in self.ruled_out for name in ruled.evidence}
        return [line for line in self.incident.evidence if line.id in names] or self.incident.evidence

    @cached_property
    def other_lines(self) -> list[Evidence]:
        """Return the evidence that no claim cites."""
        claimed = {line.id for claim in self.claims for line in claim.evidence}
        return [line for line in self.incident.evidence if line.id not in claimed]

    @cached_property
    def filter(self) -> str:
        """Return the Logging filter that finds all lines of the incident."""
        return self._filter(self.incident.evidence)

    @cached_property
    def key_lines(self) -> list[Evidence]:
        """Return the three lines nearest to the cause, ordered by time.

        With the cause the reasons of a run end, others begin.
        """
        claims = self.claims[::-1] if self.incident.scope.runs else self.claims
        from_cause = [line for claim in claims for line in claim.new_lines]
        lines = {line.id: line for line in [*from_cause, *self.incident.evidence]}
        return sorted(list(lines.values())[:3], key=lambda line: line.timestamp)

    @cached_property
    def ruled_out(self) -> list[RuledOut]:
        """Return the causes that a line rules out, without those of passed checks."""
        passed = {step.check for _, step in self.passed_checks}
        return [ruled for ruled in self.incident.ruled_out if ruled.cause not in passed]

    @cached_property
    def latencies(self) -> list[Latency]:
        """Return the latency of the service's boots, validations and checks."""
        return measure_latencies(self.runs)

    @cached_property
    def requests(self) -> list[RequestCounts]:
        """Return the request counts of the service."""
        return [found for found in self.timeline.requests if found.service == self.incident.service]

    @cached_property
    def responses(self) -> list[PathResponses]:
        """Return the response counts of the WebSocket paths and health checks."""
        return count_responses(self.requests)

    def measure(self, metric: Metric) -> Ratio | None:
        """Return the measured ratio of a success metric, or None without data.

        Only the revision of the verdict counts: other revisions do not show whether the fix works.
        """
        if not metric.measure:
            return None
        revision = self.state.revision if self.state else ""
        return measure_ratio(
            metric.measure,
            [run for run in self.runs if run.revision == revision or not revision],
            [found for found in self.requests if found.revision == revision or not revision],
            check=self.incident.check,
            path=metric.path,
        )

    @cached_property
    def metrics(self) -> list[Metric]:
        """Return the success metrics of the playbook, and those that only a load test measures."""
        planned = self.playbook.metrics
        known = {metric.measure for metric in planned}
        further = fill_playbook(Playbook(title="", means="", metrics=connection_metrics()), {}).metrics
        return [
            *planned,
            *(found for found in further if found.measure not in known and self._measure_load(found)),
        ]

    def ratios(self, metric: Metric) -> list[Ratio]:
        """Return the ratios of a success metric: that of the logs and that of the load test."""
        return [found for found in (self.measure(metric), self._measure_load(metric)) if found]

    def is_met(self, metric: Metric) -> bool:
        """Return whether a success metric was measured, and every ratio reaches it."""
        ratios = self.ratios(metric)
        return bool(ratios) and all(ratio.reaches(metric.at_least) for ratio in ratios)

    def _measure_load(self, metric: Metric) -> Ratio | None:
        """Return the ratio that a load test measured of a success metric, or None without data."""
        load = self.load
        if load is None or load.service != self.incident.service or not load.connections.tried:
            return None
        if metric.measure != "connections_opened" or metric.path not in ("", load.socket):
            return None
        what = "WebSocket connections of a load test were opened (101)"
        return Ratio(load.connections.opened, load.connections.tried, what)

    def link(self, line: Evidence) -> str:
        """Return the link to a line in Logs Explorer, "" if the project is unknown."""
        if line.link or not self.incident.scope.project or _is_client_probe(line):
            return line.link
        return logs_explorer_url(
            self.incident.scope.project, self._filter([line]), line.timestamp, line.insert_id
        )

    def has_evidence(self, name: str) -> bool:
        """Return whether the incident has an evidence line of this id."""
        return bool(_EVIDENCE_ID.fullmatch(name)) and any(line.id == name for line in self.incident.evidence)

    def _filter(self, lines: Sequence[Evidence]) -> str:
        """Return the Logging filter that finds the lines and those like them, "" if there is none."""
        lines = [line for line in lines if line.filter and not _is_client_probe(line)]
        if not lines or not _COPYABLE_NAME.fullmatch(self.incident.service):
            return ""
        times = [parse_timestamp(line.timestamp) for line in lines]
        if any(line.count > 1 for line in lines):
            times += [parse_timestamp(at) for at in (self.incident.first_seen, self.incident.last_seen)]
        parts = [f'timestamp>="{format_timestamp(min(times) - _NEARBY)}"']
        parts += [f'timestamp<="{format_timestamp(max(times) + _NEARBY)}"']
        if all(line.service == self.incident.service and _BALANCER not in line.filter for line in lines):
            resource_type, label = WORKLOAD_RESOURCES[self.state.kind if self.state else "service"]
            service = f"resource.labels.{label}={quote(self.incident.service)}"
            parts = [f'resource.type="{resource_type}"', service, *parts]
        found_by = list(dict.fromkeys(line.filter for line in lines))
        alternatives = "\n  OR ".join(f"({part})" if " AND " in part else part for part in found_by)
        return "\n".join([*parts, f"(\n  {alternatives}\n)" if len(found_by) > 1 else found_by[0]])


def _is_client_probe(line: Evidence) -> bool:
    """Return whether a client's probe wrote the line; Cloud Logging has none of it."""
    return line.rule.startswith(f"{PROBE_PACK}/")


def _check_steps(run: Run) -> list[Step]:
    return [step for step in run.steps if step.check and step.outcome != "seen"]


def _parse_reason(says: str) -> Because:
    """Return a reason; ids at its end, "... [E1, E2]", become its evidence."""
    found = _CITED.fullmatch(says)
    return Because(found[1], found[2].split(", ")) if found else Because(says, [])
