"""Build the nodes of the tree from the parse tree of the grammar."""

from dataclasses import replace

from lark import Token, Tree

from triage.lql import strings
from triage.lql.errors import FilterError, syntax_error
from triage.lql.fields import bind_field
from triage.lql.hints import function_hint
from triage.lql.signatures import FUNCTIONS, TIMEZONE, Role
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
    Span,
    Value,
)
from triage.lql.values import to_double

ParseTree = Tree[Token]
#: The tokens of text in double and in single quotes.
_STRINGS = ("STRING", "SINGLE")


class TreeBuilder:
    """Builds the nodes of one filter; error messages quote its ``text``."""

    def __init__(self, text: str) -> None:
        """Keep the text."""
        self.text = text

    def build(self, found: ParseTree) -> Node | None:
        """Return the root node; None for an empty filter."""
        return self._build_node(_subtrees(found)[0]) if found.children else None

    def _build_node(self, found: ParseTree) -> Node:
        match found.data:
            case "expression" | "factor":
                kind = And if found.data == "expression" else Or
                return _join_nodes(
                    kind, [self._build_node(part) for part in _subtrees(found)], _span_of(found)
                )
            case "term" | "composite":
                (inner,) = _subtrees(found)
                negated = found.data == "term" and len(found.children) > 1
                return Not(self._build_node(inner), _span_of(found)) if negated else self._build_node(inner)
            case "anywhere":
                return Anywhere(self._build_literal(_subtrees(found)[0]), _span_of(found))
            case "function_alone":
                return self._build_call(_subtrees(found)[0])
            case "presence":
                return FieldPresence(self._build_left(_subtrees(found)[0]), _span_of(found))
            case _:
                return self._build_comparison(found)

    def _build_comparison(self, found: ParseTree) -> Comparison:
        left, comparator, right = _subtrees(found)
        operator = str(comparator.children[0])
        value = self._build_value(right, matching=operator in ("=~", "!~"))
        return Comparison(self._build_left(left), operator, value, _span_of(found))

    def _build_left(self, found: ParseTree) -> Field | Call:
        return self._build_call(found) if found.data == "function" else self._build_field(found)

    def _build_value(self, found: ParseTree, *, matching: bool) -> Value:
        """Build a right-hand side; in a pattern most escape sequences are RE2's."""
        match found.data:
            case "values":
                return self._build_value(_subtrees(found)[0], matching=matching)
            case "values_expression" | "values_factor":
                parts = [self._build_value(part, matching=matching) for part in _subtrees(found)]
                kind = And if found.data == "values_expression" else Or
                return _join_nodes(kind, parts, _span_of(found))  # type: ignore[return-value]
            case "values_term":
                (inner,) = _subtrees(found)
                part = self._build_value(inner, matching=matching)
                return Not(part, _span_of(found)) if len(found.children) > 1 else part
            case "function":
                return self._build_call(found)
            case _:
                return self._build_literal(found, matching=matching)

    def _build_literal(self, found: ParseTree, *, matching: bool = False) -> Literal:
        if found.data == "signed":
            return self._build_signed(found)
        tokens = self._path_tokens(found)
        if len(tokens) == 1 and tokens[0].type in _STRINGS:
            text = strings.unquote_pattern(tokens[0]) if matching else strings.unquote_string(tokens[0])
            return Literal(text, span=_span_of(found))
        text = ".".join(_token_text(token) for token in tokens)
        return Literal(text, null=text == "NULL_VALUE", quoted=False, span=_span_of(found))

    def _build_signed(self, found: ParseTree) -> Literal:
        span = _span_of(found)
        text = self.text[span.start : span.end]
        if to_double(text) is None:
            hint = f'put text with a sign in front in double quotes: "{text}"'
            raise syntax_error(f"'{text[0]}'", hint, text=self.text, offset=span.start)
        return Literal(text, quoted=False, span=span)

    def _build_field(self, found: ParseTree) -> Field:
        tokens = self._path_tokens(found)
        quoted = tuple(token.type in _STRINGS for token in tokens)
        field = Field(tuple(_token_text(token) for token in tokens), quoted, _span_of(found))
        return replace(field, parts=bind_field(field, self.text).keys)

    def _path_tokens(self, found: ParseTree) -> list[Token]:
        """Return the parts of a path or dotted value; dots have no spaces around."""
        tokens = list(found.scan_values(lambda value: isinstance(value, Token)))
        for before, dot, after in zip(tokens[::2], tokens[1::2], tokens[2::2], strict=False):
            if before.end_pos != dot.start_pos or dot.end_pos != after.start_pos:
                hint = "a path has no spaces; a value that begins with a dot stands in double quotes"
                raise syntax_error("'.'", hint, text=self.text, offset=dot.start_pos or 0)
        return tokens[::2]

    def _build_call(self, found: ParseTree) -> Call:
        span = _span_of(found)
        written = str(found.children[0])
        name = written.lower()
        signature = FUNCTIONS.get(name)
        if signature is None:
            hint = function_hint(name, FUNCTIONS)
            raise FilterError(f"no function {written!r}", hint, text=self.text, offset=span.start)
        given = _subtrees(found)
        roles = next((form for form in signature.forms if len(form) == len(given)), None)
        if roles is None:
            hint = f"write {signature.usage}"
            raise FilterError(
                f"{written} does not take {len(given)} arguments", hint, text=self.text, offset=span.start
            )
        arguments = [
            self._build_argument(argument, role, signature.usage)
            for argument, role in zip(given, roles, strict=True)
        ]
        return Call(name, tuple(arguments), span)

    def _build_argument(self, found: ParseTree, role: Role, usage: str) -> Argument:
        is_call, is_member = found.data == "function", found.data == "member"
        match role:
            case Role.FIELD | Role.VALUE if is_member:
                return self._build_field(found)
            case Role.VALUE if is_call:
                return self._build_call(found)
            case Role.OPTION if is_call and str(found.children[0]).lower() == "timezone":
                return self._build_timezone(found)
            case Role.TEXT if not is_call:
                return self._build_literal(found)
            case Role.TYPE if is_member:
                literal = self._build_literal(found)
                return Literal(literal.text.upper(), quoted=literal.quoted, span=literal.span)
            case Role.STRING | Role.PATTERN if is_member:
                literal = self._build_literal(found, matching=role is Role.PATTERN)
                if literal.quoted:
                    return literal
        offset = _span_of(found).start
        raise FilterError(f"expected {role.value}", f"write {usage}", text=self.text, offset=offset)

    def _build_timezone(self, found: ParseTree) -> Call:
        given = _subtrees(found)
        if len(given) != 1 or given[0].data != "member":
            offset = _span_of(found).start
            raise FilterError(
                "TIMEZONE takes one name", f"write {TIMEZONE.usage}", text=self.text, offset=offset
            )
        return Call("timezone", (self._build_literal(given[0]),), _span_of(found))


def _join_nodes(kind: type[And] | type[Or], parts: "list[Node] | list[Value]", span: Span) -> Node:
    """Join parts; nested Ands and nested Ors are flattened."""
    if len(parts) == 1:
        return parts[0]
    flat: list[Node] = []
    for part in parts:
        flat += part.parts if isinstance(part, kind) else (part,)
    return kind(tuple(flat), span)


def _subtrees(found: ParseTree) -> list[ParseTree]:
    return [child for child in found.children if isinstance(child, Tree)]


def _token_text(token: Token) -> str:
    return strings.unquote_string(token) if token.type in _STRINGS else str(token)


def _span_of(found: ParseTree) -> Span:
    """Return the span of everything below a node, parentheses included."""
    tokens = list(found.scan_values(lambda value: isinstance(value, Token)))
    return Span(tokens[0].start_pos or 0, tokens[-1].end_pos or 0)
