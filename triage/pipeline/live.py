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
_ROOM = 256 << 20


class _Account:
    """Entries and what they say so far: looked at as far as nothing older is expected, the rest waiting."""

    def __init__(self, packs: Sequence[Pack], look: Callable[[Entry], None]) -> None:
        self._look = look
        self.analyser = Analyser(packs)
        self.entries = Entries((), keep=self._keep, room=_ROOM)

    def _keep(self, entry: Entry) -> bool:
        self._look(entry)
        return self.analyser.wants(entry)

    def settle(self, before: int) -> None:
        """Look at what is older than that."""
        for entry in self.entries.settle(before):
            self.analyser.see(entry)

    def conclude(self, more: Iterable[Gap | ExportFile]) -> Analysis:
        """Look at what waits, and return what all say. It is used up by that."""
        for item in more:
            self.entries.take(item)
        for entry in self.entries:
            self.analyser.see(entry)
        return self.analyser.conclude(self.entries.coverage)


class Live:
    """What the lines of a journal say while they come. ``look`` is shown every entry.

    They are looked at in order of time, the last half minute held back. What concludes is a copy, which has looked at
    those too. An entry that comes later than that, or in parts, has the journal read anew: the answer is the same in
    whatever order the lines came.
    """

    def __init__(self, packs: Sequence[Pack], journal: Path, look: Callable[[Entry], None]) -> None:
        """Begin with an empty journal."""
        self._packs = packs
        self._journal = journal
        self._look = look
        self._account: _Account | None = _Account(packs, look)
        self.lines = 0

    def take(self, lines: Iterable[bytes]) -> None:
        """Take in lines that stand in the journal now."""
        for line in lines:
            self.lines += 1
            if self._account is not None:
                self._account.entries.take(Record(line.rstrip(b"\n"), Source(str(self._journal), self.lines)))

    def analysis(self, now: int, gaps: Sequence[Gap] = ()) -> Analysis:
        """Return the analysis of all lines so far, and of what is known to be missing among them.

        ``now`` keeps an entry that is dated ahead from making all others late.
        """
        account = self._account
        if account is None or account.entries.late or account.entries.parted:
            account = self._read_anew()
        more: list[Gap | ExportFile] = [ExportFile(str(self._journal), "JSON lines", self.lines), *gaps]
        if account.entries.parted:
            self._account = None
            return account.conclude(more)
        account.settle(min(account.entries.newest, now) - _LATE)
        self._account = account
        return deepcopy(account).conclude(more)

    def _read_anew(self) -> _Account:
        from triage.reading import read

        account = _Account(self._packs, self._look)
        for item in read([self._journal]):
            account.entries.take(item)
        return account
