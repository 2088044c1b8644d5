"""The nouns: frozen, checked, and the only thing that the stages hand on."""

from triage.models.coverage import Coverage, Gap, GapKind
from triage.models.diagnosis import (
    Because,
    Diagnosis,
    Evidence,
    Incident,
    Next,
    Noise,
    RuledOut,
    Scope,
    ServiceState,
    ServiceVerdict,
)
from triage.models.entry import (
    SEVERITIES,
    Audit,
    Entry,
    ErrorInfo,
    ExportFile,
    Http,
    Record,
    SeveritySource,
    Skipped,
    Source,
    Split,
)
from triage.models.event import Event, RunKind
from triage.models.fetch import Fetched, FetchPlan, Need, Progress, Query
from triage.models.finding import Finding, FindingLevel
from triage.models.pack import (
    STEPS,
    Cause,
    Chain,
    Check,
    Pack,
    Phase,
    Reason,
    Rule,
    RulingOut,
    RunNeeds,
    Settle,
    Tier,
)
from triage.models.passage import Passage
from triage.models.run import Outcome, Run, Step, Timeline, Verdict

__all__ = [
    "SEVERITIES", "STEPS", "Audit", "Because", "Cause", "Chain", "Check", "Coverage", "Diagnosis", "Entry", "ErrorInfo", "Event",
    "Evidence", "ExportFile", "FetchPlan", "Fetched", "Finding", "FindingLevel", "Gap", "GapKind", "Http", "Incident", "Need", "Next", "Noise", "Outcome", "Pack", "Passage", "Phase", "Progress", "Query", "Reason", "Record", "Rule",
    "RuledOut", "RulingOut", "Run", "RunKind", "RunNeeds", "Scope", "ServiceState", "ServiceVerdict",
    "Settle", "SeveritySource", "Skipped", "Source", "Split", "Step", "Tier", "Timeline", "Verdict",
]  # fmt: skip
