"""The split of traffic over revisions."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from triage.changes.json_values import last_part, text

LATEST = "latest"
_TARGET = re.compile(r"(\S+) (\d+)%")


def traffic_text(targets: Sequence[Mapping[str, Any]]) -> str:
    """Return the targets of either API version, whatever their order: "shop-00042-abc 90%, latest 10%"."""
    shares: dict[str, int] = {}
    tags: list[str] = []
    for target in targets:
        name = last_part(text(target.get("revisionName")) or text(target.get("revision"))) or LATEST
        if (percent := text(target.get("percent"))).isdecimal() and int(percent):
            shares[name] = shares.get(name, 0) + int(percent)
        if tag := text(target.get("tag")):
            tags.append(f"tag {tag} on {name}")
    if not shares:
        shares = {LATEST: 100}
    said = sorted(shares.items(), key=lambda share: (-share[1], share[0]))
    return ", ".join([f"{name} {percent}%" for name, percent in said] + sorted(tags))


def traffic_shares(said: str | None, latest: str | None) -> dict[str, int]:
    """Return the percentages by revision of such a text.

    The latest revision stands for "latest" where it is known.
    """
    shares: dict[str, int] = {}
    for name, percent in _TARGET.findall(said or ""):
        revision = (latest or LATEST) if name == LATEST else name
        shares[revision] = shares.get(revision, 0) + int(percent)
    return shares
