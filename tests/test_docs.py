"""The docs describe the documents as the models define them."""

import re
from pathlib import Path
from typing import get_args

import msgspec
import pytest

from triage.models import (
    Baseline,
    Because,
    Comparison,
    Coverage,
    Criterion,
    Diagnosis,
    ErrorChange,
    Evidence,
    Gap,
    GapKind,
    Gate,
    Incident,
    IncidentChange,
    InsufficientData,
    LoadClient,
    LoadClose,
    LoadComparison,
    LoadConnections,
    LoadFailure,
    LoadHealth,
    LoadLevel,
    LoadMessages,
    LoadMetric,
    LoadTest,
    Next,
    Noise,
    OutcomeChange,
    OutcomeStats,
    Rate,
    Reason,
    RequestCounts,
    RevisionHistory,
    Rollback,
    RollbackStep,
    RuledOut,
    Run,
    Scope,
    ServiceState,
    SideSummary,
    Step,
    Timeline,
    TimeStats,
    VerdictComparison,
)
from triage.rules.checker import check_packs

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = ROOT / "docs" / "documents.md"
NOUNS = [
    Baseline, Because, Comparison, Coverage, Criterion, Diagnosis, ErrorChange, Evidence, OutcomeStats, Gap, Gate, Incident,
    IncidentChange, Next, Noise, OutcomeChange, Rate, RequestCounts, Rollback, RollbackStep, RuledOut, Run, Scope, ServiceState,
    Reason, Step, SideSummary, InsufficientData, Timeline, VerdictComparison, RevisionHistory,
    LoadClient, LoadClose, LoadComparison, LoadConnections, LoadFailure, LoadHealth, LoadLevel, LoadMessages, LoadMetric, LoadTest,
    TimeStats,
]  # fmt: skip


def documented_fields() -> dict[str, list[str]]:
    """Return the fields that each section describes."""
    sections = re.split(r"^## (\w+)$", DOCUMENTS.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    return {
        name: [
            field
            for row in re.findall(r"^\| (`.+?) \|", text, re.MULTILINE)
            for field in re.findall(r"`(\w+)`", row)
        ]
        for name, text in zip(sections[::2], sections[1::2], strict=True)
    }


@pytest.mark.parametrize("noun", NOUNS, ids=lambda noun: noun.__name__)
def test_docs_describe_exactly_the_fields_of_a_document(noun: type[msgspec.Struct]) -> None:
    assert sorted(documented_fields()[noun.__name__]) == sorted(noun.__struct_fields__)


def test_docs_describe_every_kind_of_gap() -> None:
    text = DOCUMENTS.read_text(encoding="utf-8")
    assert [kind for kind in get_args(GapKind) if f"`{kind}`" not in text] == []


def test_rule_in_the_docs_is_valid(tmp_path: Path) -> None:
    shown = re.findall(
        r"^```toml\n(.*?)^```$",
        (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"),
        re.DOTALL | re.MULTILINE,
    )
    head = 'id = "shown"\ntitle = "Shown"\nversion = 1\nkeywords = ["space"]\nfilter = "severity>=ERROR"\n'
    pack = tmp_path / "shown.toml"
    pack.write_text(head + shown[0], encoding="utf-8")
    _, faults = check_packs([pack])
    assert faults == []
