"""Evidence lines of a gate for build systems: one line each, masked."""

import msgspec

from triage.models import Criterion, Gate
from triage.rendering.escape import summary_line, truncate
from triage.rendering.formatting import format_utc
from triage.text import clean

_MAX_MESSAGE = 300


def mask_gate(gate: Gate) -> Gate:
    """Return the gate with secrets masked."""
    return msgspec.convert(gate.to_dict(), Gate)


def format_evidence(gate: Gate, criterion: Criterion) -> list[str]:
    """Return the lines a criterion cites.

    Each has its number, time, insertId, severity, message and count.
    """
    lines = {line.id: line for line in gate.evidence}
    formatted = []
    for number in criterion.evidence:
        line = lines[number]
        times = f" ({line.count:,} times)" if line.count > 1 else ""
        found = f" insertId={line.insert_id}" if line.insert_id else ""
        severity = f" {line.severity}" if line.severity != "DEFAULT" else ""
        message = truncate(summary_line(line.message), _MAX_MESSAGE)
        text = f"{format_utc(line.timestamp)} UTC{found}{severity}: {message}{times}"
        formatted.append(clean(f"{number} {' '.join(text.split())}"))
    return formatted
