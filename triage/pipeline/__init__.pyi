from triage.changes import Configuration as Configuration
from triage.pipeline.alert_policies import build_alerts as build_alerts, render_alerts as render_alerts
from triage.pipeline.analyzer import Analyzer as Analyzer, Analysis as Analysis
from triage.pipeline.analysis_runner import (
    analyze as analyze,
    check_rules as check_rules,
    load_configurations as load_configurations,
    load_packs as load_packs,
    read_entries as read_entries,
    recognize as recognize,
)
from triage.pipeline.bigquery_tables import sql as sql
from triage.pipeline.briefs import (
    brief_cause as brief_cause,
    brief_causes as brief_causes,
    brief_diagnosis as brief_diagnosis,
    brief_fetch as brief_fetch,
    brief_filter as brief_filter,
    brief_matches as brief_matches,
)
from triage.pipeline.cause_catalog import (
    CauseKind as CauseKind,
    ListedCause as ListedCause,
    find_cause as find_cause,
    list_causes as list_causes,
)
from triage.pipeline.comparison import (
    ComparedAnalyses as ComparedAnalyses,
    compare as compare,
    compare_exports as compare_exports,
    compare_revisions as compare_revisions,
    compare_windows as compare_windows,
    restrict_to_revision as restrict_to_revision,
    verification_report as verification_report,
)
from triage.pipeline.confined_exports import resolve_exports as resolve_exports
from triage.pipeline.dashboard_run import serve_watch as serve_watch
from triage.pipeline.fetch_run import (
    build_queries as build_queries,
    fetch as fetch,
    fetched_selection as fetched_selection,
    plan_fetch as plan_fetch,
    to_json_line as to_json_line,
)
from triage.pipeline.filters import (
    explain_filter as explain_filter,
    fix_filter as fix_filter,
    lint_files as lint_files,
    lint_filter as lint_filter,
)
from triage.pipeline.gate_evaluation import (
    BaselineSource as BaselineSource,
    gate as gate,
    load_baseline as load_baseline,
    load_criteria as load_criteria,
    with_request_limits as with_request_limits,
)
from triage.pipeline.gate_polling import poll_until_sure as poll_until_sure
from triage.pipeline.github_actions import (
    GitHubAnswer as GitHubAnswer,
    annotations as annotations,
    error_annotation as error_annotation,
    github_outputs as github_outputs,
    job_summary as job_summary,
    ticket_annotation as ticket_annotation,
)
from triage.pipeline.load_run import (
    load_summary as load_summary,
    needs_consent as needs_consent,
    plan_load as plan_load,
    read_load as read_load,
    run_load as run_load,
)
from triage.pipeline.probe_run import (
    analyze_probe as analyze_probe,
    check_log_queries as check_log_queries,
    find_probe_table as find_probe_table,
    join_logs as join_logs,
    plan_probe as plan_probe,
    probe as probe,
)
from triage.pipeline.redacted_export import RedactedExport as RedactedExport, redact_export as redact_export
from triage.pipeline.reports import (
    fold as fold,
    gate_summary as gate_summary,
    html as html,
    playbook as playbook,
    render_gate as render_gate,
    report as report,
    to_json as to_json,
    write_entries as write_entries,
    write_runs as write_runs,
)
from triage.pipeline.selection import ALL as ALL, Selection as Selection
from triage.pipeline.spark_sources import OnSpark as OnSpark
from triage.pipeline.sweep_run import (
    SweepCallbacks as SweepCallbacks,
    describe_sweep as describe_sweep,
    sweep as sweep,
)
from triage.pipeline.ticket_run import (
    attach as attach,
    comments as comments,
    connect_tracker as connect_tracker,
    create_or_update as create_or_update,
    find_issues as find_issues,
    seen_before as seen_before,
    ticket as ticket,
    why_no_ticket as why_no_ticket,
)
from triage.pipeline.watch_run import (
    Until as Until,
    WatchCallbacks as WatchCallbacks,
    exit_status_of as exit_status_of,
    watch as watch,
)
from triage.models import Playbook as Playbook
from triage.pipeline.notify_run import Notifications as Notifications, connect_channels as connect_channels
from triage.pipeline.pack_draft import DraftedPack as DraftedPack, draft_pack as draft_pack
from triage.pipeline.pack_trial import TriedPack as TriedPack, try_pack as try_pack
from triage.pipeline.schemas import schema as schema, schema_names as schema_names
from triage.rendering.briefs.size import text_of as text_of
from triage.rendering.briefs.comparison import brief_comparison as brief_comparison
from triage.rendering.briefs.timeline import brief_timeline as brief_timeline
from triage.rendering.alert_policies import metric_command as metric_command
from triage.rendering.change_view import (
    describe_item as describe_item,
    describe_items as describe_items,
    undo_steps as undo_steps,
)
from triage.rendering.documents import sanitize as sanitize
from triage.rendering.first_actions import Action as Action, first_actions as first_actions
from triage.rendering.formats import DocumentName as DocumentName, format_names as format_names
from triage.tickets.connection import TrackerName as TrackerName

_MODULES: dict[str, str]
