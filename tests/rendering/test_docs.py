"""docs/reports.md matches the code."""

import re
from pathlib import Path
from typing import get_args

from triage.models import Measure
from triage.models.playbook import Fix, Metric, Playbook, Step
from triage.rendering import playbooks
from triage.rendering.markdown_report import TEMPLATES, _make_environment

TEXT = (Path(__file__).parents[2] / "docs" / "reports.md").read_text(encoding="utf-8")
DOCUMENTED = set(re.findall(r"`([\w.]+)`", TEXT))


def test_every_template_is_documented() -> None:
    assert TEMPLATES.keys() <= DOCUMENTED


def test_every_documented_filter_exists() -> None:
    table = TEXT.partition("| filter |")[2].partition("| name |")[0]
    documented = {
        name
        for row in re.findall(r"^\| (`.*?) \|", table, re.MULTILINE)
        for name in re.findall(r"`(\w+)`", row)
    }
    assert documented <= _make_environment(plain=False, user=True).filters.keys()
    assert {
        "prose",
        "sentence",
        "cell",
        "prose_cell",
        "fence",
        "under",
        "cut",
        "summary_line",
        "wrapped",
        "basename",
        "join",
        "utc",
    } == documented


def test_every_playbook_key_is_documented() -> None:
    keys = {name for noun in (Playbook, Fix, Metric, Step) for name in noun.__struct_fields__}
    assert keys <= DOCUMENTED | {"symptom_fix"}
    assert "symptom_fix = true" in TEXT
    assert set(get_args(Measure)) <= DOCUMENTED
    assert all(f"{{{name}}}" in TEXT for name in playbooks._LABELS)
