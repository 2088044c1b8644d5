"""Rule packs: load, check, match."""

from triage.rules.catalog import CauseGroup, example_line, example_lines, general_title, group_causes
from triage.rules.fault import Fault
from triage.rules.loader import load_packs, own_playbooks, shipped_packs
from triage.rules.matcher import Matcher, RuleIndex, RuleMatch, Speaker, said_by

__all__ = [
    "CauseGroup",
    "Fault",
    "Matcher",
    "RuleIndex",
    "RuleMatch",
    "Speaker",
    "example_line",
    "example_lines",
    "general_title",
    "group_causes",
    "load_packs",
    "own_playbooks",
    "said_by",
    "shipped_packs",
]
