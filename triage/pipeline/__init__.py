"""The stages in sequence, for the entry points: CLI and notebook.

source -> entries -> events -> runs -> diagnosis -> report -> ticket

The entry points call nothing else.

Each name is listed once here, and once for type checkers in ``__init__.pyi``. Its module is imported when it
is first used, so that a command loads only the stages that it needs.
"""

from importlib import import_module
from typing import Any

#: The module of each name.
_MODULES = {
    "ALL": "triage.pipeline.selection",
    "Analyser": "triage.pipeline.analyser",
    "Analysis": "triage.pipeline.analyser",
    "BaselineSource": "triage.pipeline.gate_evaluation",
    "CauseKind": "triage.pipeline.cause_catalogue",
    "ComparedAnalyses": "triage.pipeline.comparison",
    "Configuration": "triage.changes",
    "DraftedPack": "triage.pipeline.pack_draft",
    "DocumentName": "triage.rendering.formats",
    "ListedCause": "triage.pipeline.cause_catalogue",
    "Notifications": "triage.pipeline.notify_run",
    "OnSpark": "triage.pipeline.spark_sources",
    "Playbook": "triage.models",
    "RedactedExport": "triage.pipeline.redacted_export",
    "Selection": "triage.pipeline.selection",
    "StepAnswer": "triage.pipeline.github_actions",
    "SweepCallbacks": "triage.pipeline.sweep_run",
    "TrackerName": "triage.tickets.connection",
    "TriedPack": "triage.pipeline.pack_trial",
    "Until": "triage.pipeline.watch_run",
    "WatchCallbacks": "triage.pipeline.watch_run",
    "analyse": "triage.pipeline.analysis_runner",
    "analyse_probe": "triage.pipeline.probe_run",
    "annotations": "triage.pipeline.github_actions",
    "attach": "triage.pipeline.ticket_run",
    "brief_cause": "triage.pipeline.briefs",
    "brief_causes": "triage.pipeline.briefs",
    "brief_comparison": "triage.rendering.briefs.comparison",
    "brief_diagnosis": "triage.pipeline.briefs",
    "brief_fetch": "triage.pipeline.briefs",
    "brief_filter": "triage.pipeline.briefs",
    "brief_matches": "triage.pipeline.briefs",
    "brief_timeline": "triage.rendering.briefs.timeline",
    "build_queries": "triage.pipeline.fetch_run",
    "check_log_queries": "triage.pipeline.probe_run",
    "check_rules": "triage.pipeline.analysis_runner",
    "comments": "triage.pipeline.ticket_run",
    "compare": "triage.pipeline.comparison",
    "compare_exports": "triage.pipeline.comparison",
    "compare_revisions": "triage.pipeline.comparison",
    "compare_windows": "triage.pipeline.comparison",
    "connect_channels": "triage.pipeline.notify_run",
    "connect_tracker": "triage.pipeline.ticket_run",
    "create_or_update": "triage.pipeline.ticket_run",
    "describe_item": "triage.rendering.change_view",
    "describe_items": "triage.rendering.change_view",
    "describe_sweep": "triage.pipeline.sweep_run",
    "draft_pack": "triage.pipeline.pack_draft",
    "error_annotation": "triage.pipeline.github_actions",
    "exit_status_of": "triage.pipeline.watch_run",
    "explain_filter": "triage.pipeline.filters",
    "fetch": "triage.pipeline.fetch_run",
    "fetched_selection": "triage.pipeline.fetch_run",
    "find_issues": "triage.pipeline.ticket_run",
    "find_probe_table": "triage.pipeline.probe_run",
    "fix_filter": "triage.pipeline.filters",
    "fold": "triage.pipeline.reports",
    "format_names": "triage.rendering.formats",
    "gate": "triage.pipeline.gate_evaluation",
    "gate_summary": "triage.pipeline.reports",
    "html": "triage.pipeline.reports",
    "job_summary": "triage.pipeline.github_actions",
    "join_logs": "triage.pipeline.probe_run",
    "lint_filter": "triage.pipeline.filters",
    "list_causes": "triage.pipeline.cause_catalogue",
    "load_baseline": "triage.pipeline.gate_evaluation",
    "load_configurations": "triage.pipeline.analysis_runner",
    "load_criteria": "triage.pipeline.gate_evaluation",
    "load_packs": "triage.pipeline.analysis_runner",
    "plan_fetch": "triage.pipeline.fetch_run",
    "plan_probe": "triage.pipeline.probe_run",
    "playbook": "triage.pipeline.reports",
    "poll_until_sure": "triage.pipeline.gate_polling",
    "probe": "triage.pipeline.probe_run",
    "read_entries": "triage.pipeline.analysis_runner",
    "recognise": "triage.pipeline.analysis_runner",
    "redact_export": "triage.pipeline.redacted_export",
    "render_gate": "triage.pipeline.reports",
    "report": "triage.pipeline.reports",
    "resolve_exports": "triage.pipeline.confined_exports",
    "restrict_to_revision": "triage.pipeline.comparison",
    "sanitize": "triage.rendering.documents",
    "seen_before": "triage.pipeline.ticket_run",
    "schema": "triage.pipeline.schemas",
    "schema_names": "triage.pipeline.schemas",
    "similar_causes": "triage.pipeline.cause_catalogue",
    "sql": "triage.pipeline.bigquery_tables",
    "step_outputs": "triage.pipeline.github_actions",
    "text_of": "triage.rendering.briefs.size",
    "sweep": "triage.pipeline.sweep_run",
    "ticket": "triage.pipeline.ticket_run",
    "to_json": "triage.pipeline.reports",
    "to_json_line": "triage.pipeline.fetch_run",
    "try_pack": "triage.pipeline.pack_trial",
    "undo_steps": "triage.rendering.change_view",
    "Action": "triage.rendering.first_actions",
    "first_actions": "triage.rendering.first_actions",
    "verification_report": "triage.pipeline.comparison",
    "watch": "triage.pipeline.watch_run",
    "why_no_ticket": "triage.pipeline.ticket_run",
    "with_request_limits": "triage.pipeline.gate_evaluation",
    "write_entries": "triage.pipeline.reports",
    "write_runs": "triage.pipeline.reports",
}
__all__ = list(_MODULES)


def __getattr__(name: str) -> Any:
    """Return a name of a stage's wiring, imported on first use."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = globals()[name] = getattr(import_module(_MODULES[name]), name)
    return found
