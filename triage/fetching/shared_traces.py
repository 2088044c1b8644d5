"""The queries for entries of others that share the traces of failed requests, in bounded number."""

from collections.abc import Sequence

import msgspec

from triage.fetching.workloads import workload_clause
from triage.models import WorkloadKind
from triage.text import quote
from triage.window import NANOSECONDS, Window

#: Queries of one workload, and pages of each: with them the calls are bounded.
MAX_QUERIES, MAX_PAGES = 2, 5
#: Traces of one workload.
MAX_TRACES = 200
#: Characters of the traces in one filter, below Cloud Logging's limit of 20,000.
_MAX_CHARACTERS = 16_000
#: A caller's request begins before the one that it waits for; no request lasts longer.
_LONGEST_REQUEST = 3600 * NANOSECONDS
#: What passes requests on or serves them. The regional load balancers have a resource type for each kind.
_OTHERS = (
    'resource.type=("cloud_run_revision" OR "cloud_run_job" OR "cloud_function" OR "http_load_balancer"'
    ' OR "http_external_regional_lb_rule" OR "internal_http_lb_rule")'
)


class TraceQuery(msgspec.Struct, frozen=True, kw_only=True):
    """One query for the entries of some traces.

    Attributes:
        filter: Logging filter, without the bounds of its time range.
        traces: number of traces.

    """

    filter: str
    traces: int


def build_trace_queries(name: str, kind: WorkloadKind, traces: Sequence[str]) -> tuple[list[TraceQuery], int]:
    """Return the queries for the traces of one workload, and the number of traces without room."""
    parts: list[list[str]] = [[]]
    size = 0
    for trace in map(quote, traces[:MAX_TRACES]):
        if size + len(trace) > _MAX_CHARACTERS:
            parts.append([])
            size = 0
        parts[-1].append(trace)
        size += len(trace) + len(" OR ")
    own = workload_clause(name, kind)
    queries = [
        TraceQuery(filter=f"{_OTHERS}\nNOT (\n{own}\n)\ntrace=({' OR '.join(part)})", traces=len(part))
        for part in parts[:MAX_QUERIES]
        if part
    ]
    return queries, len(traces) - sum(query.traces for query in queries)


def search_window(window: Window) -> Window:
    """Return the time range in which others may have logged the traces of a window."""
    return Window(window.start - _LONGEST_REQUEST, window.end)
