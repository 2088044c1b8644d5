"""Documents for notebooks: masked, with HTML, DataFrames and a chart."""

from typing import TYPE_CHECKING, Self

import msgspec

from triage import models
from triage.notebook import document_blocks
from triage.notebook.blocks import to_html, to_markdown
from triage.text import clean

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd


class Timeline(models.Timeline, frozen=True, kw_only=True):
    """Runs of some logs.

    ``to_dict()`` gives the document, ``to_frame()`` a row per run, ``plot()`` a chart.
    """

    @classmethod
    def from_document(cls, timeline: models.Timeline) -> Self:
        """Return the notebook form of a document, secrets masked."""
        return cls(**msgspec.structs.asdict(msgspec.convert(timeline.to_dict(), models.Timeline)))

    def __repr__(self) -> str:
        """Return the number of runs."""
        return f"<Timeline of {len(self.runs):,} runs>"

    def _repr_html_(self) -> str:
        return to_html(document_blocks.timeline_blocks(self))

    def _repr_markdown_(self) -> str:
        return to_markdown(document_blocks.timeline_blocks(self))

    def to_frame(self) -> "pd.DataFrame":
        """Return one row per run: UTC times, elapsed in seconds, verdict categories."""
        from triage.notebook import frames

        return frames.runs_frame(self)

    def steps_frame(self) -> "pd.DataFrame":
        """Return one row per step of each run, with the run's id."""
        from triage.notebook import frames

        return frames.steps_frame(self)

    def plot(self) -> "alt.FacetChart | alt.Chart":
        """Return a chart of the runs over time (UTC), a panel per revision.

        Each panel has a lane per kind and instance. The extra ``plot`` is required.

        Raises:
            UsageError: altair is not installed.

        """
        from triage.notebook import charts

        return charts.draw_runs(self)


class EvidenceList(list[models.Evidence]):
    """Evidence lines of an incident; ``to_frame()`` gives a row per line."""

    def __repr__(self) -> str:
        """Return the ids of the lines."""
        return f"<Evidence {', '.join(line.id for line in self)}>"

    def _repr_html_(self) -> str:
        return to_html([document_blocks.evidence_table(self)])

    def _repr_markdown_(self) -> str:
        return to_markdown([document_blocks.evidence_table(self)])

    def to_frame(self) -> "pd.DataFrame":
        """Return one row per line: id, UTC time, message and link to Logs Explorer."""
        from triage.notebook import frames

        return frames.evidence_frame(self)


class Incident(models.Incident, frozen=True, kw_only=True):
    """A cause with its evidence."""

    evidence: EvidenceList

    @classmethod
    def from_document(cls, incident: models.Incident) -> Self:
        """Return the notebook form of an incident."""
        return cls(**msgspec.structs.asdict(incident) | {"evidence": EvidenceList(incident.evidence)})

    def __repr__(self) -> str:
        """Return the cause and its confidence."""
        return f"<Incident {self.cause}: {clean(self.title)} ({self.confidence} confidence)>"

    def _repr_html_(self) -> str:
        return to_html(document_blocks.incident_blocks(self))

    def _repr_markdown_(self) -> str:
        return to_markdown(document_blocks.incident_blocks(self))


class Diagnosis(models.Diagnosis, frozen=True, kw_only=True):
    """Incidents of some logs.

    ``to_dict()`` gives the document, ``to_frame()`` a row per incident.
    """

    incidents: list[Incident]  # type: ignore[assignment]  # frozen: nobody can put a wider one in

    @classmethod
    def from_document(cls, diagnosis: models.Diagnosis) -> Self:
        """Return the notebook form of a document, secrets masked."""
        masked = msgspec.structs.asdict(msgspec.convert(diagnosis.to_dict(), models.Diagnosis))
        return cls(
            **masked | {"incidents": [Incident.from_document(incident) for incident in masked["incidents"]]}
        )

    def __repr__(self) -> str:
        """Return the verdict and the first incident."""
        first = f", {clean(self.incidents[0].title)}" if self.incidents else ""
        return f"<Diagnosis: {document_blocks.format_verdict(self)}{first}>"

    def __str__(self) -> str:
        """Return the answer as plain text of one screen."""
        from triage import pipeline

        timeline = models.Timeline(coverage=self.coverage, runs=[])
        return pipeline.report(pipeline.Analysis(timeline, self), "summary").rstrip()

    def _repr_html_(self) -> str:
        return to_html(document_blocks.diagnosis_blocks(self))

    def _repr_markdown_(self) -> str:
        return to_markdown(document_blocks.diagnosis_blocks(self))

    def to_frame(self) -> "pd.DataFrame":
        """Return one row per incident, the most important first."""
        from triage.notebook import frames

        return frames.incidents_frame(self)


class Comparison(models.Comparison, frozen=True, kw_only=True):
    """Differences between two sides.

    ``to_dict()`` gives the document, ``to_frame()`` a row per error pattern.
    """

    @classmethod
    def from_document(cls, comparison: models.Comparison) -> Self:
        """Return the notebook form of a document, secrets masked."""
        return cls(**msgspec.structs.asdict(msgspec.convert(comparison.to_dict(), models.Comparison)))

    def __repr__(self) -> str:
        """Return the answer."""
        return f"<Comparison: AFTER is {self.change}>"

    def _repr_html_(self) -> str:
        return to_html(document_blocks.comparison_blocks(self))

    def _repr_markdown_(self) -> str:
        return to_markdown(document_blocks.comparison_blocks(self))

    def to_frame(self) -> "pd.DataFrame":
        """Return one row per error pattern, with its count and rates on both sides."""
        from triage.notebook import frames

        return frames.error_changes_frame(self)
