"""Read BigQuery tables as exports."""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from triage.errors import UsageError
from triage.models import Condition, ExportFile, Pack, Record, Skipped
from triage.pipeline.selection import Selection
from triage.reading.bigquery import Table, TableQuery, build_statement, column, parse_address

if TYPE_CHECKING:
    from triage.pipeline.analyzer import Analyzer

_UNITS = ("kB", "MB", "GB", "TB", "PB")
#: Fields whose keys the user chose: a sink writes them in lower case, with _ for other characters.
_OWN_NAMES = ("jsonPayload", "labels")
_NON_WORD = re.compile(r"\W", re.ASCII)
#: The view that Log Analytics has in every linked dataset; it keeps names as they were logged.
_ALL_LOGS = "_AllLogs"


def read_tables(
    addresses: Sequence[str],
    selection: Selection,
    analyzer: "Analyzer | None",
    notify: Callable[[str], None],
) -> Iterator[Record | Skipped | ExportFile]:
    """Yield the selected records of some tables, and counts of irrelevant ones.

    analyzer: knows which records are relevant; None reads all.
    notify: called with how many bytes BigQuery will read, before it reads any, and if it does not answer.

    Raises:
        TriageError: as ``triage.reading.bigquery``.
        UsageError: nothing bounds the query, or it would read more than the selection's ``max_bytes``.

    """
    from triage.fetching.client import load_credentials
    from triage.fetching.project import find_project
    from triage.reading.bigquery.client import SCOPE, Job, connect
    from triage.reading.bigquery.rows import records

    tables = list(dict.fromkeys(map(parse_address, addresses)))
    query = _build_query(selection, analyzer)
    for table in tables:
        _refuse_unbounded(table, selection)
        _notify_renamed_fields(table, selection.filter, notify)
    project = find_project("")[0] or tables[0].project
    client = connect(project, lambda: load_credentials(SCOPE)[0])
    jobs = [Job(client, table, build_statement(table, query), notify) for table in tables]
    sizes = [job.estimate_bytes() for job in jobs]
    for table, size in zip(tables, sizes, strict=True):
        notify(f"{table}: BigQuery reads {format_bytes(size)}")
    if selection.max_bytes is not None and sum(sizes) > selection.max_bytes:
        raise UsageError(
            f"BigQuery would read {format_bytes(sum(sizes))}, more than --max-bytes, "
            f"{format_bytes(selection.max_bytes)}",
            "narrow it with --since and --until, or raise --max-bytes",
        )
    for table, job in zip(tables, jobs, strict=True):
        yield from records(job.rows(selection.max_bytes), str(table))


def sql(table: str, selection: Selection, packs: Sequence[Pack]) -> str:
    """Return as a script the statement that ``analyze`` runs on a table.

    table: its address; "" stands for any table.

    Raises:
        UsageError: the table or the filter is invalid.

    """
    from triage.pipeline.analyzer import Analyzer
    from triage.reading.bigquery.script import to_script

    named = parse_address(table) if table else Table("PROJECT", "DATASET", _ALL_LOGS)
    return to_script(build_statement(named, _build_query(selection, Analyzer(packs))))


def format_bytes(count: int) -> str:
    """Return a number of bytes for people: "1.2 GB"."""
    size, unit = float(count), "B"
    for larger in _UNITS:
        if size < 1000:
            break
        size, unit = size / 1000, larger
    return f"{count} B" if unit == "B" else f"{size:.1f} {unit}"


def _build_query(selection: Selection, analyzer: "Analyzer | None") -> TableQuery:
    return TableQuery(
        services=selection.service,
        revisions=selection.revision,
        instances=selection.instance,
        since=selection.since,
        until=selection.until,
        within=_condition(selection.filter),
        literals=None if analyzer is None else analyzer.literals,
        default_literals=() if analyzer is None else analyzer.default_literals,
    )


def _condition(text: str | None) -> Condition | None:
    if not text:
        return None
    from triage.lql.sql import to_sql

    return to_sql(text, column)


def _refuse_unbounded(table: Table, selection: Selection) -> None:
    if selection.max_bytes is None and not (selection.service and selection.since is not None):
        raise UsageError(
            f"{table}: a table is read with --service and --since, so that it is not read whole",
            "give both, or --max-bytes, which says how much may be read",
        )


def _notify_renamed_fields(table: Table, filter_text: str | None, notify: Callable[[str], None]) -> None:
    """Notify of the filter's field names that a sink's table writes differently."""
    if not filter_text or table.table == _ALL_LOGS:
        return
    from triage.lql import parse as parse_filter
    from triage.lql.tree import find_fields

    for field in find_fields(parse_filter(filter_text).root):
        original = field.parts[1:] if field.parts[0] in _OWN_NAMES else ()
        stored = tuple(_NON_WORD.sub("_", part.lower()) for part in original)
        if original != stored:
            notify(
                f"{table}: a sink's table has {'.'.join(original)} as {'.'.join(stored)}; the filter has to "
                "name it so"
            )
