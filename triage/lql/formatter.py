"""Format a tree as filter text in one normal form.

The form has explicit AND, values in double quotes, and parentheses where precedence is easily misread.
"""

import re

from triage.lql.strings import quote_path_part, quote_pattern, quote_string
from triage.lql.tree import (
    And,
    Anywhere,
    Argument,
    Call,
    Comparison,
    Field,
    FieldPresence,
    Literal,
    Node,
    Not,
    Or,
    Query,
)

_NUMBER = re.compile(r"\d+(?:\.\d+)?", re.ASCII)
_NAMES = {"search": "SEARCH", "timezone": "TIMEZONE"}


def format_query(query: Query) -> str:
    """Return the filter in its normal form, on one line.

    Parsing the result gives the same tree.
    """
    return "" if query.root is None else node_text(query.root)


def node_text(node: Node, operator: str = "") -> str:
    """Return the text of a node.

    ``operator`` is that of the comparison whose right-hand side the node belongs to.
    """
    match node:
        case And() | Or():
            word, other = (" AND ", Or) if isinstance(node, And) else (" OR ", And)
            return word.join(_inside(part, operator, other) for part in node.parts)
        case Not():
            return f"NOT {_inside(node.part, operator, And, Or, Not)}"
        case Comparison():
            return _comparison(node)
        case FieldPresence():
            return f"{left_text(node.left)}:*"
        case Call():
            return _call(node)
        case Anywhere(value=literal) | (Literal() as literal):
            return _literal(literal, operator)


def left_text(left: Field | Call) -> str:
    """Return the text of an operator's left side."""
    return ".".join(map(quote_path_part, left.parts)) if isinstance(left, Field) else _call(left)


def _inside(node: Node, operator: str, *bracketed: type[Node]) -> str:
    text = node_text(node, operator)
    return f"({text})" if isinstance(node, bracketed) else text


def _comparison(node: Comparison) -> str:
    value = node_text(node.value, node.operator)
    if isinstance(node.value, And | Or | Not):
        value = f"({value})"
    return f"{left_text(node.left)}{node.operator}{value}"


def _literal(literal: Literal, operator: str) -> str:
    if literal.null:
        return "NULL_VALUE"
    if operator in ("=~", "!~"):
        return quote_pattern(literal.text)
    return literal.text if _NUMBER.fullmatch(literal.text) else quote_string(literal.text)


def _call(call: Call) -> str:
    arguments = ", ".join(_argument(call, argument) for argument in call.arguments)
    return f"{_NAMES.get(call.name, call.name)}({arguments})"


def _argument(call: Call, argument: Argument) -> str:
    match argument:
        case Field():
            return left_text(argument)
        case Call():
            return _call(argument)
        case Literal() if call.name == "cast":
            return argument.text
        case Literal() if call.name == "regexp_extract":
            return quote_pattern(argument.text)
        case Literal() if call.name == "search":
            return quote_string(argument.text)
        case Literal():
            return _literal(argument, "")
