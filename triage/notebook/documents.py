"""The documents as a notebook holds them: with frames for pandas."""

from typing import TYPE_CHECKING, Self

import msgspec

from triage import models

if TYPE_CHECKING:
    import pandas as pd


class Timeline(models.Timeline, frozen=True, kw_only=True):
    """The runs of some logs. ``to_dict()`` gives the document, ``to_frame()`` a row per run."""

    @classmethod
    def of(cls, timeline: models.Timeline) -> Self:
        """Return the document as a notebook holds it."""
        return cls(**msgspec.structs.asdict(timeline))

    def to_frame(self) -> "pd.DataFrame":
        """Return one row per run: times in UTC, elapsed in seconds, verdicts as categories, checks as lists."""
        from triage.notebook import frames

        return frames.runs(self)

    def steps_frame(self) -> "pd.DataFrame":
        """Return one row per step of each run, with the run's id."""
        from triage.notebook import frames

        return frames.steps(self)


class Diagnosis(models.Diagnosis, frozen=True, kw_only=True):
    """What broke. ``to_dict()`` gives the document, ``to_frame()`` a row per incident."""

    @classmethod
    def of(cls, diagnosis: models.Diagnosis) -> Self:
        """Return the document as a notebook holds it."""
        return cls(**msgspec.structs.asdict(diagnosis))

    def to_frame(self) -> "pd.DataFrame":
        """Return one row per incident, the one to act on first."""
        from triage.notebook import frames

        return frames.incidents(self)
