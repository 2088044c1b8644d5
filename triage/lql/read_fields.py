"""Which fields of an entry a filter reads, so that the others need not be decoded."""

from collections.abc import Iterator

from triage.lql.fields import bind_field
from triage.lql.parser import parse
from triage.lql.tree import And, Call, Comparison, Field, FieldPresence, Node, Not, Or, walk

#: Functions that read the name of the log, and those that read only the field among their arguments.
_OF_LOG_NAME = ("log_id", "source")
_OF_ARGUMENT = ("cast", "ip_in_net", "regexp_extract", "sample")


class _ReadsEverything(Exception):  # noqa: N818 (an answer, no error)
    """A part of the filter reads all fields."""


def read_fields(text: str) -> frozenset[str] | None:
    """Return the fields of LogEntry that a filter reads, None if it may read any.

    Raises:
        FilterError: the filter is invalid.

    """
    query = parse(text)
    try:
        return frozenset(_fields(query.root, query.text)) if query.root is not None else frozenset()
    except _ReadsEverything:
        return None


def _fields(node: Node, text: str) -> Iterator[str]:
    match node:
        case And() | Or():
            for part in node.parts:
                yield from _fields(part, text)
        case Not():
            yield from _fields(node.part, text)
        case Comparison():
            yield from _fields_of_value(node.left, text)
            for part in walk(node.value):
                if isinstance(part, Call):
                    yield from _fields_of_value(part, text)
        case FieldPresence():
            yield from _fields_of_value(node.left, text)
        case Call():
            yield from _fields_of_value(node, text)
        case _:
            raise _ReadsEverything


def _fields_of_value(value: Field | Call, text: str) -> Iterator[str]:
    """Yield the fields that a field or a function reads."""
    if isinstance(value, Field):
        yield bind_field(value, text).keys[0]
    elif value.name in _OF_LOG_NAME:
        yield "logName"
    elif value.name in _OF_ARGUMENT:
        yield from (bind_field(found, text).keys[0] for found in value.arguments if isinstance(found, Field))
    else:
        raise _ReadsEverything
