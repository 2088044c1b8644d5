"""Audit entries and service configurations to changes, and the change that explains an incident."""

from triage.changes.config_file import read_config_file, read_config_files
from triage.changes.configuration import Configuration
from triage.changes.differences import differing_items
from triage.changes.link_text import delay_text, item_text
from triage.changes.linking import link_change, link_changes
from triage.changes.reader import ChangeHistory, ChangeReader, read_changes
from triage.changes.settings import current_settings
from triage.changes.specification import ItemKey, Specification

__all__ = [
    "ChangeHistory",
    "ChangeReader",
    "Configuration",
    "ItemKey",
    "Specification",
    "current_settings",
    "delay_text",
    "differing_items",
    "item_text",
    "link_change",
    "link_changes",
    "read_changes",
    "read_config_file",
    "read_config_files",
]
