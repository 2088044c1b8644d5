"""Evaluate filters against entries."""

from collections.abc import Callable, Mapping
from typing import Any

from triage.lql.compiler import compile_test
from triage.lql.errors import FilterError
from triage.lql.functions import sample_fraction
from triage.lql.parser import parse
from triage.lql.tree import Call, Query, walk


def matcher(text: str) -> Callable[[Mapping[str, Any]], bool]:
    """Return the test of entries for a filter; use it for many entries.

    An entry is a LogEntry as plain data, with the names and forms of the API's JSON.

    Raises:
        FilterError: the filter is invalid, or only Cloud Logging can evaluate it (``sample`` below 1).

    """
    return compile_query(parse(text))


def compile_query(query: Query) -> Callable[[Mapping[str, Any]], bool]:
    """Return the test of entries for a parsed filter.

    An empty filter matches every entry.

    Raises:
        FilterError: only Cloud Logging can evaluate the filter.

    """
    if query.root is None:
        return lambda _entry: True
    reject_service_only(query)
    return compile_test(query.root, query.text)


def evaluate(query: Query, entry: Mapping[str, Any]) -> bool:
    """Return whether a parsed filter matches one entry.

    For many entries ``matcher`` is faster.

    Raises:
        FilterError: only Cloud Logging can evaluate the filter (``sample`` below 1).

    """
    return compile_query(query)(entry)


def reject_service_only(query: Query) -> None:
    """Reject filters that only Cloud Logging can evaluate.

    Google does not publish the hash behind ``sample``.
    """
    for node in walk(query.root):
        if isinstance(node, Call) and node.name == "sample" and sample_fraction(node) < 1:
            raise FilterError(
                "which entries sample chooses is known to Cloud Logging only: its hash is not published",
                "leave sample out offline, or write the fraction 1",
                text=query.text,
                offset=node.span.start,
            )
