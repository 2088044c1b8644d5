"""The criteria of a gate from TOML: the shipped ones, overridden by a user's file."""

from pathlib import Path
from typing import Any

import msgspec

from triage import resources
from triage.errors import BadDataError
from triage.models import Criteria
from triage.rules.fault import Fault
from triage.rules.keys import invalid_keys
from triage.rules.pack_reader import PackReader
from triage.rules.toml_file import TomlFile


def load_criteria(path: Path | None = None) -> Criteria:
    """Return the criteria of a file; what it omits keeps the shipped value.

    Raises:
        BadDataError: the file is invalid; the message lists every fault with file and line.
        IOFailureError: a file cannot be read.

    """
    reader = PackReader()
    _, shipped = reader.parse(resources.root("reports") / "gate.toml")
    source, own = reader.parse(path) if path else (None, {})
    if source is not None:
        reader.faults += _faults(source, own, shipped)
    if reader.faults:
        raise BadDataError(
            "\n".join(map(str, reader.faults)), "docs/gate.md names every criterion and its keys"
        )
    return msgspec.convert({name: table | own.get(name, {}) for name, table in shipped.items()}, Criteria)


def _faults(source: TomlFile, own: dict[str, Any], shipped: dict[str, Any]) -> list[Fault]:
    """Return the faults of a user's file in the order of its lines."""
    faults = []
    for field in msgspec.structs.fields(Criteria):
        table = own.get(field.name, {})
        if not isinstance(table, dict):
            what = f"{field.name} is a table: write [{field.name}]"
            faults.append(Fault(source.path, source.line_of(field.name), what))
            continue
        for path, what in invalid_keys(shipped[field.name] | table, field.type):
            faults.append(Fault(source.path, source.line_of(field.name, *path), f"{field.name}: {what}"))
    for name in own.keys() - shipped.keys():
        what = f"there is no criterion {name}, only {', '.join(shipped)}"
        faults.append(Fault(source.path, source.line_of(name), what))
    return sorted(faults, key=lambda fault: (fault.line, fault.what))
