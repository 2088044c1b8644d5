"""Rule packs: load, check, match."""

from triage.rules.fault import Fault
from triage.rules.load import load, shipped
from triage.rules.match import Matcher

__all__ = ["Fault", "Matcher", "load", "shipped"]
