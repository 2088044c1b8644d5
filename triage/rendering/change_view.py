"""Changes for reports: what each altered, and how to undo it (reports/change-undo.toml)."""

import re
from functools import cache
from typing import Literal

import msgspec

from triage.models import Diagnosis, Incident
from triage.models.change import Change, ChangeItem
from triage.models.playbook import Step
from triage.rendering.playbooks import fill_placeholders
from triage.resources import root

#: Values from a log that may stand in a command.
_VALUE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/@-]{0,250}", re.ASCII)
#: Names that may stand in a sentence too: no address and no Markdown.
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,120}", re.ASCII)
#: Names of items that are words: "startup probe".
_ITEM = re.compile(r"[a-z]+ [a-z]+", re.ASCII)
_DIGEST = re.compile(r"(sha256:[0-9a-f]{12})[0-9a-f]+", re.ASCII)
_IMAGE = re.compile(r"(\S+?)(?:,.*)?")
_VERSION = re.compile(r"\bversion (\S+)")
_ROLE = re.compile(r"\b((?:roles|projects|organizations)/[\w./-]+): ")
_UNKNOWN = "VALUE"
_MOST_ITEMS = 3


class Undo(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One row of the table; its file describes the fields."""

    says: str
    commands: list[str]
    item: str = ".*"
    method: str = ""
    before: str = ""
    when: Literal["any", "added"] = "any"


class UndoTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole table."""

    undo: list[Undo]
    rollback: Undo


def linked_change(diagnosis: Diagnosis, incident: Incident) -> Change | None:
    """Return the change that an incident is linked to, None for none."""
    return next((change for change in diagnosis.changes if change.id == incident.change), None)


def undo_steps(diagnosis: Diagnosis, incident: Incident) -> list[Step]:
    """Return how to undo the change of an incident: the rollback, then the items that fit the cause.

    Names and values of a log fill the commands only where they are harmless; VALUE stands for any other.
    """
    change = linked_change(diagnosis, incident)
    if change is None or _is_undone(diagnosis, change, incident):
        return []
    previous, state = change.previous_revision or "", diagnosis.state_of(change.service or incident.service)
    is_bad = state is not None and state.revisions.get(previous) == "not_ready"
    steps = []
    if previous and not is_bad and (change.revision or "traffic" in incident.change_items):
        steps.append(_fill(_undo_table().rollback, _names(incident, change), previous=previous))
    return [*steps, *item_steps(diagnosis, change, incident)]


def _is_undone(diagnosis: Diagnosis, change: Change, incident: Incident) -> bool:
    """Return whether a later change altered the same again, or moved the traffic, and the failure is over."""
    if not incident.recovered or change.service is None:
        return False
    altered = {*incident.change_items, "traffic"}
    later = diagnosis.changes[diagnosis.changes.index(change) + 1 :]
    return any(
        found.service == change.service and not altered.isdisjoint(item.name for item in found.items)
        for found in later
    )


def item_steps(diagnosis: Diagnosis, change: Change, incident: Incident) -> list[Step]:
    """Return how to set the items of a change back: those that fit the cause, else all."""
    if _is_undone(diagnosis, change, incident):
        return []
    items = [item for item in change.items if item.name in incident.change_items] or change.items
    steps = []
    for item in items[:_MOST_ITEMS]:
        row = next((row for row in _undo_table().undo if _applies(row, item, change)), None)
        if row is not None:
            name = _name_of(row, item, change)
            version = _VERSION.search(item.after or "")
            values = {"name": name, "before": _former(item), "version": version[1] if version else ""}
            role = _ROLE.search(item.before or "")
            values["role"] = role[1] if role else ""
            former = re.search(row.before, item.before or "")
            values |= former.groupdict() if former else {}
            previous = change.previous_revision or ""
            step = _fill(row, _names(incident, change), previous=previous, group=_group(change), **values)
            if step not in steps:
                steps.append(step)
    return steps


def _names(incident: Incident, change: Change) -> dict[str, str]:
    """Return what was changed, which may be another service than the one that fails."""
    scope = incident.scope
    return {"service": change.service or incident.service, "project": scope.project, "region": scope.location}


def describe_items(change: Change) -> str:
    """Return the items of a change on one line: "memory 1Gi -> 512Mi, env DB_HOST removed"."""
    if not change.items:
        if change.is_creation:
            return "created"
        return "" if change.config_known else "the previous configuration is unknown"
    if not change.config_known and change.items[0].name == "iam policy":
        return f"iam policy unknown -> {change.items[0].after or 'none'}"
    return ", ".join(describe_item(item) for item in change.items)


def describe_item(item: ChangeItem) -> str:
    """Return one item with its former and its new value."""
    if item.name.startswith("env ") and item.after in ("set", "changed", "removed"):
        return f"{item.name} {item.after}"
    if item.name == "secret version":
        return f"secret {item.after}"
    before, after = item.before or "none", item.after or "none"
    if item.name == "image":
        before, after = _short_image(before), _short_image(after)
    return f"{item.name} {before} -> {after}"


def _short_image(image: str) -> str:
    """Return an image without its repository, its digest cut."""
    return _DIGEST.sub(r"\1", image.rpartition("/")[2])


@cache
def _undo_table() -> UndoTable:
    text = (root("reports") / "change-undo.toml").read_text(encoding="utf-8")
    return msgspec.toml.decode(text, type=UndoTable)


def _applies(row: Undo, item: ChangeItem, change: Change) -> bool:
    added = item.before is None and item.after != "removed"
    return (
        re.fullmatch(row.item, item.name) is not None
        and re.search(row.method, change.method) is not None
        and re.search(row.before, item.before or "") is not None
        and (row.when == "any" or added)
    )


def _group(change: Change) -> str:
    """Return the word of gcloud for what was changed."""
    if "Jobs." in change.method:
        return "jobs"
    return "worker-pools" if "WorkerPools." in change.method else "services"


def _name_of(row: Undo, item: ChangeItem, change: Change) -> str:
    found = re.fullmatch(row.item, item.name)
    if found and found.re.groups and found[1]:
        return found[1]
    text = item.after or item.before or change.method
    # "restart of orders-db", "auth-signing-key version 4 disabled"
    words = text.rpartition(" of ")[2].split()
    return words[0] if words else ""


def _former(item: ChangeItem) -> str:
    """Return the former value as a command may hold it, "" where the logs do not show it."""
    before = item.before or ""
    if item.name.startswith("env ") and before in ("set", "changed"):
        return ""
    found = _IMAGE.fullmatch(before) if item.name == "image" else None
    return found[1] if found else before


def _fill(row: Undo, known: dict[str, str], **values: str) -> Step:
    def fill(text: str) -> str:
        for name, value in values.items():
            fallback = "PREVIOUS_REVISION" if name == "previous" else _UNKNOWN
            allowed = _VALUE if name in ("before", "role") else _NAME
            is_harmless = allowed.fullmatch(value) or (name == "name" and _ITEM.fullmatch(value))
            text = text.replace(f"{{{name}}}", value if is_harmless else fallback)
        return fill_placeholders(text, known)

    return Step(says=fill(row.says), commands=[fill(command) for command in row.commands])
