"""The tree of a filter. Every node knows its place; nodes are equal when they mean the same, wherever they stand."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple


class Span(NamedTuple):
    """The characters that a node was read from, from ``start`` up to but not including ``end``."""

    start: int = 0
    end: int = 0


NOWHERE = Span()


@dataclass(frozen=True, slots=True)
class Literal:
    """A value as the comparison means it: quotation marks and escapes are gone.

    ``quoted`` tells how it was written, which never changes what it means, except that only an unquoted NULL_VALUE
    stands for JSON's null (``null``).
    """

    text: str
    null: bool = False
    quoted: bool = field(default=True, compare=False)
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Field:
    """A path such as jsonPayload."a.b": its parts, without quotation marks; ``quoted`` tells which had them."""

    parts: tuple[str, ...]
    quoted: tuple[bool, ...] = field(default=(), compare=False)
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Call:
    """A function and its arguments; ``name`` is lower-case, for the language ignores case in names."""

    name: str
    arguments: "tuple[Argument, ...]" = ()
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Anywhere:
    """A single value: any field of the entry may have it (Google's word is global restriction)."""

    value: Literal
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class FieldPresence:
    """``field:*``."""

    left: "Field | Call"
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Comparison:
    """``left operator value``; a parenthesised right-hand side is a tree of And, Or and Not over literals."""

    left: "Field | Call"
    operator: str
    value: "Value"
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Not:
    """NOT or minus."""

    part: "Node"
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class And:
    """All of two or more; none of the parts is itself an And."""

    parts: "tuple[Node, ...]"
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Or:
    """One of two or more; none of the parts is itself an Or."""

    parts: "tuple[Node, ...]"
    span: Span = field(default=NOWHERE, compare=False)


Argument = Literal | Field | Call
Node = And | Or | Not | Anywhere | Call | Comparison | FieldPresence | Literal
Value = And | Or | Not | Literal | Call


@dataclass(frozen=True, slots=True)
class Query:
    """A whole filter; ``root`` is None where there is none, and every entry matches. ``text`` is what was read."""

    root: Node | None
    text: str = field(default="", compare=False)


def walk(node: Node | None) -> Iterator[Node]:
    """Return the node and everything below it, in the order of the text; values and nested calls among them."""
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
    """Return every field that a filter names, in the order of its text."""
    for node in walk(root):
        if isinstance(node, Comparison | FieldPresence) and isinstance(node.left, Field):
            yield node.left
        elif isinstance(node, Call):
            yield from (argument for argument in node.arguments if isinstance(argument, Field))
