"""Proof of rule packs, all their faults at once."""

from collections.abc import Sequence
from pathlib import Path

from triage.models import Pack
from triage.rules.causes import references
from triage.rules.fault import Fault
from triage.rules.load import shipped, together
from triage.rules.proof import proof
from triage.rules.read import read


def check(paths: Sequence[Path] = ()) -> tuple[list[Pack], list[Fault]]:
    """Return the packs that could be read (all that ship when no path is given) and every fault in them.

    Rules of other packs that a cause names are looked up in the packs given and in those that ship.

    Raises:
        IOFailureError: a file cannot be read.

    """
    ours = [read(item) for item in shipped()]
    checked = [read(item) for item in paths] or ours
    used, faults = together(checked, ours)
    for loaded in checked:
        faults += loaded.faults
        faults += proof(loaded)
        faults += references(loaded, used)
    packs = [loaded.pack for loaded in checked if loaded.whole]
    return packs, sorted(faults, key=lambda fault: (fault.path, fault.line))
