"""The lines that a gate cites, as build systems print them: one each, masked, with nothing that acts."""

import msgspec

from triage.models import Criterion, Gate
from triage.rendering.escape import cut, essence
from triage.rendering.moments import utc
from triage.text import clean

_MESSAGE = 300


def masked(gate: Gate) -> Gate:
    """Return the gate with secrets masked."""
    return msgspec.convert(gate.to_dict(), Gate)


def evidence_lines(gate: Gate, criterion: Criterion) -> list[str]:
    """Return the lines that a criterion cites: number, time, insertId, severity, message and how often it was said."""
    lines = {line.id: line for line in gate.evidence}
    told = []
    for number in criterion.evidence:
        line = lines[number]
        times = f" ({line.count:,} times)" if line.count > 1 else ""
        found = f" insertId={line.insert_id}" if line.insert_id else ""
        severity = f" {line.severity}" if line.severity != "DEFAULT" else ""
        said = f"{utc(line.timestamp)} UTC{found}{severity}: {cut(essence(line.message), _MESSAGE)}{times}"
        told.append(clean(f"{number} {' '.join(said.split())}"))
    return told
