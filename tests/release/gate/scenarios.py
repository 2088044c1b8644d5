"""Logs of a revision after its deployment, and the gate's result for them."""

from collections.abc import Iterable
from typing import Any

import msgspec

from tests.diagnosis.scenarios import BORN
from tests.runs.logs import REVISION, Log, analysis, log_line, platform, request, text_line, validation
from triage import pipeline
from triage.models import Criteria, Criterion, Gate

OLD, NEW = REVISION, REVISION.replace("00041-kqx", "00042-abc")
CRITERIA = pipeline.load_criteria()


def boot(start: float, took: float = 11, **place: Any) -> list[Log]:
    """Return a boot that becomes ready."""
    return [
        platform(start, BORN, **place),
        text_line(start + took, "Application startup complete.", **place),
    ]


def healthy(start: float = 0, **place: Any) -> list[Log]:
    """Return a ready boot, a validation, a connection and health checks for 6 min."""
    return [
        *boot(start, **place),
        *validation(start + 12, **place),
        request(start + 20, "/ws", 101, **place),
        *(request(start + 30 * number, "/health", 200, **place) for number in range(1, 13)),
    ]


def error_line(seconds: float, text: str = "Cannot price order: KeyError", **place: Any) -> Log:
    """Return an error that no rule matches."""
    return log_line(seconds, text, "shop", severity="ERROR", **place)


def criteria(**changes: dict[str, Any]) -> Criteria:
    """Return the shipped criteria with changes."""
    data = msgspec.to_builtins(CRITERIA)
    return msgspec.convert({name: table | changes.get(name, {}) for name, table in data.items()}, Criteria)


def evaluate_gate(*parts: Log | Iterable[Log], demands: Criteria = CRITERIA, **options: Any) -> Gate:
    """Return the gate of some logs."""
    return pipeline.gate(analysis(*parts), demands, **options)


def find_criterion(gate: Gate, name: str) -> Criterion:
    """Return one criterion of a gate."""
    return next(criterion for criterion in gate.criteria if criterion.id == name)


def evaluate(name: str, *parts: Log | Iterable[Log], **options: Any) -> Criterion:
    """Return one criterion of the gate of some logs."""
    return find_criterion(evaluate_gate(*parts, **options), name)


def cited_messages(gate: Gate, name: str) -> list[str]:
    """Return the messages that a criterion cites."""
    lines = {line.id: line.message for line in gate.evidence}
    return [lines[number] for number in find_criterion(gate, name).evidence]
