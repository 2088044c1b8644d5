"""Rule packs: load, check, match."""

from triage.rules.check import check
from triage.rules.load import Fault, load, shipped
from triage.rules.match import Matcher

__all__ = ["Fault", "Matcher", "check", "load", "shipped"]
