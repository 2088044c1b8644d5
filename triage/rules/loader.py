"""The rule packs that are in use: a user's first, then those that ship."""

from collections.abc import Sequence
from importlib.resources.abc import Traversable
from pathlib import Path

from triage import resources
from triage.errors import BadDataError
from triage.models import Pack
from triage.rules.fault import Fault
from triage.rules.pack_reader import LoadedPack, read_pack


def shipped_packs() -> list[Traversable]:
    """Return the packs that come with the program, in order of name: TOML files and folders of them."""
    folder = resources.root("queries")
    packs = [
        item
        for item in folder.iterdir()
        if item.name.endswith(".toml") or item.joinpath("pack.toml").is_file()
    ]
    return sorted(packs, key=lambda item: item.name)


def load_packs(extra: Sequence[Path] = ()) -> list[Pack]:
    """Return the user's packs first, then those that ship: an earlier pack recognises a line before a later one.

    A user's pack with the id of a shipped one stands in its place. The user's packs are proved here; those that ship
    are proved by the tests.

    Raises:
        BadDataError: some pack cannot be used; the message tells every fault with file and line.
        IOFailureError: a file cannot be read.

    """
    users, ours = [read_pack(item) for item in extra], [read_pack(item) for item in shipped_packs()]
    used, faults = combine_packs(users, ours)
    faults += [fault for loaded in [*users, *ours] for fault in loaded.faults]
    faults += _proofs(users, used) if users else []
    if faults:
        raise BadDataError("\n".join(map(str, faults)), "mend the pack and try `triage rules check` again")
    own = [loaded.pack for loaded in used if loaded in users]
    return own + sorted(
        (loaded.pack for loaded in used if loaded not in users), key=lambda pack: not pack.services
    )


def _proofs(users: Sequence[LoadedPack], used: Sequence[LoadedPack]) -> list[Fault]:
    """Return what a user's packs fail to prove, and what any pack names in vain beside them."""
    from triage.rules.causes import reference_faults
    from triage.rules.validator import pack_faults

    faults = [fault for loaded in users for fault in pack_faults(loaded)]
    return faults + [fault for loaded in used for fault in reference_faults(loaded, used)]


def combine_packs(users: Sequence[LoadedPack], ours: Sequence[LoadedPack]) -> tuple[list[LoadedPack], list[Fault]]:
    """Return the packs that are used together, a user's in place of ours, and a fault for each id that comes twice."""
    used: dict[str, LoadedPack] = {}
    faults = []
    for loaded in users:
        first = used.setdefault(loaded.pack.id, loaded) if loaded.whole else loaded
        if first is not loaded:
            faults.append(Fault(loaded.path, 1, f"the pack {loaded.pack.id} stands in {first.path} too"))
    for loaded in ours:
        used.setdefault(loaded.pack.id, loaded)
    return list(used.values()), faults
