"""The tree of a filter.

Every node has its span. Nodes are equal if they have the same meaning, regardless of their position.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple


class Span(NamedTuple):
    """A range of characters of the filter, ``end`` excluded."""

    start: int = 0
    end: int = 0


NOWHERE = Span()


@dataclass(frozen=True, slots=True)
class Literal:
    """A value, unquoted and unescaped.

    Attributes:
        text: the value.
        null: whether it is JSON's null, written as an unquoted NULL_VALUE.
        quoted: whether it was quoted; apart from NULL_VALUE this has no meaning.
        span: its position.

    """

    text: str
    null: bool = False
    quoted: bool = field(default=True, compare=False)
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Field:
    """A field path such as jsonPayload."a.b".

    Attributes:
        parts: the parts of the path, unquoted.
        quoted: which parts were quoted.
        span: its position.

    """

    parts: tuple[str, ...]
    quoted: tuple[bool, ...] = field(default=(), compare=False)
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Call:
    """A function call.

    Attributes:
        name: the name of the function, in lower case.
        arguments: its arguments.
        span: its position.

    """

    name: str
    arguments: "tuple[Argument, ...]" = ()
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Anywhere:
    """A single value, which any field may have (Google: global restriction)."""

    value: Literal
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class FieldPresence:
    """A presence test: ``field:*``."""

    left: "Field | Call"
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Comparison:
    """A comparison: ``left operator value``.

    A parenthesised right-hand side is a tree of And, Or and Not over literals.
    """

    left: "Field | Call"
    operator: str
    value: "Value"
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Not:
    """A negation: NOT or minus."""

    part: "Node"
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class And:
    """A conjunction of two or more parts; no part is itself an And."""

    parts: "tuple[Node, ...]"
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Or:
    """A disjunction of two or more parts; no part is itself an Or."""

    parts: "tuple[Node, ...]"
    span: Span = field(default=NOWHERE, compare=False)


Argument = Literal | Field | Call
Node = And | Or | Not | Anywhere | Call | Comparison | FieldPresence | Literal
Value = And | Or | Not | Literal | Call


@dataclass(frozen=True, slots=True)
class Query:
    """A whole filter.

    Attributes:
        root: the root node; None for an empty filter, which matches every entry.
        text: the text of the filter.

    """

    root: Node | None
    text: str = field(default="", compare=False)


def walk(node: Node | None) -> Iterator[Node]:
    """Yield the node and everything below it, in the order of the text.

    Values and nested calls are included.
    """
    match node:
        case None:
            return
        case And() | Or():
            below: tuple[object, ...] = node.parts
        case Not():
            below = (node.part,)
        case Comparison():
            below = (node.left, node.value)
        case FieldPresence():
            below = (node.left,)
        case Call():
            below = tuple(argument for argument in node.arguments if isinstance(argument, Call))
        case _:
            below = ()
    yield node
    for part in below:
        if isinstance(part, Node):
            yield from walk(part)


def find_fields(root: Node | None) -> Iterator[Field]:
    """Yield every field of a filter, in the order of the text."""
    for node in walk(root):
        if isinstance(node, Comparison | FieldPresence) and isinstance(node.left, Field):
            yield node.left
        elif isinstance(node, Call):
            yield from (argument for argument in node.arguments if isinstance(argument, Field))
