"""An entry that a rule recognised."""

from functools import lru_cache
from typing import Literal

import msgspec

from triage.models.entry import Entry
from triage.models.unchanging import Unchanging

RunKind = Literal["validation", "gate", "boot", "probe"]


class Event(Unchanging, msgspec.Struct, frozen=True, kw_only=True):
    """What a line says, in the words of a pack.

    ``run`` is the kind of run that the line belongs to ("" for a line of its own, such as a request), ``step`` the
    rule's word for its place in that run, ``fields`` what the rule's named groups captured.
    """

    entry: Entry
    pack: str
    rule: str
    run: RunKind | Literal[""] = ""
    step: str = ""
    check: str = ""
    outcome: str = ""
    condition: str = ""
    noise: bool = False
    fields: dict[str, str] = {}

    @property
    def name(self) -> str:
        """Return the name of its rule, as causes of any pack call it: ``pack/rule``."""
        return _name(self.pack, self.rule)


@lru_cache(maxsize=4096)
def _name(pack: str, rule: str) -> str:
    """Return the name of a rule, one text for all that say it: a timeline says it in every step."""
    return f"{pack}/{rule}"
