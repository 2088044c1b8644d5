"""The stages in sequence, for the entry points: CLI and notebook.

source -> entries -> events -> runs -> diagnosis -> report -> ticket

The entry points call nothing else.
"""

from triage.pipeline.analyser import Analyser, Analysis
from triage.pipeline.analysis_runner import analyse, check_rules, load_packs, read_entries, recognise
from triage.pipeline.bigquery_tables import sql
from triage.pipeline.comparison import (
    ComparedAnalyses,
    compare,
    compare_exports,
    compare_revisions,
    compare_windows,
    restrict_to_revision,
    verification_report,
)
from triage.pipeline.fetch_run import build_queries, fetch, plan_fetch, to_json_line
from triage.pipeline.filters import explain_filter, fix_filter, lint_filter
from triage.pipeline.gate_evaluation import BaselineSource, gate, load_baseline, load_criteria
from triage.pipeline.gate_polling import poll_until_sure
from triage.pipeline.probe_run import analyse_probe, check_log_queries, join_logs, plan_probe, probe
from triage.pipeline.redacted_export import RedactedExport, redact_export
from triage.pipeline.reports import (
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
from triage.pipeline.selection import ALL, Selection
from triage.pipeline.spark_sources import OnSpark
from triage.pipeline.ticket_run import attach, comments, connect_tracker, find_issues, ticket
from triage.pipeline.watch_run import Until, WatchCallbacks, exit_status_of, watch
from triage.rendering.playbooks import Playbook

__all__ = [
    "ALL",
    "Analyser",
    "Analysis",
    "BaselineSource",
    "ComparedAnalyses",
    "OnSpark",
    "Playbook",
    "RedactedExport",
    "Selection",
    "Until",
    "WatchCallbacks",
    "analyse",
    "analyse_probe",
    "annotations",
    "attach",
    "build_queries",
    "check_log_queries",
    "check_rules",
    "comments",
    "compare",
    "compare_exports",
    "compare_revisions",
    "compare_windows",
    "connect_tracker",
    "exit_status_of",
    "explain_filter",
    "fetch",
    "find_issues",
    "fix_filter",
    "fold",
    "gate",
    "gate_summary",
    "html",
    "join_logs",
    "junit",
    "lint_filter",
    "load_baseline",
    "load_criteria",
    "load_packs",
    "plan_fetch",
    "plan_probe",
    "playbook",
    "poll_until_sure",
    "probe",
    "read_entries",
    "recognise",
    "redact_export",
    "report",
    "restrict_to_revision",
    "sql",
    "ticket",
    "to_json",
    "to_json_line",
    "verification_report",
    "watch",
    "write_entries",
    "write_runs",
]
