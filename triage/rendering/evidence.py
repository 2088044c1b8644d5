"""Evidence lines for build systems: one line each, masked."""

import msgspec

from triage.models import Criterion, Evidence, Gate
from triage.rendering.escape import truncate
from triage.rendering.formatting import format_utc
from triage.text import clean, summary_line

_MAX_MESSAGE = 300


def mask_gate(gate: Gate) -> Gate:
    """Return the gate with secrets masked."""
    return msgspec.convert(gate.to_dict(), Gate)


def format_evidence(gate: Gate, criterion: Criterion) -> list[str]:
    """Return the lines a criterion cites, each as ``format_line`` does."""
    lines = {line.id: line for line in gate.evidence}
    return [format_line(lines[number]) for number in criterion.evidence]


def format_line(line: Evidence) -> str:
    """Return a cited entry in one line: number, time, insertId, severity, message and count."""
    times = f" ({line.count:,} times)" if line.count > 1 else ""
    found = f" insertId={line.insert_id}" if line.insert_id else ""
    severity = f" {line.severity}" if line.severity != "DEFAULT" else ""
    message = truncate(summary_line(line.message), _MAX_MESSAGE)
    text = f"{format_utc(line.timestamp)} UTC{found}{severity}: {message}{times}"
    return clean(f"{line.id} {' '.join(text.split())}")
