"""A filter in words, and for one entry: which part held, which did not, and what the entry has there."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import msgspec

from triage.lql.compiling import left_of, test_for
from triage.lql.fields import Kind, Type, bind
from triage.lql.formatting import left_text, node_text
from triage.lql.matching import refuse_unknowable
from triage.lql.paths import getter
from triage.lql.tree import And, Anywhere, Call, Comparison, Field, Literal, Node, Not, Or, Presence, Query
from triage.redact import redact
from triage.text import clean

Entry = Mapping[str, Any]
_LONGEST = 160
_OPERATORS = {"=": "is", "!=": "is there and is not", "=~": "matches the regular expression", "<": "is below",
              "!~": "is there and does not match the regular expression", "<=": "is at most", ">": "is above",
              ">=": "is at least", ":": "is"}  # fmt: skip
_TIMES = {"<": "is before", "<=": "is not after", ">": "is after", ">=": "is not before"}
_FUNCTIONS = {
    "log_id": "the entry is of the log {0}",
    "source": "the entry is of {0} itself, not of what is below it",
    "sample": "{0} has a value, and its hash falls into the fraction {1}",
    "ip_in_net": "{0} is an address or range inside of {1}",
}
_MARKS = {None: "", True: "yes  ", False: "no   "}


class Explanation(msgspec.Struct, frozen=True):
    """One part of a filter in ``words``, with its own ``parts``.

    For an entry ``held`` tells whether the part held and ``found`` what the entry has there; without one ``held`` is
    None and ``found`` empty. Secrets in ``found`` are masked. ``str`` gives lines with nothing that a terminal obeys.
    """

    words: str
    held: bool | None = None
    found: str = ""
    parts: "tuple[Explanation, ...]" = ()

    def __str__(self) -> str:
        """Return the lines, each part indented below what it is a part of."""
        return "\n".join(self.lines())

    def lines(self, indent: int = 0) -> list[str]:
        """Return one line for this part and for every part below it."""
        found = f"   [{self.found}]" if self.found else ""
        own = f"{_MARKS[self.held]}{'  ' * indent}{self.words}{':' if self.parts else ''}{found}"
        return [own, *(line for part in self.parts for line in part.lines(indent + 1))]


def explain(query: Query, entry: Entry | None = None) -> Explanation:
    """Return the filter in words; with an entry, what held.

    Raises:
        FilterError: with an entry, a filter that cannot be known offline.

    """
    if query.root is None:
        return Explanation("every entry matches", None if entry is None else True)
    if entry is not None:
        refuse_unknowable(query)
    return _explained(query.root, query.text, entry)


def _explained(node: Node, text: str, entry: Entry | None) -> Explanation:
    match node:
        case And() | Or():
            words = "all of these hold" if isinstance(node, And) else "one of these holds"
            return _joined(words, node.parts, node, text, entry)
        case Not():
            return _joined("this does not hold", (node.part,), node, text, entry)
        case Comparison(value=And() | Or() | Not()):
            return _joined(*_elements(node), node, text, entry)
        case _:
            held = None if entry is None else test_for(node, text)(entry)
            found = "" if entry is None else _found(node, text, entry)
            return Explanation(clean(_words(node, text)), held, clean(found))


def _joined(words: str, parts: tuple[Node, ...], node: Node, text: str, entry: Entry | None) -> Explanation:
    held = None if entry is None else test_for(node, text)(entry)
    return Explanation(words, held, parts=tuple(_explained(part, text, entry) for part in parts))


def _elements(node: Comparison) -> tuple[str, tuple[Node, ...]]:
    """Return a comparison with a parenthesised value as the comparisons that it stands for."""
    match node.value:
        case And() | Or() as value:
            words = "all of these hold" if isinstance(value, And) else "one of these holds"
            return words, tuple(replace(node, value=part) for part in value.parts)  # type: ignore[arg-type]
        case Not() as value:
            return "this does not hold", (replace(node, value=value.part),)  # type: ignore[arg-type]
        case _:
            return "this holds", (node,)


def _words(node: Node, text: str) -> str:
    match node:
        case Comparison():
            return f"{left_text(node.left)} {_operator(node, text)} {_value(node.value)}"
        case Presence():
            return f"{left_text(node.left)} is present"
        case Call(name="search"):
            *field, query = (_argument(argument) for argument in node.arguments)
            return f"{field[0] if field else 'the entry'} has every word and `phrase` of {query}"
        case Call():
            return _FUNCTIONS[node.name].format(*map(_argument, node.arguments))
        case Anywhere(value=literal) | (Literal() as literal):
            return f"any field is or contains {_value(literal)}"
        case _:
            return node_text(node)


def _argument(argument: Field | Call | Literal) -> str:
    return _value(argument) if isinstance(argument, Literal) else left_text(argument)


def _value(value: Node) -> str:
    return (
        node_text(value)
        if not isinstance(value, Literal) or value.null
        else json.dumps(value.text, ensure_ascii=False)
    )


def _operator(node: Comparison, text: str) -> str:
    kind, _ = left_of(node.left, text)
    if kind is Kind.TIMESTAMP and node.operator in _TIMES:
        return _TIMES[node.operator]
    if node.operator == ":" and _textual(kind):
        return "contains"
    return _OPERATORS[node.operator]


def _textual(kind: Type) -> bool:
    return not isinstance(kind, Kind) or kind in (Kind.STRING, Kind.JSON, Kind.PROTO, Kind.MAP)


def _found(node: Node, text: str, entry: Entry) -> str:
    """Return what the entry has where the part looks."""
    left = _looked_at(node)
    if left is None:
        return ""
    values = list(left_of(left, text)[1](entry))
    if isinstance(left, Field):
        path = bind(left, text)
        if path.default is not None and not getter(replace(path, default=None))(entry):
            return f"unset: compared as {_shown(path.default)}"
    if not values:
        return "missing" if isinstance(left, Field) else "no value"
    return ", ".join(map(_shown, values))


def _looked_at(node: Node) -> Field | Call | None:
    match node:
        case Comparison() | Presence():
            return node.left
        case Call(name="log_id" | "source"):
            return Field(("logName",))
        case Call():
            return next((argument for argument in node.arguments if isinstance(argument, Field)), None)
        case _:
            return None


def _shown(value: object) -> str:
    shown = redact(json.dumps(value, ensure_ascii=False, default=str))
    return shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}…"
