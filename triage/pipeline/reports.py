"""Render documents for people and for other programs."""

from collections.abc import Iterable, Sequence
from datetime import tzinfo
from typing import BinaryIO

from triage.models import Comparison, Diagnosis, Entry, Gate, LoadTest, Pack, Playbook, Run, Timeline
from triage.pipeline.analyzer import Analysis
from triage.rendering.formats import find_renderer
from triage.rules import own_playbooks


def report(
    analysis: Analysis,
    template: str = "ticket",
    *,
    impact: str = "",
    zone: tzinfo | None = None,
    load: LoadTest | None = None,
) -> str:
    """Return the report of an analysis as Markdown, or as text for ``summary``.

    template: the name of the template.
    impact: the business impact that the reader knows; by default that of the pack.
    zone: adds local times.
    load: a load test of the service; its connections join the success metrics.
    """
    from triage.rendering.markdown_report import render_report as render

    return render(
        analysis.diagnosis,
        analysis.timeline,
        template=template,
        impact=impact or analysis.impact,
        zone=zone,
        playbooks=analysis.playbooks,
        load=load,
        alertable=_alertable(analysis),
    )


def html(analysis: Analysis, packs: Sequence[Pack], *, impact: str = "", zone: tzinfo | None = None) -> str:
    """Return the report of an analysis as one HTML page.

    packs: name the critical checks of a chain.
    impact, zone: as for ``report``.
    """
    from triage.rendering.html_report import render_html as render

    chains = {pack.id: pack.chain for pack in packs if pack.chain}
    return render(
        analysis.diagnosis,
        analysis.timeline,
        chains=chains,
        impact=impact or analysis.impact,
        zone=zone,
        playbooks=analysis.playbooks,
        alertable=_alertable(analysis),
    )


def to_json(document: Comparison | Diagnosis | Gate | LoadTest | Timeline) -> str:
    """Return a document as JSON, secrets masked."""
    from triage.rendering.documents import to_json as render

    return render(document)


def render_gate(gate: Gate, name: str) -> str:
    """Return a gate in a format that is not the screen, secrets masked."""
    text: str = find_renderer("gate", name)(gate)
    return text


def gate_summary(gate: Gate) -> str:
    """Return a gate as Markdown, secrets masked."""
    from triage.rendering.markdown_report import render_gate_summary as render

    return render(gate)


def playbook(name: str, packs: Sequence[Pack] = ()) -> Playbook:
    """Return how to fix a cause, with words in capitals for the names that a report fills in.

    packs: their own playbooks go before shipped ones. A name that none has gives that of an unknown error.
    """
    from triage.rendering.playbooks import fill_playbook, find_playbook

    return fill_playbook(find_playbook(name, own_playbooks(packs)), {})


def write_entries(entries: Iterable[Entry], name: str, stream: BinaryIO) -> None:
    """Write a table of entries in a format, unmasked, which triage can read again."""
    find_renderer("entries", name)(entries, stream)


def write_runs(timeline: Timeline, stream: BinaryIO) -> None:
    """Write the runs of a timeline as CSV, secrets masked."""
    from triage.rendering.tables import runs_to_csv

    stream.writelines(runs_to_csv(timeline))


def fold(timeline: Timeline) -> list[list[Run]]:
    """Return the runs of a timeline grouped by similarity."""
    from triage.rendering.run_groups import group_similar_runs as fold_runs

    return fold_runs(timeline.runs)


def _alertable(analysis: Analysis) -> list[str]:
    """Return the causes of incidents for which ``triage alerts`` makes a policy."""
    from triage.pipeline.expressible_causes import causes_with_alert

    return causes_with_alert(analysis.diagnosis, analysis.packs)
