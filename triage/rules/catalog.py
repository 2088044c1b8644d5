"""The causes of the packs by kind, each with the line that shows it."""

import re
from collections.abc import Mapping, Sequence

import msgspec

from triage.models import Cause, Pack

#: General packs that lead the catalog; the others follow, and those of single services come last.
_FIRST = ("cloud-run", "runtimes", "dependencies")
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


class CauseGroup(msgspec.Struct, frozen=True):
    """The causes of one kind.

    Attributes:
        title: title of the kind: "Cloud Run: instances".
        pack: the pack that has them.
        causes: the causes, in the order of the pack.

    """

    title: str
    pack: Pack
    causes: list[Cause]


def group_causes(packs: Sequence[Pack]) -> list[CauseGroup]:
    """Return the causes by pack and part; those of one service are one group."""

    def rank(pack: Pack) -> tuple[bool, int, str]:
        return bool(pack.services), _FIRST.index(pack.id) if pack.id in _FIRST else len(_FIRST), pack.id

    groups = []
    for pack in sorted(packs, key=rank):
        by_id = {cause.id: cause for cause in pack.causes}
        parts = list(pack.causes_by_part.items())
        if pack.services or len(parts) < 2:
            groups.append(CauseGroup(pack.title, pack, pack.causes))
            continue
        groups += [
            CauseGroup(f"{pack.title}: {part.replace('-', ' ')}", pack, [by_id[name] for name in names])
            for part, names in parts
        ]
    return [group for group in groups if group.causes]


def example_lines(packs: Sequence[Pack]) -> dict[str, str]:
    """Return the first hit of every rule, by full name."""
    return {f"{pack.id}/{rule.id}": rule.hits[0] for pack in packs for rule in pack.rules if rule.hits}


def example_line(cause: Cause, pack: Pack, lines: Mapping[str, str]) -> str:
    """Return a line that shows a cause, "" if the cause is about a run and names no rule."""
    names = [*cause.all_of, *cause.any_of, *(reason.rule for reason in cause.because)]
    full = [name if "/" in name else f"{pack.id}/{name}" for name in names]
    return next((lines[name] for name in full if name in lines), "")


def general_title(cause: Cause) -> str:
    """Return the title with its placeholders as words in capitals."""
    return _PLACEHOLDER.sub(lambda found: found[1].upper(), cause.title)
