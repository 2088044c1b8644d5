"""Logs from exported files, LogEntry mappings, client entries or DataFrames."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from triage import pipeline
from triage.models import Coverage, Entry, Event, Record
from triage.notebook import document_blocks
from triage.notebook.blocks import to_html, to_markdown
from triage.notebook.documents import Comparison, Diagnosis, Timeline
from triage.notebook.records import to_records
from triage.text import clean
from triage.window import Window

if TYPE_CHECKING:
    import pandas as pd


class SupportsArrow(Protocol):
    """A table that Arrow reads: of polars, pyarrow, DuckDB and others."""

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """Return the table as a stream of Arrow's C interface."""


class SupportsInterchange(Protocol):
    """A table with the DataFrame interchange protocol."""

    def __dataframe__(self, *args: Any, **options: Any) -> Any:
        """Return the table in the form of the protocol."""


#: What ``load`` accepts.
Loadable: TypeAlias = (
    "Logs | str | Path | Sequence[str | Path] | Iterable[Mapping[str, Any]] | Iterable[Any] | pd.DataFrame"
    " | SupportsArrow | SupportsInterchange"
)


#: Highest number of sources in the name of logs.
_MAX_SOURCES = 3


class Logs:
    """Entries of some logs, read when they are needed.

    Iterating yields each Entry once, ordered by time. The timeline and the diagnosis are computed in one pass
    and cached.
    """

    def __init__(
        self,
        sources: Sequence[str | Path] | Sequence[Record],
        selection: pipeline.Selection = pipeline.ALL,
        analysis: pipeline.Analysis | None = None,
    ) -> None:
        """Create logs from paths (files, folders, globs) or records.

        ``analysis`` is the result for these sources, if it is known already.
        """
        self._sources = sources
        self._selection = selection
        if analysis is not None:
            self._analysis = analysis

    def __iter__(self) -> Iterator[Entry]:
        """Iterate over all entries, ordered by time."""
        yield from pipeline.read_entries(self._sources, self._selection)

    def __repr__(self) -> str:
        """Return the sources of the logs."""
        return f"<Logs of {self._name}>"

    def _repr_html_(self) -> str:
        return to_html(document_blocks.logs_blocks(self._name, self.coverage))

    def _repr_markdown_(self) -> str:
        return to_markdown(document_blocks.logs_blocks(self._name, self.coverage))

    @property
    def _name(self) -> str:
        named = [str(source) for source in self._sources if not isinstance(source, Record)]
        more = [f"{len(named) - _MAX_SOURCES} more"] if len(named) > _MAX_SOURCES else []
        return clean(", ".join(named[:_MAX_SOURCES] + more)) or f"{len(self._sources):,} records"

    @property
    def _window(self) -> Window | None:
        """Return the selected window, or None if an end is open."""
        since, until = self._selection.since, self._selection.until
        return None if since is None or until is None else Window(since, until)

    @cached_property
    def _analysis(self) -> pipeline.Analysis:
        return pipeline.analyze(self._sources, selection=self._selection)

    @cached_property
    def timeline(self) -> Timeline:
        """Return the runs: boots, validations and gates."""
        return Timeline.from_document(self._analysis.timeline)

    @cached_property
    def diagnosis(self) -> Diagnosis:
        """Return the causes, their evidence and what was ruled out."""
        return Diagnosis.from_document(self._analysis.diagnosis)

    @property
    def coverage(self) -> Coverage:
        """Return what was read, what was not read and why."""
        return self.timeline.coverage

    def compared_with(self, after: "Logs") -> Comparison:
        """Return what is better, worse, new or gone in ``after``."""
        (first, name, window), (second, other, until) = (
            (logs._analysis, logs._name, logs._window)  # noqa: SLF001 - of our own kind
            for logs in (self, after)
        )
        comparison = pipeline.compare(first, second, names=(name, other), windows=(window, until))
        return Comparison.from_document(comparison)

    def report(self, template: str = "ticket") -> str:
        """Return the report as Markdown, secrets masked."""
        return pipeline.report(self._analysis, template)

    def events(self) -> Iterator[Event]:
        """Iterate over the recognized entries, with the rule of each."""
        return (
            event
            for _, event in pipeline.recognize(self._sources, selection=self._selection)
            if event is not None
        )

    def to_frame(self) -> "pd.DataFrame":
        """Return one row per entry: UTC times, ordered severities, texts as strings.

        Secrets are masked; iterate over the logs for the raw entries.
        """
        from triage.notebook import frames

        return frames.entries_frame(self)

    def events_frame(self) -> "pd.DataFrame":
        """Return one row per recognized entry: rule, run, step, check and outcome."""
        from triage.notebook import frames

        return frames.events_frame(self.events())

    def requests_frame(self) -> "pd.DataFrame":
        """Return one row per request: method, path, status, latency in seconds."""
        from triage.notebook import frames

        return frames.requests_frame(self)


def load(source: Loadable) -> Logs:
    """Return the logs of paths, LogEntry mappings, client entries or a table.

    A path is a file, a folder or a glob; a list of paths works too. A table is a DataFrame of pandas or
    polars, a table of pyarrow, or anything with ``__arrow_c_stream__`` or ``__dataframe__``. It holds rows of
    BigQuery or Log Analytics: JSON in strings, naive times as UTC, NaN for missing values. Mappings may use
    any key style.
    Entries that a google-cloud-logging client lists (``Client`` or ``LoggingServiceV2Client``) and rows of a
    BigQuery client are accepted. Files are read when the logs are used.

    Raises:
        UsageError: the source is none of these.

    """
    if isinstance(source, Logs):
        return source
    if isinstance(source, str | Path):
        return Logs([source])
    if isinstance(source, Sequence) and all(isinstance(item, str | Path) for item in source):
        return Logs(list(source))
    return Logs(to_records(source))
