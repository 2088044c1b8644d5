"""The queries for all lines around failures, in bounded number."""

from collections.abc import Iterator, Sequence

import msgspec

from triage.fetching.workloads import workload_clause
from triage.models import InstanceKey, Neighborhoods, WorkloadKind, service_of_function
from triage.text import quote
from triage.window import Window, format_timestamp

#: Queries of one workload, and pages of each: with them the calls are bounded.
MAX_QUERIES, MAX_PAGES = 4, 10
#: Windows of one workload.
_MAX_WINDOWS = 200
#: Characters of the windows in one filter, below Cloud Logging's limit of 20,000.
_MAX_CHARACTERS = 16_000
_MICROSECOND = 1_000


class AroundQuery(msgspec.Struct, frozen=True, kw_only=True):
    """One query for lines of all severities around failures.

    Attributes:
        filter: Logging filter, without the bounds of its time range.
        window: time range of all its windows.
        windows: number of windows.

    """

    filter: str
    window: Window
    windows: int


class _Place(msgspec.Struct, frozen=True):
    """A window of an instance, with its clause in a filter."""

    start: int
    end: int
    clause: str


def build_around_queries(
    name: str, kind: WorkloadKind, neighborhoods: Neighborhoods, within: Window
) -> tuple[list[AroundQuery], int]:
    """Return the queries of one workload, and the number of windows for which there is no room.

    Windows are cut to ``within``: nothing outside is asked for. The first windows of all instances come
    before their second ones.
    """
    names = {name, service_of_function(name)} if kind == "function" else {name}
    places = _choose_places(neighborhoods, names, kind, within)
    packed = list(_pack(sorted(places[:_MAX_WINDOWS], key=lambda place: (place.start, place.clause))))
    queries = [_build_query(name, kind, part) for part in packed[:MAX_QUERIES]]
    return queries, len(places) - sum(query.windows for query in queries)


def _choose_places(
    neighborhoods: Neighborhoods, names: set[str], kind: WorkloadKind, within: Window
) -> list[_Place]:
    """Return the windows of the workload in order of choice."""
    ranked = [
        (rank, start, _Place(start, end, _clause(key, kind, start, end)))
        for key, windows in neighborhoods.windows.items()
        if key[0] in names
        for rank, (begin, finish) in enumerate(windows)
        if (start := max(begin, within.start)) < (end := min(finish, within.end))
    ]
    ranked.sort(key=lambda item: (item[0], item[1], item[2].clause))
    return [place for _, _, place in ranked if len(place.clause) <= _MAX_CHARACTERS]


def _clause(key: InstanceKey, kind: WorkloadKind, start: int, end: int) -> str:
    _, revision, instance = key
    parts = []
    if instance and kind == "function":
        # The two generations name the label differently.
        parts.append(f"(labels.instanceId={quote(instance)} OR labels.instance_id={quote(instance)})")
    elif instance:
        parts.append(f"labels.instanceId={quote(instance)}")
    elif revision and kind == "job":
        parts.append(f'labels."run.googleapis.com/execution_name"={quote(revision)}')
    elif revision:
        parts.append(f"resource.labels.revision_name={quote(revision)}")
    parts.append(f'timestamp>="{format_timestamp(start)}"')
    # Times are written in microseconds, cut off.
    parts.append(f'timestamp<="{format_timestamp(end + _MICROSECOND)}"')
    return f"({' AND '.join(parts)})"


def _pack(places: Sequence[_Place]) -> Iterator[list[_Place]]:
    """Yield the windows in parts, each for one filter."""
    part: list[_Place] = []
    size = 0
    for place in places:
        if part and size + len(place.clause) > _MAX_CHARACTERS:
            yield part
            part, size = [], 0
        part.append(place)
        size += len(place.clause) + len("\n  OR ")
    if part:
        yield part


def _build_query(name: str, kind: WorkloadKind, places: Sequence[_Place]) -> AroundQuery:
    clauses = "\n  OR ".join(place.clause for place in places)
    window = Window(
        min(place.start for place in places), max(place.end for place in places) + 2 * _MICROSECOND
    )
    return AroundQuery(
        filter=f"{workload_clause(name, kind)}\n(\n  {clauses}\n)", window=window, windows=len(places)
    )
