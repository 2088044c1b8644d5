"""Lints about values: text in place of another value, and values that exclude each other.

Sources: the pages "Logging query language", "Troubleshoot Logging query language" and LogEntry.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import unquote

from triage.lql.fields import Kind, Path
from triage.lql.findings import make_finding
from triage.lql.formatter import left_text
from triage.lql.semantic_lints import find_comparisons, find_literals
from triage.lql.strings import quote_pattern, quote_string
from triage.lql.tree import And, Anywhere, Comparison, Field, Literal, Query, Span, find_fields, walk
from triage.lql.value_tests import CONVERSIONS, convert_literal, make_value_test
from triage.lql.values import to_double, to_duration
from triage.models import SEVERITIES, Finding

#: A hash sign that begins a line, or that stands alone behind something.
_HASH = re.compile(r"(?:^[ \t]*|[ \t](?=#[ \t]))(#)[^\n]*", re.MULTILINE)
_PLACEHOLDER = re.compile(
    r"(?<![\w$\\])\$(?:\{[A-Za-z_]\w*\}|[A-Z_][A-Z0-9_]+\b)|<[A-Z][A-Z0-9]*(?:[_-][A-Z0-9]+)*>"
    r"|<(?i:your)[ _-][\w -]+>"
)
#: What may be meant in a text, but hardly in a name.
_NAME_PLACEHOLDER = re.compile(
    r"<[A-Za-z][\w -]*>|\[[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\]"
    r"|\{\{?\s*\.?[A-Za-z_][\w.]*\s*\}?\}|(?<![\w$\\])\$[A-Za-z_]\w*"
)
_TEXT_FIELDS = ("textPayload", "jsonPayload", "protoPayload", "httpRequest", "insertId", "sourceLocation")
_PATTERN = re.compile(r"\.\*|^\^.|\\[dws][+*]")
_ORDERING = ("<", "<=", ">", ">=")
_PAYLOADS = (Kind.JSON, Kind.PROTO)


def bare_log_names(query: Query) -> Iterator[Finding]:
    """Find log names without their resource: an entry has projects/P/logs/ID."""
    message = "an entry's logName begins with its project, so this finds none; log_id takes the name alone"
    for node, path in find_comparisons(query):
        value = node.value
        if path.keys != ("logName",) or node.operator != "=" or not isinstance(value, Literal):
            continue
        if value.text and "/logs/" not in value.text and not _PLACEHOLDER.search(value.text):
            fix = f"log_id({quote_string(unquote(value.text))})"
            yield make_finding("bare-log-name", "error", message, query.text, node.span, fix)


def hash_comments(query: Query) -> Iterator[Finding]:
    """Find comments that begin with a hash sign, whose words are search terms."""
    message = "the words behind # are search terms; a comment begins with --"
    terms = {
        node.span.start for node in walk(query.root) if isinstance(node, Anywhere) and not node.value.quoted
    }
    for match in _HASH.finditer(query.text):
        if match.start(1) in terms:
            span = Span(match.start(1), match.end())
            fix = f"--{query.text[match.end(1) : match.end()]}"
            yield make_finding("hash-comment", "error", message, query.text, span, fix)


def placeholders(query: Query) -> Iterator[Finding]:
    """Find names that were not replaced: $PROJECT and <NAME>; where a name is compared, [NAME] and {name}."""
    named = {id(literal) for node, path in find_comparisons(query) for literal in _names(node, path)}
    for node in walk(query.root):
        if isinstance(node, Literal | Anywhere):
            literal = node if isinstance(node, Literal) else node.value
            match = _PLACEHOLDER.search(literal.text)
            if not match and id(literal) in named:
                match = _NAME_PLACEHOLDER.search(literal.text)
            if match:
                message = f"{match[0]} is looked for as it is written; put the value in its place"
                yield make_finding("placeholder", "warning", message, query.text, literal.span)


def _names(node: Comparison, path: Path) -> Iterator[Literal]:
    """Yield the values of a comparison that are names: of a resource or a label, or the whole of a value."""
    for literal in find_literals(node.value) if node.operator in ("=", "!=", ":") else ():
        whole = node.operator == "=" and _NAME_PLACEHOLDER.fullmatch(literal.text)
        if path.keys[0] not in _TEXT_FIELDS or (whole and literal.text[:1] in "[{"):
            yield literal


def patterns_as_text(query: Query) -> Iterator[Finding]:
    """Find regular expressions behind an operator that compares text."""
    message = "the characters of a regular expression are looked for as they are; the operator is =~"
    for node, path in find_comparisons(query):
        value = node.value
        if node.operator not in ("=", ":") or path.kind not in (Kind.STRING, *_PAYLOADS):
            continue
        if isinstance(value, Literal) and value.quoted and _PATTERN.search(value.text):
            fix = f"{left_text(node.left)}=~{quote_pattern(value.text)}"
            yield make_finding("pattern-as-text", "warning", message, query.text, node.span, fix)


def nulls(query: Query) -> Iterator[Finding]:
    """Find ``= null``, which is the text "null"."""
    for node, path in find_comparisons(query):
        value = node.value
        if node.operator != "=" or path.kind not in _PAYLOADS or not isinstance(value, Literal):
            continue
        if value.text.lower() == "null" and not value.quoted:
            absent = f"NOT {left_text(node.left)}:*"
            message = f"null is text here; write NULL_VALUE for JSON's null, {absent} for a missing field"
            yield make_finding("null-text", "warning", message, query.text, value.span, "NULL_VALUE")


def orders_of_text(query: Query) -> Iterator[Finding]:
    """Find durations, severities and numbers whose order is that of text.

    A JSON value is no duration and no severity, and a label is no number.
    """
    for node, path in find_comparisons(query):
        if node.operator not in _ORDERING:
            continue
        for literal in find_literals(node.value):
            if path.kind is Kind.JSON and to_duration(literal.text) is not None:
                message = 'compared as text, in which "10s" is below "9s"; compare a field that is a number'
                yield make_finding("duration-as-text", "warning", message, query.text, literal.span)
            elif path.kind is Kind.JSON and literal.text.upper() in SEVERITIES:
                message = (
                    "compared as text, in which CRITICAL is below ERROR; severity is the entry's own field"
                )
                yield make_finding("severity-as-text", "warning", message, query.text, node.span)
            elif path.kind is Kind.STRING and literal.text and to_double(literal.text) is not None:
                message = "compared as text, in which 10 is below 9; a text is made a number by cast"
                fix = f"cast({left_text(node.left)}, FLOAT64){node.operator}{literal.text}"
                alone = fix if literal is node.value else None
                yield make_finding("number-as-text", "warning", message, query.text, node.span, alone)


def function_generation(query: Query) -> Iterator[Finding]:
    """Find filters for first-generation functions alone; audit entries name both as cloud_function."""
    types = [
        literal
        for node, path in find_comparisons(query)
        if path.keys == ("resource", "type") and node.operator in ("=", ":")
        for literal in find_literals(node.value)
    ]
    audit = any(field.parts[0] == "protoPayload" for field in find_fields(query.root))
    if audit or any(literal.text == "cloud_run_revision" for literal in types):
        return
    message = "functions of the second generation print as cloud_run_revision"
    for literal in types:
        if literal.text == "cloud_function":
            yield make_finding("function-generation", "note", message, query.text, literal.span)


def contradictions(query: Query) -> Iterator[Finding]:
    """Find conditions on one field that no value meets: two values, or an empty range."""
    paths = {id(node): path for node, path in find_comparisons(query)}
    for joint in walk(query.root):
        before: list[_Condition] = []
        for part in joint.parts if isinstance(joint, And) else ():
            match part:
                case Comparison(left=Field(), value=Literal() as literal):
                    path = paths[id(part)]
                    if path.kind is None or path.default is None:
                        continue
                    after = _Condition(path, path.kind, part.operator, literal)
                    if any(one.path == path and _exclude_each_other(one, after) for one in before):
                        message = "no entry meets this and an earlier condition on the same field"
                        yield make_finding("contradiction", "error", message, query.text, part.span)
                    before.append(after)


class _Condition(NamedTuple):
    """A comparison of a field that has one value, with one literal."""

    path: Path
    kind: Kind
    operator: str
    literal: Literal


def _exclude_each_other(one: _Condition, other: _Condition) -> bool:
    return any(_excludes_value(*pair) or _ends_before(*pair) for pair in ((one, other), (other, one)))


def _excludes_value(one: _Condition, other: _Condition) -> bool:
    """Return whether the only value of the first fails the second."""
    if one.operator != "=" or (one.kind in CONVERSIONS and convert_literal(one.kind, one.literal) is None):
        return False
    test = make_value_test(one.kind, other.operator, other.literal)
    return not one.literal.null and not other.literal.null and not test(one.literal.text)


def _ends_before(lower: _Condition, upper: _Condition) -> bool:
    """Return whether the range from the first to the second is empty."""
    if (
        lower.operator not in (">", ">=")
        or upper.operator not in ("<", "<=")
        or lower.kind not in CONVERSIONS
    ):
        return False
    start, end = (convert_literal(lower.kind, bound.literal) for bound in (lower, upper))
    if start is None or end is None:
        return False
    return bool(start > end if (lower.operator, upper.operator) == (">=", "<=") else start >= end)
