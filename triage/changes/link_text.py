"""The sentence that tells what an incident began after."""

import re

from triage.models.change import AppliedChange, ChangeItem

_DIGEST = re.compile(r"(sha256:[0-9a-f]{12})[0-9a-f]+", re.ASCII)
_MOST_ITEMS = 3


def delay_text(seconds: float) -> str:
    """Return a time span in one unit: "less than 1 s", "40 s", "12 min", "5 h", "3 days"."""
    if seconds < 1:
        return "less than 1 s"
    for limit, size, unit in ((120, 1, "s"), (7200, 60, "min"), (172_800, 3600, "h")):
        if seconds < limit:
            return f"{int(seconds // size)} {unit}"
    return f"{int(seconds // 86_400)} days"


def item_text(item: ChangeItem) -> str:
    """Return an item in short: "memory 1Gi -> 512Mi", "env DB_HOST removed", "image shop:1.2 -> shop:1.3"."""
    if item.name == "secret version":
        return f"secret {item.after}"
    if item.name.startswith("env ") and item.after in ("set", "changed", "removed"):
        return f"{item.name} {item.after}"
    before, after = item.before or "none", item.after or "none"
    if item.name == "iam policy":
        return f"{before} -> {after}"
    if item.name == "image":
        before, after = _short_image(before), _short_image(after)
    return f"{item.name} {before} -> {after}"


def link_text(change: AppliedChange, items: list[ChangeItem], seconds: float, *, certain: bool) -> str:
    """Return one sentence; ``items`` are those that explain the failure, the most certain first."""
    if change.change.is_creation:
        return f"Began {delay_text(seconds)} after {change.resource} was created."
    began = f"Began {delay_text(seconds)} after {_subject(change)}"
    if not items:
        return f"{began}; its previous configuration is unknown."
    if change.kind in ("secret", "cloud sql"):
        return f"{began}{_doubt(certain=certain)}."
    if change.kind == "iam policy" and not change.change.config_known:
        after = items[0].after or "none"
        return f"{began}, which is {after} now; the one before is unknown{_doubt(certain=certain)}."
    told = ", ".join(map(item_text, items[:_MOST_ITEMS]))
    more = f" and {len(items) - _MOST_ITEMS} more" if len(items) > _MOST_ITEMS else ""
    return f"{began}: {told}{more}{_doubt(certain=certain)}."


def _subject(change: AppliedChange) -> str:
    verb = change.change.method.rpartition(".")[2]
    if change.kind == "cloud sql":
        return f"the {verb} of the Cloud SQL instance {change.resource}"
    if change.kind == "secret":
        state = (change.change.items[0].after or "").rpartition(" ")[2]
        version = f"version {change.version} of " if change.version else ""
        return f"{version}the secret {change.resource} was {state}"
    if change.kind == "iam policy":
        return f"a change of the IAM policy of {change.resource}"
    if change.created and change.change.revision:
        return f"revision {change.change.revision}"
    if change.created:
        return f"a deployment of {change.resource}"
    return f"a change of {change.resource}"


def _doubt(*, certain: bool) -> str:
    return "" if certain else " (linked by time alone)"


def _short_image(image: str) -> str:
    return _DIGEST.sub(r"\1", image.rpartition("/")[2])
