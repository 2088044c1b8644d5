"""A filter against entries."""

from collections.abc import Callable, Mapping
from typing import Any

from triage.lql.compiler import compile_test
from triage.lql.errors import FilterError
from triage.lql.functions import sample_fraction
from triage.lql.parser import parse
from triage.lql.tree import Call, Query, walk


def matcher(text: str) -> Callable[[Mapping[str, Any]], bool]:
    """Return the test that a filter makes of entries; the filter is read once, however many entries follow.

    An entry is a LogEntry as plain data, in the names and forms of the API's JSON.

    Raises:
        FilterError: the filter cannot be used, or cannot be known offline (``sample`` below 1).

    """
    return compile_query(parse(text))


def compile_query(query: Query) -> Callable[[Mapping[str, Any]], bool]:
    """Return the test that a parsed filter makes of entries; an empty filter takes every entry.

    Raises:
        FilterError: the filter cannot be known offline.

    """
    if query.root is None:
        return lambda _entry: True
    reject_service_only(query)
    return compile_test(query.root, query.text)


def evaluate(query: Query, entry: Mapping[str, Any]) -> bool:
    """Return whether the filter matches one entry. For many entries ``matcher`` is the quicker way.

    Raises:
        FilterError: the filter cannot be known offline.

    """
    return compile_query(query)(entry)


def reject_service_only(query: Query) -> None:
    """Refuse what only the service can tell: Google does not publish the hash behind ``sample``."""
    for node in walk(query.root):
        if isinstance(node, Call) and node.name == "sample" and sample_fraction(node) < 1:
            raise FilterError(
                "which entries sample chooses is known to Cloud Logging only: its hash is not published",
                "leave sample out offline, or write the fraction 1",
                text=query.text,
                offset=node.span.start,
            )
