"""The catalog: every cause that a diagnosis can name, by kind."""

from collections.abc import Sequence

import msgspec

from triage import rules
from triage.diagnosis.unexplained import unexplained_causes
from triage.errors import UsageError
from triage.models import Cause, Pack

_UNEXPLAINED = "Failures that no rule explains"


class ListedCause(msgspec.Struct, frozen=True):
    """One cause.

    Attributes:
        id: id of the cause.
        title: its title, with words in capitals for what a log names.
        example: a line that shows it, "" for none.
        playbooks: names of its playbooks.
        cause: the cause of a pack, None for what no rule explains.
        pack: the pack of the cause.

    """

    id: str
    title: str
    example: str
    playbooks: list[str]
    cause: Cause | None = None
    pack: Pack | None = None


class CauseKind(msgspec.Struct, frozen=True):
    """The causes of one kind.

    Attributes:
        title: title of the kind.
        causes: its causes.

    """

    title: str
    causes: list[ListedCause]


def list_causes(packs: Sequence[Pack]) -> list[CauseKind]:
    """Return every cause that a diagnosis can name.

    Those of the packs, then those of what no rule explains.
    """
    lines = rules.example_lines(packs)
    groups = [
        CauseKind(
            group.title,
            [
                ListedCause(
                    cause.id,
                    rules.general_title(cause),
                    rules.example_line(cause, group.pack, lines),
                    [cause.playbook],
                    cause,
                    group.pack,
                )
                for cause in group.causes
            ],
        )
        for group in rules.group_causes(packs)
    ]
    unexplained = [ListedCause(cause.id, cause.title, "", cause.playbooks) for cause in unexplained_causes()]
    return [*groups, CauseKind(_UNEXPLAINED, unexplained)]


def find_cause(name: str, groups: Sequence[CauseKind]) -> ListedCause:
    """Return the cause of an id.

    Raises:
        UsageError: there is none; the hint names similar ones.

    """
    found = next((cause for group in groups for cause in group.causes if cause.id == name), None)
    if found is None:
        near = similar_causes(name, groups)
        names = " or ".join(filter(None, [", ".join(near[:-1]), *near[-1:]]))
        hint = f"did you mean {names}?" if near else "triage explain lists all causes"
        raise UsageError(f"no cause is named {name!r}", hint)
    return found


def similar_causes(name: str, groups: Sequence[CauseKind], most: int = 10) -> list[str]:
    """Return the ids that contain the words of a name; where none does, titles that do and similar ids."""
    from difflib import get_close_matches

    words = name.lower().replace("_", "-").replace("-", " ").split()
    causes = [cause for group in reversed(groups) for cause in group.causes]
    contained = [cause.id for cause in causes if words and all(word in cause.id for word in words)]
    titled = [cause.id for cause in causes if words and all(word in cause.title.lower() for word in words)]
    close = get_close_matches(name.lower(), [cause.id for cause in causes], n=3, cutoff=0.5)
    return list(dict.fromkeys(contained or [*close, *titled]))[:most]
