"""What differs between two specifications, in texts that may be shown."""

import re
from collections import defaultdict
from collections.abc import Mapping

from triage.changes.specification import OF_SERVICE, REDACTED, SECRET_REFERENCE, ItemKey, Specification
from triage.models.change import ChangeItem

_HARMLESS = re.compile(
    r"[-+]?\d{1,9}(?:\.\d{1,6})?|true|false|yes|no|on|off"
    r"|trace|debug|info|notice|warn|warning|error|critical|fatal|silent",
    re.IGNORECASE | re.ASCII,
)
_SECRET_NAME = re.compile(
    r"pass|pwd|secret|token|key|cred|auth|cert|private|salt|pin(?:_|$)|otp|cookie|session|signature|dsn",
    re.IGNORECASE,
)
#: Parts of a value that a log may quote: host names, e-mail addresses and file names, but no passwords.
_CLUE = re.compile(
    r"(?<![\w.@:/-])(?:[a-z]+://(?:[^@/\s]*@)?)?([a-z0-9-]+(?:[.:_/-][a-z0-9-]+)+)", re.IGNORECASE | re.ASCII
)
_LONGEST_VALUE = 300
#: Items of a service as a whole.
_OF_SERVICE = frozenset({"ingress", "traffic"})
#: Items of a service as a whole where their values have this part, else of its revisions.
_LIMITS = frozenset({"max instances", "min instances"})


def is_of_service(item: ChangeItem) -> bool:
    """Return whether an item takes effect on every instance at once, without a new revision."""
    if item.name not in _LIMITS:
        return item.name in _OF_SERVICE
    values = [value for value in (item.before, item.after) if value]
    return all(re.fullmatch(rf"\d+ \({OF_SERVICE}\)", value) for value in values)


def differing_items(before: Specification, after: Specification) -> list[ChangeItem]:
    """Return the items that differ where both are known, in order of name.

    Parts of an item that differ are named together. Values of environment variables are shown only where they
    are harmless.
    """
    differing: dict[str, list[ItemKey]] = defaultdict(list)
    both = before.known & after.known
    for key in sorted(before.items.keys() | after.items.keys()):
        area = before.areas.get(key) or after.areas[key]
        values = (before.items.get(key), after.items.get(key))
        if area in both and values[0] != values[1] and REDACTED not in values:
            differing[key.name].append(key)
    return [_item(name, keys, before, after) for name, keys in differing.items()]


def _item(name: str, keys: list[ItemKey], before: Specification, after: Specification) -> ChangeItem:
    if name == "image" and ItemKey("image") in keys:  # another image has another digest
        keys = [key for key in keys if key.part != "digest"]
    if name.startswith("env "):
        return _variable(name, keys, before, after)
    return ChangeItem(name, *(_shown(keys, side.items) for side in (before, after)))


def _joined(keys: list[ItemKey], values: Mapping[ItemKey, str]) -> str | None:
    found = [values[key] for key in keys if key in values]
    return ", ".join(found) if found else None


def _shown(keys: list[ItemKey], values: Mapping[ItemKey, str]) -> str | None:
    """Return the values of an item's parts; the name of a part is added where its value does not show it."""
    texts = [_value_with_part(key, value) for key in keys if (value := values.get(key))]
    said = ", ".join(texts)
    return (said[:_LONGEST_VALUE] + "...") if len(said) > _LONGEST_VALUE else said or None


def _value_with_part(key: ItemKey, value: str) -> str:
    return value if not key.part or key.name == "vpc" else f"{value} ({key.part})"


def _variable(name: str, keys: list[ItemKey], before: Specification, after: Specification) -> ChangeItem:
    """Return a changed variable.

    Its values where they are harmless or only name a secret, else none of them.
    """
    old, new = _joined(keys, before.items), _joined(keys, after.items)
    has_secret_name = _SECRET_NAME.search(name.removeprefix("env ")) is not None
    if all(
        key.part.endswith(SECRET_REFERENCE) or (not has_secret_name and _HARMLESS.fullmatch(value))
        for side in (before, after)
        for key in keys
        if (value := side.items.get(key)) is not None
    ):
        return ChangeItem(name, old, "removed" if new is None else new)
    if new is None:
        return ChangeItem(name, "set", "removed")
    return ChangeItem(name, None, "set") if old is None else ChangeItem(name, "set", "changed")


def clues_of(items: list[ChangeItem], after: Specification) -> dict[str, tuple[str, ...]]:
    """Return by item the names in its new values that a failure may quote, such as a host.

    Never a password.
    """
    found: dict[str, tuple[str, ...]] = {}
    for item in items:
        values = [
            value
            for key, value in after.items.items()
            if key.name == item.name and not key.part.endswith(SECRET_REFERENCE)
        ]
        if item.name.startswith("env "):
            is_secret = _SECRET_NAME.search(item.name.removeprefix("env "))
            values = [
                name
                for value in values
                if "://" in value or not is_secret
                for name in _CLUE.findall(value)
                if len(name) > 5
            ]
        elif item.name != "service account":
            continue
        if values:
            found[item.name] = tuple(sorted(set(values)))
    return found
