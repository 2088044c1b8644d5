"""Explain a filter in words, and which of its parts an entry matches."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import msgspec

from triage.lql.compiler import compile_left, compile_test
from triage.lql.evaluation import reject_service_only
from triage.lql.fields import Kind, Type, bind_field
from triage.lql.formatter import left_text, node_text
from triage.lql.paths import make_getter
from triage.lql.tree import (
    And,
    Anywhere,
    Call,
    Comparison,
    Field,
    FieldPresence,
    Literal,
    Node,
    Not,
    Or,
    Query,
    walk,
)
from triage.lql.values import to_bool, to_double
from triage.redact import redact_text
from triage.text import clean

Entry = Mapping[str, Any]
_MAX_LENGTH = 160
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
    """One part of a filter in words; ``str`` is safe for a terminal.

    Attributes:
        words: the part in words.
        held: whether the entry matches the part; None without an entry.
        found: the entry's values at the compared field, secrets masked; "" without an entry.
        parts: the explanations of the part's own parts.

    """

    words: str
    held: bool | None = None
    found: str = ""
    parts: "tuple[Explanation, ...]" = ()

    def __str__(self) -> str:
        """Return the lines, each part indented below its parent."""
        return "\n".join(self.lines())

    def lines(self, indent: int = 0) -> list[str]:
        """Return one line for this part and one for every part below it."""
        found = f"   [{self.found}]" if self.found else ""
        own = f"{_MARKS[self.held]}{'  ' * indent}{self.words}{':' if self.parts else ''}{found}"
        return [own, *(line for part in self.parts for line in part.lines(indent + 1))]


def explain(query: Query, entry: Entry | None = None) -> Explanation:
    """Return the filter in words; with an entry, which parts it matches.

    Raises:
        FilterError: with an entry, a filter that only Cloud Logging can evaluate (``sample`` below 1).

    """
    if query.root is None:
        return Explanation("every entry matches", None if entry is None else True)
    if entry is not None:
        reject_service_only(query)
    return _explain_node(query.root, query.text, entry)


def _explain_node(node: Node, text: str, entry: Entry | None) -> Explanation:
    match node:
        case And() | Or():
            words = "all of these hold" if isinstance(node, And) else "one of these holds"
            return _explain_group(words, node.parts, node, text, entry)
        case Not():
            return _explain_group("this does not hold", (node.part,), node, text, entry)
        case Comparison(value=And() | Or() | Not()):
            return _explain_group(*_expand_values(node), node, text, entry)
        case _:
            held = None if entry is None else compile_test(node, text)(entry)
            found = "" if entry is None else _describe_found(node, text, entry)
            return Explanation(clean(_describe_node(node, text)), held, clean(found))


def _explain_group(
    words: str, parts: tuple[Node, ...], node: Node, text: str, entry: Entry | None
) -> Explanation:
    held = None if entry is None else compile_test(node, text)(entry)
    return Explanation(words, held, parts=tuple(_explain_node(part, text, entry) for part in parts))


def _expand_values(node: Comparison) -> tuple[str, tuple[Node, ...]]:
    """Return a comparison with a parenthesised value as several comparisons."""
    match node.value:
        case And() | Or() as value:
            words = "all of these hold" if isinstance(value, And) else "one of these holds"
            return words, tuple(replace(node, value=part) for part in value.parts)  # type: ignore[arg-type]
        case Not() as value:
            return "this does not hold", (replace(node, value=value.part),)  # type: ignore[arg-type]
        case _:
            return "this holds", (node,)


def _describe_node(node: Node, text: str) -> str:
    match node:
        case Comparison():
            return f"{left_text(node.left)} {_describe_operator(node, text)} {_describe_value(node.value)}"
        case FieldPresence():
            return f"{left_text(node.left)} is present"
        case Call(name="search"):
            *field, query = (_describe_argument(argument) for argument in node.arguments)
            return f"{field[0] if field else 'the entry'} has every word and `phrase` of {query}"
        case Call():
            return _FUNCTIONS[node.name].format(*map(_describe_argument, node.arguments))
        case Anywhere(value=literal) | (Literal() as literal):
            return f"any field is or contains {_describe_value(literal)}"
        case _:
            return node_text(node)


def _describe_argument(argument: Field | Call | Literal) -> str:
    return _describe_value(argument) if isinstance(argument, Literal) else left_text(argument)


def _describe_value(value: Node) -> str:
    return (
        node_text(value)
        if not isinstance(value, Literal) or value.null
        else json.dumps(value.text, ensure_ascii=False)
    )


def _describe_operator(node: Comparison, text: str) -> str:
    kind, _ = compile_left(node.left, text)
    if kind is Kind.TIMESTAMP and node.operator in _TIMES:
        return _TIMES[node.operator]
    if node.operator == ":" and _is_text_like(kind):
        return "is or contains" if _may_be_equal(kind, node.value) else "contains"
    return _OPERATORS[node.operator]


def _may_be_equal(kind: Type, value: Node) -> bool:
    """Return whether a payload may hold the value as a number or Boolean, which is compared whole."""
    return kind in (Kind.JSON, Kind.PROTO) and any(
        isinstance(literal, Literal)
        and (to_double(literal.text) is not None or to_bool(literal.text) is not None)
        for literal in walk(value)
    )


def _is_text_like(kind: Type) -> bool:
    return not isinstance(kind, Kind) or kind in (Kind.STRING, Kind.JSON, Kind.PROTO, Kind.MAP)


def _describe_found(node: Node, text: str, entry: Entry) -> str:
    """Return the entry's values at the compared field."""
    left = _compared_field(node)
    if left is None:
        return ""
    values = list(compile_left(left, text)[1](entry))
    if isinstance(left, Field):
        path = bind_field(left, text)
        if path.default is not None and not make_getter(replace(path, default=None))(entry):
            return (
                "unset" if isinstance(node, FieldPresence) else f"unset: compared as {_display(path.default)}"
            )
    if not values:
        return "missing" if isinstance(left, Field) else "no value"
    return ", ".join(map(_display, values))


def _compared_field(node: Node) -> Field | Call | None:
    match node:
        case Comparison() | FieldPresence():
            return node.left
        case Call(name="log_id" | "source"):
            return Field(("logName",))
        case Call():
            return next((argument for argument in node.arguments if isinstance(argument, Field)), None)
        case _:
            return None


def _display(value: object) -> str:
    shown = redact_text(json.dumps(value, ensure_ascii=False, default=str))
    return shown if len(shown) <= _MAX_LENGTH else f"{shown[:_MAX_LENGTH]}…"
