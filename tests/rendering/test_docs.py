"""docs/reports.md names what is there."""

import re
from pathlib import Path
from typing import get_args

from triage.measures import Measure
from triage.rendering import playbooks
from triage.rendering.markdown_report import TEMPLATES, _make_environment
from triage.rendering.playbooks import Fix, Metric, Playbook, Step

TEXT = (Path(__file__).parents[2] / "docs" / "reports.md").read_text(encoding="utf-8")
NAMED = set(re.findall(r"`([\w.]+)`", TEXT))


def test_every_template_is_told() -> None:
    assert TEMPLATES.keys() <= NAMED


def test_every_filter_that_is_told_exists() -> None:
    table = TEXT.partition("| filter |")[2].partition("| name |")[0]
    told = {
        name
        for row in re.findall(r"^\| (`.*?) \|", table, re.MULTILINE)
        for name in re.findall(r"`(\w+)`", row)
    }
    assert told <= _make_environment(plain=False, user=True).filters.keys()
    assert {
        "prose",
        "sentence",
        "cell",
        "prose_cell",
        "fence",
        "under",
        "cut",
        "essence",
        "wrapped",
        "basename",
        "join",
        "utc",
    } == told


def test_every_key_of_a_playbook_is_told() -> None:
    keys = {name for noun in (Playbook, Fix, Metric, Step) for name in noun.__struct_fields__}
    assert keys <= NAMED | {"symptom_fix"}
    assert "symptom_fix = true" in TEXT
    assert set(get_args(Measure)) <= NAMED
    assert all(f"{{{name}}}" in TEXT for name in playbooks._FALLBACKS)
