"""The rule packs in use: a user's packs first, then the shipped ones."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from triage import resources
from triage.errors import BadDataError
from triage.models import Pack, Playbook
from triage.rules.fault import Fault
from triage.rules.pack_reader import LoadedPack, read_pack

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable


def shipped_packs() -> list["Traversable"]:
    """Return the TOML files and folders of the shipped packs, in order of name."""
    folder = resources.root("queries")
    packs = [
        item
        for item in folder.iterdir()
        if item.name.endswith(".toml") or item.joinpath("pack.toml").is_file()
    ]
    return sorted(packs, key=lambda item: item.name)


def load_packs(extra: Sequence[Path] = ()) -> list[Pack]:
    """Return the user's packs, then the shipped ones; earlier packs match first.

    A user's pack with the id of a shipped one replaces it. The user's packs are checked here, the shipped
    ones by the tests.

    Raises:
        BadDataError: a pack is invalid; the message lists every fault with file and line.
        IOFailureError: a file cannot be read.

    """
    users, shipped = [read_pack(item) for item in extra], _read_shipped(str(resources.root("queries")))
    used, faults = combine_packs(users, shipped)
    faults += [fault for loaded in [*users, *shipped] for fault in loaded.faults]
    faults += _all_faults(users, used) if users else []
    if faults:
        raise BadDataError("\n".join(map(str, faults)), "fix the pack and run `triage rules check` again")
    own = [loaded.pack for loaded in used if loaded in users]
    return own + sorted(
        (loaded.pack for loaded in used if loaded not in users), key=lambda pack: not pack.services
    )


def own_playbooks(packs: Sequence[Pack]) -> dict[str, Playbook]:
    """Return the playbooks beside packs by name; those of earlier packs go first."""
    return {name: playbook for pack in reversed(packs) for name, playbook in pack.playbooks.items()}


@cache
def _read_shipped(_folder: str) -> list[LoadedPack]:
    """Return the shipped packs, read once in a process."""
    return [read_pack(item) for item in shipped_packs()]


def _all_faults(users: Sequence[LoadedPack], used: Sequence[LoadedPack]) -> list[Fault]:
    """Return the faults of a user's packs, and of every reference between the packs."""
    from triage.rules.causes import reference_faults
    from triage.rules.validator import pack_faults

    faults = [fault for loaded in users for fault in pack_faults(loaded)]
    return faults + [fault for loaded in used for fault in reference_faults(loaded, used)]


def combine_packs(
    users: Sequence[LoadedPack], shipped: Sequence[LoadedPack]
) -> tuple[list[LoadedPack], list[Fault]]:
    """Return the packs in use, a user's replacing shipped ones, and duplicate ids."""
    used: dict[str, LoadedPack] = {}
    faults = []
    for loaded in users:
        first = used.setdefault(loaded.pack.id, loaded) if loaded.usable else loaded
        if first is not loaded:
            faults.append(Fault(loaded.path, 1, f"the pack {loaded.pack.id} stands in {first.path} too"))
    for loaded in shipped:
        used.setdefault(loaded.pack.id, loaded)
    return list(used.values()), faults
