"""Drafts a pack from the lines of a service: chain, rules with samples, and causes."""

from triage.rules.draft.pack_draft import PackDraft
from triage.rules.draft.writer import UNSURE, write_draft

__all__ = ["UNSURE", "PackDraft", "write_draft"]
