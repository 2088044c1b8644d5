"""Analyze entries while they arrive, in any order, as if all came at once."""

from collections.abc import Callable, Iterable, Sequence
from copy import deepcopy
from pathlib import Path

from triage.entries import Entries
from triage.models import Entry, ExportFile, Gap, Pack, Record, Source
from triage.pipeline.analyzer import Analysis, Analyzer
from triage.rules.decoding import ignored_errors
from triage.window import NANOSECONDS

#: How late an entry may be before the journal is read again. Cloud Logging buffers entries for two seconds.
_LATE = 30 * NANOSECONDS
#: Bytes of held entries, more than half a minute brings: beyond it they go to a file, which cannot be copied.
_MAX_BYTES = 256 << 20


class _PartialAnalysis:
    """The entries so far: those that are final are analyzed, the others held."""

    def __init__(self, packs: Sequence[Pack], on_entry: Callable[[Entry], None]) -> None:
        self._on_entry = on_entry
        self.analyzer = Analyzer(packs, keeps_all=True)
        self.entries = Entries((), keep=self._keep, max_bytes=_MAX_BYTES, ignored=ignored_errors(packs))

    def _keep(self, entry: Entry) -> bool:
        self._on_entry(entry)
        return self.analyzer.wants(entry)

    def flush(self, before: int) -> None:
        """Analyze the held entries that are older than ``before``."""
        self.analyzer.observe(self.entries.flush(before))

    def build(self, final_items: Iterable[Gap | ExportFile]) -> Analysis:
        """Add the final items, and return the analysis; it cannot be continued."""
        self.entries.add_items(final_items)
        self.analyzer.observe(self.entries)
        self.analyzer.add_traffic(self.entries.traffic)
        return self.analyzer.build(self.entries.coverage)


class LiveAnalysis:
    """Analyses the lines of a journal while they arrive.

    Entries are analyzed in order of time; those of the last half minute are held. Each result is built from
    a copy, which includes the held ones. After an entry that comes later, or one that is split, the journal
    is read again, so the result does not depend on the order of arrival.
    """

    def __init__(self, packs: Sequence[Pack], journal: Path, on_entry: Callable[[Entry], None]) -> None:
        """Start with an empty journal; ``on_entry`` is called with every entry."""
        self._packs = packs
        self._journal = journal
        self._on_entry = on_entry
        self._partial: _PartialAnalysis | None = _PartialAnalysis(packs, on_entry)
        self.lines = 0

    def take(self, lines: Iterable[bytes]) -> None:
        """Add lines that were appended to the journal."""
        for line in lines:
            self.lines += 1
            if self._partial is not None:
                record = Record(line.rstrip(b"\n"), Source(str(self._journal), self.lines))
                self._partial.entries.add_items([record])

    def analysis(self, now: int, gaps: Sequence[Gap] = ()) -> Analysis:
        """Return the analysis of all lines so far.

        now: the time in nanoseconds; an entry dated later does not make the others late.
        gaps: what is known to be missing.
        """
        partial = self._partial
        if partial is None or partial.entries.late or partial.entries.has_split_parts:
            partial = self._reread_journal()
        final_items: list[Gap | ExportFile] = [
            ExportFile(str(self._journal), "JSON lines", self.lines),
            *gaps,
        ]
        if partial.entries.has_split_parts:
            self._partial = None
            return partial.build(final_items)
        partial.flush(min(partial.entries.newest_timestamp, now) - _LATE)
        self._partial = partial
        return deepcopy(partial).build(final_items)

    def _reread_journal(self) -> _PartialAnalysis:
        from triage.reading import read

        partial = _PartialAnalysis(self._packs, self._on_entry)
        partial.entries.add_items(read([self._journal]))
        return partial
