"""From a tree to a test of entries: every question that does not need the entry is settled before the first one."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from triage.lql.comparing import CONVERSIONS, Test, anywhere, as_text, comparer
from triage.lql.errors import FilterError
from triage.lql.fields import DEFAULTS, LOG_ENTRY, Kind, Path, Type, bind
from triage.lql.functions import EntryTest, test_of, value_of
from triage.lql.paths import Entry, Getter, getter
from triage.lql.translation import RegexError
from triage.lql.tree import And, Anywhere, Call, Comparison, Field, Literal, Node, Not, Or, Presence

MATCHES = ("=~", "!~")


def test_for(node: Node, text: str) -> EntryTest:
    """Return the test that a node makes of an entry.

    Raises:
        FilterError: the node names what is not there or uses it wrongly; ``text`` is shown with the place.

    """
    match node:
        case And() | Or():
            joined = _all if isinstance(node, And) else _any
            return joined([test_for(part, text) for part in node.parts])
        case Not():
            negated = test_for(node.part, text)
            return lambda entry: not negated(entry)
        case Comparison():
            return _comparison(node, text)
        case Presence():
            return _presence(node, text)
        case Call():
            return test_of(node, text)
        case Anywhere(value=literal) | (Literal() as literal):
            return _anywhere(literal)


def left_of(left: Field | Call, text: str) -> tuple[Type, Getter]:
    """Return what stands left of an operator: its kind, and the reader of its values in an entry."""
    if isinstance(left, Call):
        return value_of(left, text)
    path = bind(left, text)
    return path.type, getter(path)


def _all(tests: Sequence[EntryTest]) -> EntryTest:
    def test(entry: Entry) -> bool:
        for part in tests:  # noqa: SIM110 (a generator takes twice the time)
            if not part(entry):
                return False
        return True

    return test


def _any(tests: Sequence[EntryTest]) -> EntryTest:
    def test(entry: Entry) -> bool:
        for part in tests:  # noqa: SIM110 (as above)
            if part(entry):
                return True
        return False

    return test


def _anywhere(literal: Literal) -> EntryTest:
    has = anywhere(literal)
    return lambda entry: has(entry, LOG_ENTRY)


def _comparison(node: Comparison, text: str) -> EntryTest:
    kind, read = left_of(node.left, text)
    return _applied(node.value, node.operator, kind, read, text)


def _applied(value: Node, operator: str, kind: Type, read: Getter, text: str) -> EntryTest:
    """Apply field and operator to each element of a right-hand side."""
    match value:
        case And():
            return _all([_applied(part, operator, kind, read, text) for part in value.parts])
        case Or():
            return _any([_applied(part, operator, kind, read, text) for part in value.parts])
        case Not():
            negated = _applied(value.part, operator, kind, read, text)
            return lambda entry: not negated(entry)
        case Call():
            return _computed(value, operator, kind, read, text)
        case Literal():
            return _held(read, _comparer(kind, operator, value, text))
        case _:
            raise TypeError(f"no value: {value}")


def _held(read: Getter, test: Test) -> EntryTest:
    """Return the test that one of the values passes: the members of an array are joined by OR."""

    def held(entry: Entry) -> bool:
        for value in read(entry):  # noqa: SIM110 (as above)
            if test(value):
                return True
        return False

    return held


def _comparer(kind: Type, operator: str, literal: Literal, text: str) -> Test:
    try:
        return comparer(kind, operator, literal)
    except RegexError as error:
        hint = "RE2 syntax: github.com/google/re2/wiki/Syntax"
        raise FilterError(str(error), hint, text=text, offset=literal.span.start) from error


def _computed(call: Call, operator: str, kind: Type, read: Getter, text: str) -> EntryTest:
    """Compare with what a function reads from the same entry."""
    if operator in MATCHES:
        hint = 'write the pattern in double quotes: =~ "pattern"'
        raise FilterError("a pattern is no function", hint, text=text, offset=call.span.start)
    _, read_right = value_of(call, text)

    def test(entry: Entry) -> bool:
        lefts = read(entry)
        rights = (as_text(value) for value in read_right(entry))
        tests = [comparer(kind, operator, Literal(right)) for right in rights if right is not None]
        return any(test(left) for test in tests for left in lefts)

    return test


def _presence(node: Presence, text: str) -> EntryTest:
    if isinstance(node.left, Call):
        hint = "write a field in front of :*"
        raise FilterError("a function is not present or absent", hint, text=text, offset=node.span.start)
    path = bind(node.left, text)
    read, given = getter(replace(path, default=None)), _given(path)
    return lambda entry: any(given(value) for value in read(entry))


def _given(path: Path) -> Callable[[object], bool]:
    """Return what tells a value from an unset field: protocol buffers do not keep the default of a scalar.

    In a payload or a map every key that is there is present, with null too.
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
