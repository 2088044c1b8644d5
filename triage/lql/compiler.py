"""Compile a filter tree into a test of entries.

Everything that does not depend on the entry is computed once, at compile time.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from triage.lql.errors import FilterError
from triage.lql.fields import DEFAULTS, LOG_ENTRY, Kind, Path, Type, bind_field
from triage.lql.functions import EntryTest, compile_function_test, compile_function_value
from triage.lql.paths import Entry, Getter, make_getter
from triage.lql.re2_translation import RegexError
from triage.lql.tree import And, Anywhere, Call, Comparison, Field, FieldPresence, Literal, Node, Not, Or
from triage.lql.value_tests import CONVERSIONS, ValueTest, as_text, make_anywhere_test, make_value_test

REGEX_OPERATORS = ("=~", "!~")


def compile_test(node: Node, text: str) -> EntryTest:
    """Return the test of entries for a node.

    ``text`` is the filter, which error messages quote.

    Raises:
        FilterError: the node names an unknown field or misuses a function.

    """
    match node:
        case And() | Or():
            joined = _match_all if isinstance(node, And) else _match_any
            return joined([compile_test(part, text) for part in node.parts])
        case Not():
            negated = compile_test(node.part, text)
            return lambda entry: not negated(entry)
        case Comparison():
            return _compile_comparison(node, text)
        case FieldPresence():
            return _compile_presence(node, text)
        case Call():
            return compile_function_test(node, text)
        case Anywhere(value=literal) | (Literal() as literal):
            return _compile_anywhere(literal)


def compile_left(left: Field | Call, text: str) -> tuple[Type, Getter]:
    """Return the kind and the value reader of an operator's left side."""
    if isinstance(left, Call):
        return compile_function_value(left, text)
    path = bind_field(left, text)
    return path.type, make_getter(path)


def _match_all(tests: Sequence[EntryTest]) -> EntryTest:
    def test(entry: Entry) -> bool:
        for part in tests:  # noqa: SIM110 (a generator takes twice the time)
            if not part(entry):
                return False
        return True

    return test


def _match_any(tests: Sequence[EntryTest]) -> EntryTest:
    def test(entry: Entry) -> bool:
        for part in tests:  # noqa: SIM110 (as above)
            if part(entry):
                return True
        return False

    return test


def _compile_anywhere(literal: Literal) -> EntryTest:
    has = make_anywhere_test(literal)
    return lambda entry: has(entry, LOG_ENTRY)


def _compile_comparison(node: Comparison, text: str) -> EntryTest:
    kind, read = compile_left(node.left, text)
    return _compile_value(node.value, node.operator, kind, read, text)


def _compile_value(value: Node, operator: str, kind: Type, read: Getter, text: str) -> EntryTest:
    """Apply field and operator to each element of a right-hand side."""
    match value:
        case And():
            return _match_all([_compile_value(part, operator, kind, read, text) for part in value.parts])
        case Or():
            return _match_any([_compile_value(part, operator, kind, read, text) for part in value.parts])
        case Not():
            negated = _compile_value(value.part, operator, kind, read, text)
            return lambda entry: not negated(entry)
        case Call():
            return _compile_computed(value, operator, kind, read, text)
        case Literal():
            return _any_value_test(read, _make_test(kind, operator, value, text))
        case _:
            raise TypeError(f"no value: {value}")


def _any_value_test(read: Getter, test: ValueTest) -> EntryTest:
    """Return the test that any value passes: array members are joined by OR."""

    def held(entry: Entry) -> bool:
        for value in read(entry):  # noqa: SIM110 (as above)
            if test(value):
                return True
        return False

    return held


def _make_test(kind: Type, operator: str, literal: Literal, text: str) -> ValueTest:
    try:
        return make_value_test(kind, operator, literal)
    except RegexError as error:
        hint = "RE2 syntax: github.com/google/re2/wiki/Syntax"
        raise FilterError(str(error), hint, text=text, offset=literal.span.start) from error


def _compile_computed(call: Call, operator: str, kind: Type, read: Getter, text: str) -> EntryTest:
    """Compare with the value of a function of the same entry."""
    if operator in REGEX_OPERATORS:
        hint = 'write the pattern in double quotes: =~ "pattern"'
        raise FilterError("a pattern is no function", hint, text=text, offset=call.span.start)
    _, read_right = compile_function_value(call, text)

    def test(entry: Entry) -> bool:
        lefts = read(entry)
        rights = (as_text(value) for value in read_right(entry))
        tests = [make_value_test(kind, operator, Literal(right)) for right in rights if right is not None]
        return any(test(left) for test in tests for left in lefts)

    return test


def _compile_presence(node: FieldPresence, text: str) -> EntryTest:
    if isinstance(node.left, Call):
        hint = "write a field in front of :*"
        raise FilterError("a function is not present or absent", hint, text=text, offset=node.span.start)
    path = bind_field(node.left, text)
    read, given = make_getter(replace(path, default=None)), _is_set_test(path)
    return lambda entry: any(given(value) for value in read(entry))


def _is_set_test(path: Path) -> Callable[[object], bool]:
    """Return the test that a value is set.

    Protocol buffers drop the default of a scalar, so a default value counts as unset. In a payload or a map
    every existing key is present, with null too.
    """
    kind = path.kind
    if len(path.keys) > path.fixed or kind in (Kind.JSON, Kind.PROTO) or path.keys == ("textPayload",):
        return lambda _value: True
    if kind is None:
        return lambda value: isinstance(value, Mapping)
    if kind is Kind.MAP:
        return bool
    convert = CONVERSIONS.get(kind, as_text)
    return lambda value: convert(value) not in (None, convert(DEFAULTS[kind]))
