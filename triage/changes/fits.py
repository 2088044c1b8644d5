"""Which changed item explains which failure: the table of reports/change-links.toml."""

import re
from functools import cache
from typing import Literal

import msgspec

from triage import resources
from triage.changes.quantities import magnitude
from triage.models.change import AppliedChange, ChangeItem, Onset
from triage.window import NANOSECONDS

_REFERENCE = re.compile(r"^secret (\S+) version ")
Condition = Literal["any", "lowered", "raised", "removed", "added"]
Degree = Literal["certain", "late", "possible"]


class LinkRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One row of the table; its file describes the fields."""

    item: str
    when: Condition = "any"
    before: str = ""
    after: str = ""
    kinds: list[str] = []
    words: list[str] = []
    except_kinds: list[str] = []
    within: int = 86_400
    inherited: bool = False
    late: bool = False
    callers: bool = False
    certain: bool = True

    def matches(self, item: ChangeItem, change: AppliedChange, onset: Onset) -> bool:
        """Return whether the item changed in the way of this row, and the failure follows from it."""
        delay = min(onset.first_failures.values()) - change.at
        if change.change.service is not None and delay > self.within * NANOSECONDS:
            return False
        return (
            any(re.fullmatch(self.item, name) for name in (item.name, *_secrets_of(item)))
            and _holds(self.when, item, change)
            and _has(self.before, item.before)
            and _has(self.after, item.after)
            and self._explains(onset)
        )

    def _explains(self, onset: Onset) -> bool:
        if onset.kinds and onset.kinds.issubset(self.except_kinds):
            return False
        if not self.kinds and not self.words:
            return True
        return not onset.kinds.isdisjoint(self.kinds) or any(
            re.search(word, onset.text, re.IGNORECASE) for word in self.words
        )


class LinkTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole table."""

    link: list[LinkRule]
    families: list[list[str]] = []


@cache
def link_table() -> LinkTable:
    """Return the table that ships with the program."""
    text = (resources.root("reports") / "change-links.toml").read_text(encoding="utf-8")
    return msgspec.toml.decode(text, type=LinkTable)


def is_inherited(item: ChangeItem, change: AppliedChange, onset: Onset) -> bool:
    """Return whether a failure that begins on a later revision with the same item may follow from it."""
    return any(rule.inherited and rule.matches(item, change, onset) for rule in link_table().link)


def _secrets_of(item: ChangeItem) -> list[str]:
    """Return the names of items of the secrets that a variable holds or held."""
    if not item.name.startswith("env "):
        return []
    return [
        f"secret {name}" for value in (item.before, item.after) for name in _REFERENCE.findall(value or "")
    ]


def fit(item: ChangeItem, change: AppliedChange, onset: Onset) -> Degree | None:
    """Return how well a changed item explains a failure, None where it does not.

    A failure that quotes the variable, or a name in the new value, leaves no doubt; nor does traffic that
    moved to the revision that fails. "late" is possible however long after the change it began.
    """
    if item.name == "traffic":
        earliest = min(onset.first_failures, key=lambda revision: (onset.first_failures[revision], revision))
        return "certain" if earliest in change.serving else None
    kind, _, name = item.name.partition(" ")
    quoted = [name] if kind in ("env", "secret") and name and item.name != "secret version" else []
    quoted += change.clues.get(item.name, ())
    if any(_quotes(onset.text, word) for word in quoted):
        return "certain"
    rules = [rule for rule in link_table().link if not rule.callers and rule.matches(item, change, onset)]
    if not rules or (kind == "env" and _is_of_another_family(name, onset.text)):
        return None
    if any(rule.certain for rule in rules):
        return "certain"
    if kind == "env" and any(map(_is_specific, rules)) and _related(name, onset.text):
        return "certain"
    return "late" if any(rule.late for rule in rules) else "possible"


def fit_caller(item: ChangeItem, change: AppliedChange, onset: Onset) -> Degree | None:
    """Return how well a changed item of a called service explains its caller's failure, None where not."""
    rules = [rule for rule in link_table().link if rule.callers and rule.matches(item, change, onset)]
    if not rules:
        return None
    return "certain" if any(rule.certain for rule in rules) else "possible"


def _is_specific(rule: LinkRule) -> bool:
    return bool(rule.words or rule.kinds)


def _holds(condition: Condition, item: ChangeItem, change: AppliedChange) -> bool:
    match condition:
        case "any":
            return True
        case "removed":
            return (
                bool(change.removed_members) if item.name == "iam policy" else item.after in (None, "removed")
            )
        case "added":
            return item.before is None
        case "lowered" | "raised":
            before, after = (_size(item.name, value) for value in (item.before, item.after))
            if before is None or after is None:
                return False
            return after < before if condition == "lowered" else after > before


def _size(name: str, value: str | None) -> int | None:
    """Return a value as a number; without a minimum no instance is kept."""
    return 0 if value is None and name == "min instances" else magnitude(name, value)


def _has(pattern: str, value: str | None) -> bool:
    return not pattern or (value is not None and re.search(pattern, value) is not None)


def _quotes(text: str, name: str) -> bool:
    return len(name) > 2 and re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text) is not None


def _related(name: str, text: str) -> bool:
    """Return whether a word of the families of a variable's name stands in the text."""
    return any(_has_word(text, family) for family in _families_of(name))


def _is_of_another_family(name: str, text: str) -> bool:
    """Return whether the text names families, and the variable's name one that is not among them."""
    families = _families_of(name)
    return (
        bool(families)
        and not _related(name, text)
        and any(_has_word(text, family) for family in link_table().families)
    )


def _families_of(name: str) -> list[list[str]]:
    parts = {part.lower() for part in re.split(r"[_\W]+", name) if part}
    return [family for family in link_table().families if not parts.isdisjoint(family)]


def _has_word(text: str, family: list[str]) -> bool:
    return any(re.search(rf"(?<![a-z0-9]){re.escape(word)}", text.lower()) for word in family)
