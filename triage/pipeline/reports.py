"""Render documents for people and for other programs."""

from collections.abc import Iterable, Sequence
from datetime import tzinfo
from typing import BinaryIO, Literal

from triage.models import Comparison, Diagnosis, Entry, Gate, Pack, Run, Timeline
from triage.pipeline.analyser import Analysis
from triage.rendering.playbooks import Playbook


def report(
    analysis: Analysis, template: str = "remediation", *, impact: str = "", zone: tzinfo | None = None
) -> str:
    """Return the report of an analysis as Markdown, or as text for ``summary``.

    template: the name of the template.
    impact: the business impact that the reader knows; by default that of the pack.
    zone: adds local times.
    """
    from triage.rendering.markdown_report import render_report as render

    return render(
        analysis.diagnosis, analysis.timeline, template=template, impact=impact or analysis.impact, zone=zone
    )


def html(analysis: Analysis, packs: Sequence[Pack], *, impact: str = "", zone: tzinfo | None = None) -> str:
    """Return the report of an analysis as one HTML page.

    packs: name the critical checks of a chain.
    impact, zone: as for ``report``.
    """
    from triage.rendering.html_report import render_html as render

    chains = {pack.id: pack.chain for pack in packs if pack.chain}
    return render(
        analysis.diagnosis, analysis.timeline, chains=chains, impact=impact or analysis.impact, zone=zone
    )


def to_json(document: Comparison | Diagnosis | Gate | Timeline) -> str:
    """Return a document as JSON, secrets masked."""
    from triage.rendering.documents import to_json as render

    return render(document)


def junit(gate: Gate) -> str:
    """Return a gate as JUnit XML, secrets masked."""
    from triage.rendering.junit import render_junit as render

    return render(gate)


def annotations(gate: Gate) -> str:
    """Return a gate as workflow commands of GitHub Actions, secrets masked."""
    from triage.rendering.annotations import render_annotations as render

    return render(gate)


def gate_summary(gate: Gate) -> str:
    """Return a gate as Markdown, secrets masked."""
    from triage.rendering.markdown_report import render_gate_summary as render

    return render(gate)


def playbook(name: str) -> Playbook:
    """Return how to fix a cause, placeholders such as {service} left unfilled.

    A cause without a playbook of its own gets that of an unknown error.
    """
    from triage.rendering.playbooks import load_playbook

    return load_playbook(name)


def write_entries(
    entries: Iterable[Entry], form: Literal["jsonl", "csv", "parquet"], stream: BinaryIO
) -> None:
    """Write a table of entries, unmasked, which triage can read again."""
    from triage.rendering import tables

    if form == "parquet":
        tables.write_parquet(entries, stream)
    else:
        stream.writelines(tables.to_json_lines(entries) if form == "jsonl" else tables.to_csv(entries))


def write_runs(timeline: Timeline, stream: BinaryIO) -> None:
    """Write the runs of a timeline as CSV, secrets masked."""
    from triage.rendering.tables import runs_to_csv

    stream.writelines(runs_to_csv(timeline))


def fold(timeline: Timeline) -> list[list[Run]]:
    """Return the runs of a timeline grouped by similarity."""
    from triage.rendering.run_groups import group_similar_runs as fold_runs

    return fold_runs(timeline.runs)
