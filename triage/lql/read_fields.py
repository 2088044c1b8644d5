"""Which fields of an entry a filter reads, so that the others need not be decoded."""

from triage.lql.fields import bind_field
from triage.lql.parser import parse
from triage.lql.tree import Anywhere, Call, find_fields, walk

#: Functions that read the name of the log without naming it.
_OF_LOG_NAME = ("log_id", "source")


def read_fields(text: str) -> frozenset[str] | None:
    """Return the fields of LogEntry that a filter reads, None if it may read any.

    Raises:
        FilterError: the filter is invalid.

    """
    query = parse(text)
    fields = {bind_field(field, query.text).keys[0] for field in find_fields(query.root)}
    for node in walk(query.root):
        if isinstance(node, Anywhere) or (isinstance(node, Call) and node.name == "search"):
            return None
        if isinstance(node, Call) and node.name in _OF_LOG_NAME:
            fields.add("logName")
    return frozenset(fields)
