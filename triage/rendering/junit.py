"""JUnit XML of a gate: a suite with a test case for each criterion.

The document is valid by the strictest schema in use, junit-10.xsd of Jenkins' xUnit plugin, which knows
``skipped`` only on a suite. No ``time`` is given: criteria are conditions on logs, and none runs for a while.

Consumers differ: some ignore the ``message`` attribute, some the text, some all but the first child of a test
case. So both hold the full message, and there is one child.
"""

from collections.abc import Iterator
from xml.etree import ElementTree as ET

from triage.models import Criterion, Gate, Rollback
from triage.rendering.evidence import format_evidence, mask_gate
from triage.text import clean

#: Build systems execute output lines that hold this; the replacement is the same text in XML.
_COMMAND, _HARMLESS = "##", "#&#35;"


def render_junit(gate: Gate) -> str:
    """Return the gate as JUnit XML, secrets masked.

    A failed criterion is a failure; a required one that was not measured is an error.
    """
    shown = mask_gate(gate)
    counts = {"tests": len(shown.criteria)} | {
        name: sum(_child_tag(criterion) == child for criterion in shown.criteria)
        for name, child in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped"))
    }
    totals = {name: str(count) for name, count in counts.items()}
    root = ET.Element(
        "testsuites",
        {"name": "triage gate", **{name: count for name, count in totals.items() if name != "skipped"}},
    )
    suite = ET.SubElement(root, "testsuite", {"name": _suite_name(shown), **totals})
    properties = ET.SubElement(suite, "properties")
    for name in ("status", "why", "service", "revision", "verdict"):
        ET.SubElement(properties, "property", {"name": name, "value": clean(getattr(shown, name))})
    for criterion in shown.criteria:
        _add_case(suite, shown, criterion)
    if shown.rollback:
        ET.SubElement(suite, "system-out").text = "\n".join(_rollback_lines(shown.rollback))
    ET.indent(root)
    text = ET.tostring(root, encoding="unicode", xml_declaration=False)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text.replace(_COMMAND, _HARMLESS)}\n'


def _add_case(suite: ET.Element, gate: Gate, criterion: Criterion) -> None:
    case = ET.SubElement(suite, "testcase", {"classname": _suite_name(gate), "name": criterion.id})
    kind = _child_tag(criterion)
    if kind is None:
        return
    message = " ".join(clean(f"{criterion.says}: {criterion.measured}").split())
    child = ET.SubElement(case, kind, {"message": message, "type": criterion.outcome})
    child.text = "\n".join([message, *format_evidence(gate, criterion)])


def _child_tag(criterion: Criterion) -> str | None:
    """Return the tag of a test case's child, or None if the criterion is met."""
    if criterion.outcome == "failed":
        return "failure"
    if criterion.outcome == "met":
        return None
    return "error" if criterion.need == "required" else "skipped"


def _suite_name(gate: Gate) -> str:
    """Return the suite's name: without the revision, so that the history continues."""
    return clean(f"triage.gate.{gate.service}".rstrip("."))


def _rollback_lines(rollback: Rollback) -> Iterator[str]:
    """Yield the lines of the rollback steps."""
    for step in rollback.steps:
        yield step.says
        yield from (f"  {command}" for command in step.commands)
    if rollback.missing:
        yield f"The logs do not show: {', '.join(rollback.missing)}"
