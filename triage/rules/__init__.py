"""Rule packs: load, check, match."""

from triage.rules.fault import Fault
from triage.rules.loader import load_packs, shipped_packs
from triage.rules.matcher import Matcher

__all__ = ["Fault", "Matcher", "load_packs", "shipped_packs"]
