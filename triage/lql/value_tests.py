"""Compare one value with one literal, by the kind of the field.

Source: "Comparison operators" of the page "Logging query language".
"""

import operator as operators
from collections.abc import Callable, Mapping
from typing import Any

from triage.lql.case_folding import fold_case
from triage.lql.fields import Kind, Type
from triage.lql.paths import list_members
from triage.lql.regex import compile_regex
from triage.lql.tree import Literal
from triage.lql.values import (
    to_bool,
    to_double,
    to_duration,
    to_int,
    to_int32,
    to_severity,
    to_timestamp,
)
from triage.models import SEVERITIES

ValueTest = Callable[[object], bool]
#: ``:`` "is handled like equality", except for strings, which may match in part.
_ORDERS: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": operators.eq,
    "!=": operators.ne,
    "<": operators.lt,
    "<=": operators.le,
    ">": operators.gt,
    ">=": operators.ge,
    ":": operators.eq,
}
CONVERSIONS: Mapping[Kind, Callable[[object], Any]] = {
    Kind.INT32: to_int32,
    Kind.INT: to_int,
    Kind.DOUBLE: to_double,
    Kind.BOOL: to_bool,
    Kind.SEVERITY: to_severity,
    Kind.TIMESTAMP: to_timestamp,
    Kind.DURATION: to_duration,
}
_TEXTS = (Kind.STRING, Kind.JSON, Kind.PROTO)


def make_value_test(kind: Type, operator: str, literal: Literal) -> ValueTest:
    """Return the test of one value of this kind.

    A value that cannot be converted fails the test, with ``!=`` too.
    """
    if operator in ("=~", "!~"):
        return _regex_test(literal.text, wanted=operator == "=~") if kind in _TEXTS else never_matches
    if not isinstance(kind, Kind) or kind is Kind.MAP:
        return _contains_test(kind, literal) if operator == ":" else never_matches
    if kind in CONVERSIONS:
        return _typed_test(kind, operator, literal)
    if kind is Kind.STRING:
        return _string_test(operator, literal)
    return _dynamic_test(kind, operator, literal)


def never_matches(_value: object) -> bool:
    """Return False, for a comparison that always fails."""
    return False


def convert_literal(kind: Kind, literal: Literal) -> Any:
    """Return a literal in the type of a field; None if that is not possible.

    A time in a filter needs a T between date and time; a time in an entry may have a space.
    """
    spaced = kind is Kind.TIMESTAMP and " " in literal.text
    return None if literal.null or spaced else CONVERSIONS[kind](literal.text)


def _typed_test(kind: Kind, operator: str, literal: Literal) -> ValueTest:
    right = convert_literal(kind, literal)
    if right is None:
        return never_matches
    convert, order = CONVERSIONS[kind], _ORDERS[operator]

    def test(value: object) -> bool:
        left = convert(value)
        return left is not None and order(left, right)

    return test


def _string_test(operator: str, literal: Literal) -> ValueTest:
    if literal.null:
        return never_matches
    right, order = fold_case(literal.text), _ORDERS[operator]
    if operator == ":":
        return lambda value: (text := as_text(value)) is not None and right in fold_case(text)
    return lambda value: (text := as_text(value)) is not None and order(fold_case(text), right)


def as_text(value: object) -> str | None:
    """Return a scalar as text; None for other values."""
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case int() | float():
            return str(value)
        case _:
            return None


def _regex_test(pattern: str, *, wanted: bool) -> ValueTest:
    found = compile_regex(pattern).matches
    return lambda value: isinstance(value, str) and found(value) is wanted


def _dynamic_test(kind: Kind, operator: str, literal: Literal) -> ValueTest:
    """Return the test of a payload value, compared by its own type."""
    number, boolean = _typed_test(Kind.DOUBLE, operator, literal), _typed_test(Kind.BOOL, operator, literal)
    text = _proto_string_test(operator, literal) if kind is Kind.PROTO else _string_test(operator, literal)
    null = literal.null and operator in ("=", ":")
    unlike_null = literal.null and operator == "!="
    within = _contains_test(kind, literal) if operator == ":" else never_matches

    def test(value: object) -> bool:
        if value is None:
            return null
        if unlike_null:
            return True
        match value:
            case str():
                return text(value)
            case bool():
                return boolean(value)
            case int() | float():
                return number(value)
            case _:
                return within(value)

    return test


def _proto_string_test(operator: str, literal: Literal) -> ValueTest:
    """Return the test of a string that may be a time, duration, 64-bit integer or severity.

    The service knows the type from ``@type``; here both sides have to have the same form.
    """
    text = _string_test(operator, literal)
    if operator == ":":
        return text
    likely = (Kind.TIMESTAMP, Kind.DURATION, Kind.INT)
    if literal.text.upper() in SEVERITIES:
        return _named_severity_test(operator, literal, text)
    typed = [
        (CONVERSIONS[kind], _typed_test(kind, operator, literal))
        for kind in likely
        if convert_literal(kind, literal) is not None
    ]

    def test(value: object) -> bool:
        same_type_test = next((like for convert, like in typed if convert(value) is not None), text)
        return same_type_test(value)

    return test


def _named_severity_test(operator: str, literal: Literal, text: ValueTest) -> ValueTest:
    """Return the test of a string that is ordered as a severity where it is the name of one."""
    severity = _typed_test(Kind.SEVERITY, operator, literal)
    return lambda value: (severity if str(value).upper() in SEVERITIES else text)(value)


def _contains_test(kind: Type, literal: Literal) -> ValueTest:
    """Return the test that a message or map has the key or value (AIP-160, "has")."""
    has = make_anywhere_test(literal)

    def test(value: object) -> bool:
        return isinstance(value, Mapping) and (literal.text in value or has(value, kind))

    return test


def make_anywhere_test(literal: Literal) -> Callable[[object, Type], bool]:
    """Return the test that any scalar of a value matches the literal, as with ``:``."""
    tests = {kind: _typed_test(kind, ":", literal) for kind in CONVERSIONS}
    text, number, boolean = _string_test(":", literal), tests[Kind.DOUBLE], tests[Kind.BOOL]
    needle = None if literal.null else fold_case(literal.text)

    def scalar(value: object, kind: Type) -> bool:
        if isinstance(kind, Kind) and kind in tests:
            return tests[kind](value)
        if kind in (Kind.STRING, Kind.MAP) or isinstance(value, str):
            return text(value)
        return boolean(value) if isinstance(value, bool) else number(value)

    def test(value: object, kind: Type) -> bool:
        waiting = [(value, kind)]
        while waiting:
            item, inner = waiting.pop()
            if type(item) is str and inner in _TEXTS:
                if needle is not None and needle in fold_case(item):
                    return True
            elif isinstance(item, dict | list | Mapping):
                waiting += list_members(item, inner)
            elif item is not None and scalar(item, inner):
                return True
        return False

    return test
