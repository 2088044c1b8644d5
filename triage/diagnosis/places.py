"""Entries by where they come from: what is the same for all of them is looked up once."""

from collections.abc import Iterable

from triage.models import Observed

#: A service, its revision and the region.
Place = tuple[str, str, str]


def group_by_place(observed: Iterable[Observed]) -> dict[Place, list[Observed]]:
    """Return entries by their place, in order."""
    groups: dict[Place, list[Observed]] = {}
    for one in observed:
        entry = one[0]
        place = (entry.service, entry.revision, entry.location)
        group = groups.get(place)
        if group is None:
            group = groups[place] = []
        group.append(one)
    return groups
