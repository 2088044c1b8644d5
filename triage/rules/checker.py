"""Checks whole rule packs and reports all faults at once."""

from collections.abc import Sequence
from pathlib import Path

from triage.models import Pack
from triage.rules.causes import reference_faults
from triage.rules.fault import Fault
from triage.rules.loader import combine_packs, shipped_packs
from triage.rules.pack_reader import read_pack
from triage.rules.validator import pack_faults


def check_packs(paths: Sequence[Path] = ()) -> tuple[list[Pack], list[Fault]]:
    """Return the packs that could be read and every fault in them.

    Without paths, the shipped packs are checked. Rules of other packs that a cause names are looked up in the
    given packs and in the shipped ones.

    Raises:
        IOFailureError: a file cannot be read.

    """
    shipped = [read_pack(item) for item in shipped_packs()]
    checked = [read_pack(item) for item in paths] or shipped
    used, faults = combine_packs(checked, shipped)
    for loaded in checked:
        faults += loaded.faults
        faults += pack_faults(loaded)
        faults += reference_faults(loaded, used)
    packs = [loaded.pack for loaded in checked if loaded.usable]
    return packs, sorted(faults, key=lambda fault: (fault.path, fault.line))
