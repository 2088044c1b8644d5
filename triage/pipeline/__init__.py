"""The stages wired: source -> entries -> events -> runs -> diagnosis -> report -> ticket. The doors call nothing else."""

from triage.pipeline.analyser import Analyser, Analysis
from triage.pipeline.analysing import analyse, check_rules, load_packs, read_entries, recognise
from triage.pipeline.comparing import (
    Compared,
    compare,
    compare_exports,
    compare_revisions,
    compare_windows,
    narrow,
    verification,
)
from triage.pipeline.fetching import fetch, foresee, line_of, queries
from triage.pipeline.filtering import explain_filter, lint_filter, mend_filter
from triage.pipeline.gating import Reference, gate, load_criteria, reference
from triage.pipeline.looking import look
from triage.pipeline.reporting import (
    annotations,
    fold,
    gate_summary,
    html,
    junit,
    playbook,
    report,
    to_json,
    write_entries,
    write_runs,
)
from triage.pipeline.selecting import ALL, Selection
from triage.pipeline.sharing import Shared, redact_export
from triage.pipeline.spark import OnSpark
from triage.pipeline.tables import sql
from triage.pipeline.ticketing import attach, comments, find_issues, hub, ticket
from triage.pipeline.verifying import check_logs, foresee_probe, join_logs, judge_probe, probe
from triage.pipeline.watching import Until, Watching, status_of, watch
from triage.rendering.playbooks import Playbook

__all__ = [
    "ALL",
    "Analyser",
    "Analysis",
    "Compared",
    "OnSpark",
    "Playbook",
    "Reference",
    "Selection",
    "Shared",
    "Until",
    "Watching",
    "analyse",
    "annotations",
    "attach",
    "check_logs",
    "check_rules",
    "comments",
    "compare",
    "compare_exports",
    "compare_revisions",
    "compare_windows",
    "explain_filter",
    "fetch",
    "find_issues",
    "fold",
    "foresee",
    "foresee_probe",
    "gate",
    "gate_summary",
    "html",
    "hub",
    "join_logs",
    "judge_probe",
    "junit",
    "line_of",
    "lint_filter",
    "load_criteria",
    "load_packs",
    "look",
    "mend_filter",
    "narrow",
    "playbook",
    "probe",
    "queries",
    "read_entries",
    "recognise",
    "redact_export",
    "reference",
    "report",
    "sql",
    "status_of",
    "ticket",
    "to_json",
    "verification",
    "watch",
    "write_entries",
    "write_runs",
]
