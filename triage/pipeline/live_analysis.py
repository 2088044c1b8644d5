"""The analysis of entries that still come, in whatever order: at every moment that of all of them."""

from collections.abc import Callable, Iterable, Sequence
from copy import deepcopy
from pathlib import Path

from triage.entries import Entries
from triage.models import Entry, ExportFile, Gap, Pack, Record, Source
from triage.pipeline.analyser import Analyser, Analysis
from triage.window import NANOSECONDS

#: How much later than others an entry may come before all are read anew. Cloud Logging holds them for two seconds.
_LATE = 30 * NANOSECONDS
#: Bytes of entries that are held before a file is made of them, which could not be copied: more than half a minute brings.
_MAX_BYTES = 256 << 20


class _PartialAnalysis:
    """Entries and what they say so far: looked at as far as nothing older is expected, the rest waiting."""

    def __init__(self, packs: Sequence[Pack], on_entry: Callable[[Entry], None]) -> None:
        self._on_entry = on_entry
        self.analyser = Analyser(packs)
        self.entries = Entries((), keep=self._keep, max_bytes=_MAX_BYTES)

    def _keep(self, entry: Entry) -> bool:
        self._on_entry(entry)
        return self.analyser.wants(entry)

    def flush(self, before: int) -> None:
        """Look at what is older than that."""
        for entry in self.entries.flush(before):
            self.analyser.observe(entry)

    def build(self, final_items: Iterable[Gap | ExportFile]) -> Analysis:
        """Look at what waits, and return what all say. It is used up by that."""
        for item in final_items:
            self.entries.add_item(item)
        for entry in self.entries:
            self.analyser.observe(entry)
        return self.analyser.build(self.entries.coverage)


class LiveAnalysis:
    """What the lines of a journal say while they come. ``on_entry`` is shown every entry.

    They are looked at in order of time, the last half minute held back. What concludes is a copy, which has looked at
    those too. An entry that comes later than that, or in parts, has the journal read anew: the answer is the same in
    whatever order the lines came.
    """

    def __init__(self, packs: Sequence[Pack], journal: Path, on_entry: Callable[[Entry], None]) -> None:
        """Begin with an empty journal."""
        self._packs = packs
        self._journal = journal
        self._on_entry = on_entry
        self._partial: _PartialAnalysis | None = _PartialAnalysis(packs, on_entry)
        self.lines = 0

    def take(self, lines: Iterable[bytes]) -> None:
        """Take in lines that stand in the journal now."""
        for line in lines:
            self.lines += 1
            if self._partial is not None:
                self._partial.entries.add_item(
                    Record(line.rstrip(b"\n"), Source(str(self._journal), self.lines))
                )

    def analysis(self, now: int, gaps: Sequence[Gap] = ()) -> Analysis:
        """Return the analysis of all lines so far, and of what is known to be missing among them.

        ``now`` keeps an entry that is dated ahead from making all others late.
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
        for item in read([self._journal]):
            partial.entries.add_item(item)
        return partial
