"""Blocks that logs, timelines, diagnoses and comparisons display."""

from collections.abc import Iterator, Sequence

from triage import pipeline
from triage.models import Comparison, Coverage, Diagnosis, Evidence, Incident, Run, SideSummary, Timeline
from triage.notebook.blocks import Block, BulletList, Link, LogLine, Paragraph, Table, first_line
from triage.text import pluralize


def diagnosis_blocks(document: Diagnosis) -> Iterator[Block]:
    """Yield the verdict, the incidents, the coverage and the limits."""
    yield Paragraph(format_verdict(document), _format_state(document))
    for first in document.incidents[:1]:
        yield from incident_blocks(first)
    if others := document.incidents[1:]:
        yield Table(
            "Also",
            ("Severity", "Incident", "Check", "Confidence", "Times", "First seen (UTC)", "Last seen (UTC)"),
            [
                (
                    other.severity,
                    first_line(other.title) + (" (recovered)" if other.recovered else ""),
                    other.check or "",
                    other.confidence,
                    f"{other.count:,}",
                    _format_utc(other.first_seen),
                    _format_utc(other.last_seen),
                )
                for other in others
            ],
        )
    if document.next:
        yield Paragraph("Next:", document.next.why)
    yield coverage_paragraph(document.coverage)
    if document.limits:
        yield BulletList("What these logs cannot show", document.limits)


def format_verdict(document: Diagnosis) -> str:
    """Return the verdict in words: "NOT READY", "READY (recovered)", "READY, 1 open incident"."""
    words = document.verdict.replace("_", " ").upper()
    if document.verdict == "ready" and document.open_incidents:
        return f"{words}, {pluralize(document.open_incidents, 'open incident')}"
    return f"{words} (recovered)" if document.recovered else words


def _format_state(document: Diagnosis) -> str:
    states = sorted(document.services, key=lambda state: not state.primary)
    if not states:
        return ""
    first = states[0]
    return f"{first.service}: {first.why}" if first.why else first.service


def incident_blocks(one: Incident) -> Iterator[Block]:
    """Yield the cause, the reasons, the evidence and what was ruled out."""
    about = [
        f"check {one.check}" if one.check else "no failing check",
        f"{one.confidence} confidence",
        one.severity,
        f"{one.count:,} times" if one.count != 1 else "once",
        f"first seen {_format_utc(one.first_seen)} UTC",
        f"last seen {_format_utc(one.last_seen)} UTC",
    ]
    yield Paragraph("Cause:", f"{first_line(one.title)} ({', '.join(about)})")
    if one.reasons:
        yield BulletList(
            "Why", [f"{first_line(reason.says)} ({', '.join(reason.evidence)})" for reason in one.reasons]
        )
    if one.evidence:
        yield evidence_table(one.evidence)
    if one.symptoms:
        yield BulletList("Symptoms of it", [first_line(symptom) for symptom in one.symptoms])
    if one.ruled_out:
        yield BulletList("Ruled out", [f"{ruled.cause}: {first_line(ruled.why)}" for ruled in one.ruled_out])


def evidence_table(lines: Sequence[Evidence]) -> Table:
    """Return the evidence lines, each with its link to Logs Explorer."""
    return Table(
        "Evidence",
        ("", "Time (UTC)", "Severity", "Instance", "Message", "Times"),
        [
            (
                Link(line.id, line.link),
                _format_utc(line.timestamp),
                line.severity,
                _short_instance(line.instance),
                LogLine(first_line(line.message)),
                f"{line.count:,}",
            )
            for line in lines
        ],
    )


def timeline_blocks(document: Timeline) -> Iterator[Block]:
    """Yield a row for each block of similar runs, and the coverage."""
    blocks = pipeline.fold(document)
    if blocks:
        yield Table(
            f"{len(document.runs):,} runs" if len(document.runs) != 1 else "1 run",
            (
                "Kind",
                "Runs",
                "Verdict",
                "Failed",
                "Revision",
                "Instance",
                "First (UTC)",
                "Last (UTC)",
                "Took",
            ),
            [_run_row(block) for block in blocks],
        )
    else:
        yield Paragraph(
            "No runs:", "no pass through a readiness chain, past a gate or of a boot is in these logs"
        )
    yield coverage_paragraph(document.coverage)


def _run_row(block: Sequence[Run]) -> tuple[str, ...]:
    first, last = block[0], max(block, key=lambda run: run.started)
    instances = {run.instance for run in block}
    shortest, longest = (f"{pick(run.elapsed for run in block):.2f} s" for pick in (min, max))
    return (
        first.kind,
        f"{len(block):,}",
        first.verdict.replace("_", " "),
        ", ".join(first.failed_checks) or first.condition or "",
        first.revision or first.service,
        _short_instance(first.instance) if len(instances) == 1 else f"{len(instances):,} instances",
        _format_utc(first.started),
        _format_utc(last.started),
        shortest if shortest == longest else f"{shortest} to {longest}",
    )


def comparison_blocks(document: Comparison) -> Iterator[Block]:
    """Yield the answer, sides, outcomes, errors, revisions and limits."""
    yield Paragraph(document.change.upper(), "; ".join(sign.says for sign in document.because))
    yield Table("Sides", ("", "Before", "After"), _side_rows(document.before, document.after))
    if document.outcomes:
        yield Table(
            "Outcomes",
            ("Service", "", "Before", "After", "Became"),
            [
                (
                    found.service,
                    found.subject,
                    str(found.before) if found.before else "none",
                    str(found.after) if found.after else "none",
                    found.became,
                )
                for found in document.outcomes
            ],
        )
    if changed := [error for error in document.errors if error.change != "same"]:
        yield Table(
            "Errors",
            ("Service", "Became", "Before", "After", "An example"),
            [
                (
                    error.service,
                    error.became,
                    str(error.before),
                    str(error.after),
                    LogLine(first_line(error.example)),
                )
                for error in changed
            ],
        )
    if document.walks:
        none = "not seen"
        yield Table(
            "Revisions",
            ("Service", "Last good", "First bad"),
            [(walk.service, walk.last_good or none, walk.first_bad or none) for walk in document.walks],
        )
    limits = [f"{thin.side.upper()}, {thin.service}: {thin.why}" for thin in document.thin]
    if limits or document.limits:
        yield BulletList("What these logs cannot tell", [*document.limits, *limits])


def _side_rows(before: SideSummary, after: SideSummary) -> list[tuple[str, str, str]]:
    sides = (before, after)
    return [
        (label, first, second)
        for label, (first, second) in {
            "Logs": [side.name for side in sides],
            "Verdict": [side.verdict.replace("_", " ") for side in sides],
            "Revisions": [", ".join(side.revisions) for side in sides],
            "From (UTC)": [_format_utc(side.first or "") for side in sides],
            "To (UTC)": [_format_utc(side.last or "") for side in sides],
            "Instances": [str(side.instances) for side in sides],
        }.items()
    ]


def logs_blocks(name: str, read: Coverage) -> Iterator[Block]:
    """Yield the source of the logs, their services and what was not read."""
    yield Paragraph("Logs", f"of {name}")
    yield coverage_paragraph(read)
    if read.services:
        yield Table(
            "Services",
            ("Service", "Entries"),
            [(service or "none named", f"{count:,}") for service, count in read.services.items()],
        )
    if read.gaps:
        yield Table(
            "Not read",
            ("What", "Where", "Why", "Times"),
            [
                (
                    gap.kind.replace("_", " "),
                    f"{gap.path}:{gap.position}" if gap.position is not None else gap.path,
                    first_line(gap.detail),
                    f"{gap.count:,}",
                )
                for gap in read.gaps
            ],
        )


def coverage_paragraph(read: Coverage) -> Paragraph:
    """Return the counts and the window of what was read."""
    counted = f"{read.records:,} records: {read.entries:,} entries, {read.matched:,} recognized"
    counted += "".join(
        f", {count:,} {word}"
        for count, word in (
            (read.skipped, "skipped (no match)"),
            (read.duplicate, "duplicate"),
            (read.broken, "broken"),
            (read.outside, "outside of what was asked"),
        )
        if count
    )
    if read.first and read.last:
        counted += f"; {_format_utc(read.first)} to {_format_utc(read.last)} UTC"
    return Paragraph("Coverage:", counted)


def _format_utc(timestamp: str) -> str:
    """Return an RFC 3339 time in UTC as "2025-09-14 02:56:56.123"."""
    return timestamp[:23].replace("T", " ").rstrip("Z")


def _short_instance(name: str) -> str:
    return name if len(name) <= 8 else f"...{name[-8:]}"
