"""Where records come from: files and objects, tables of BigQuery, Spark, and records that are at hand."""

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from triage.entries import Sieve, narrow, place
from triage.models import ExportFile, Gap, Pack, Record, Skipped
from triage.pipeline.analyser import Analyser
from triage.pipeline.selecting import ALL, Selection, within
from triage.pipeline.spark import OnSpark

if TYPE_CHECKING:
    from triage.reading.sift import Sift
    from triage.reading.spark_order import Placing

Sources = Sequence[str | Path] | Iterable[Record] | Sequence[str | Path | Record]


def come_by_instance(sources: Sources) -> bool:
    """Return whether the records of all sources together can come by instance: Spark sorts them, or they are one table."""
    from triage.reading.bigquery import is_address

    if isinstance(sources, OnSpark):
        return True
    if not isinstance(sources, Sequence) or len(sources) != 1:
        return False
    return isinstance(sources[0], str) and is_address(sources[0])


def records(
    sources: Sources,
    selection: Selection,
    analyser: Analyser | None,
    tell: Callable[[str], None],
    *,
    by_instance: bool = False,
) -> Generator[Record | Gap | Skipped | ExportFile]:
    """Yield the records of some sources, what could not be read of them, and the number of those that do not matter.

    Files come first, then tables, then records that are at hand; or they come ``by_instance``, if they can. What is to
    be known before a table is read is told.
    """
    from triage.reading import everything, read
    from triage.reading.bigquery import is_address

    if isinstance(sources, OnSpark):
        packs = None if analyser is None else analyser.packs
        yield from _on_spark(sources, selection, packs, place if by_instance else None)
        return
    listed = list(sources) if isinstance(sources, Sequence) else sources
    named = (
        [source for source in listed if isinstance(source, str | Path)] if isinstance(listed, list) else []
    )
    files = [source for source in named if not is_address(source)]
    sieve = _sieve(analyser, selection)
    if files:
        yield from read(files, sift=sieve or everything)
    if tables := [str(source) for source in named if is_address(source)]:
        from triage.pipeline.tables import read_tables

        wanted = None if analyser is None else analyser.literals
        yield from read_tables(tables, selection, wanted, tell)
    yield from (record for record in listed if isinstance(record, Record))


def _on_spark(
    sources: OnSpark,
    selection: Selection,
    packs: Sequence[Pack] | None,
    placing: "Placing | None",
) -> Iterator[Record | Gap | Skipped | ExportFile]:
    from triage.reading.spark import read_on_spark

    return read_on_spark(sources, partial(_narrowing, selection, packs), placing)


def _narrowing(
    selection: Selection, packs: Sequence[Pack] | None
) -> Callable[[Callable[["Sift"], Iterable[Record]]], Iterator[Record | Skipped]]:
    """Return what makes the items of a file those that ``read_entries`` needs; an executor of Spark calls it."""
    from triage.reading import everything

    analyser = None if packs is None else Analyser(packs)
    sieve = _sieve(analyser, selection)
    keep = None if analyser is None else analyser.wants
    test = None if selection == ALL else within(selection)
    return lambda read: narrow(read(sieve or everything), keep=keep, within=test)


def _sieve(analyser: Analyser | None, selection: Selection) -> Sieve | None:
    """Return what tells at a glance which records may matter, None where it takes the whole of each."""
    if analyser is None or selection.filter is not None:
        return None
    return Sieve(analyser.literals, None if selection == ALL else selection)
