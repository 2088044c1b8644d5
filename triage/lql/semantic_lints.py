"""Lints about meaning: filters that match other entries than intended.

Sources: the pages "Logging query language" and "Troubleshoot Logging query language", and the severities of
LogEntry.
"""

import re
from collections.abc import Iterator
from urllib.parse import quote

from triage.lql.compiler import REGEX_OPERATORS
from triage.lql.fields import DEFAULTS, Kind, Path, bind_field
from triage.lql.findings import make_finding
from triage.lql.formatter import left_text, node_text
from triage.lql.strings import quote_pattern, quote_string
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
    Span,
    find_fields,
    walk,
)
from triage.lql.value_tests import CONVERSIONS, convert_literal, make_value_test
from triage.lql.values import to_severity
from triage.models import Finding

_SEVERITIES = {"WARN": "WARNING", "ERR": "ERROR", "CRIT": "CRITICAL", "FATAL": "CRITICAL", "PANIC": "ALERT",
               "EMERG": "EMERGENCY", "TRACE": "DEBUG", "VERBOSE": "DEBUG", "INFORMATION": "INFO"}  # fmt: skip
_SPACED_TIME = re.compile(
    r"(\d{4}-\d\d-\d\d) +(\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)", re.ASCII
)
_LOG_ID = re.compile(r"(?:^|/logs/)([\w-]+(?:\.[\w-]+)+/.+)", re.ASCII)
_FLOORS = (">", ">=", "=")
_CONTRARY = {"!=": "=", "!~": "=~"}
#: Values that a field without content has.
_EMPTY = ("", "0", "null")
#: Resource types whose logs an application writes.
_WORKLOADS = ("cloud_run_revision", "cloud_run_job", "cloud_run_worker_pool", "cloud_function", "gae_app",
              "k8s_container", "gce_instance", "generic_task", "generic_node", "global")  # fmt: skip
_PLATFORM_LOG = re.compile(r"googleapis\.com(?:/|%2F)(?!stdout|stderr)", re.IGNORECASE)
_BELOW = ("<", "<=", "!=", "!~")


def impossible_values(query: Query) -> Iterator[Finding]:
    """Find values that the type of the field cannot have.

    The page says that the comparison fails; the API rejects the filter.
    """
    for node, path in find_comparisons(query):
        if path.kind is None or path.kind not in CONVERSIONS or node.operator in REGEX_OPERATORS:
            continue
        for literal in find_literals(node.value):
            if convert_literal(path.kind, literal) is None:
                message = (
                    f"{literal.text!r} is no {path.kind.value}: the comparison never holds, and Cloud "
                    "Logging may "
                    "refuse the filter for it"
                )
                yield make_finding(
                    "impossible-value",
                    "error",
                    message,
                    query.text,
                    literal.span,
                    _suggest_value(literal.text, path),
                )


def _suggest_value(text: str, path: Path) -> str | None:
    if path.kind is Kind.SEVERITY:
        return _SEVERITIES.get(text.upper())
    match = _SPACED_TIME.fullmatch(text) if path.kind is Kind.TIMESTAMP else None
    return f'"{match[1]}T{match[2]}"' if match else None


def patterns(query: Query) -> Iterator[Finding]:
    """Find regular expressions on fields that are not strings, or without quotes."""
    for node, path in find_comparisons(query):
        if node.operator not in REGEX_OPERATORS:
            continue
        if path.kind not in (Kind.STRING, Kind.JSON, Kind.PROTO):
            message = "only fields that are strings can be matched by a regular expression; this never holds"
            yield make_finding("pattern-on-no-string", "error", message, query.text, node.span)
        for literal in find_literals(node.value):
            if not literal.quoted:
                message = "a regular expression stands in double quotes"
                fix = quote_pattern(literal.text)
                yield make_finding("unquoted-pattern", "warning", message, query.text, literal.span, fix)


def stars(query: Query) -> Iterator[Finding]:
    """Find stars in values, which match literal stars."""
    for node, path in find_comparisons(query):
        if node.operator not in ("=", "!=", ":") or path.kind in CONVERSIONS:
            continue
        for literal in find_literals(node.value):
            if not literal.text.startswith("*") and not literal.text.endswith("*"):
                continue
            part = literal.text.strip("*")
            message = 'a star in a value is looked for as a star; a part of a text is found by field:"part"'
            alone = literal is node.value and part and node.operator != "!="
            fix = f"{left_text(node.left)}:{quote_string(part)}" if alone else None
            yield make_finding(
                "star", "warning", message, query.text, node.span if alone else literal.span, fix
            )


def log_names(query: Query) -> Iterator[Finding]:
    """Find log names with a plain slash, which entries encode as %2F."""
    message = (
        "entries carry the slash in a log's name as %2F, so this finds none; log_id takes the plain name"
    )
    for node, path in find_comparisons(query):
        if path.keys != ("logName",) or node.operator in REGEX_OPERATORS:
            continue
        for literal in find_literals(node.value):
            match = _LOG_ID.search(literal.text)
            if match:
                fix, span = quote(match[1], safe="%"), _span_inside(literal, match.span(1), query.text)
                if span == literal.span:
                    fix = quote_string(literal.text[: match.start(1)] + fix)
                yield make_finding("log-name-encoding", "error", message, query.text, span, fix)


def _span_inside(literal: Literal, part: tuple[int, int], text: str) -> Span:
    """Return the span of a part of a value; that of the whole value if it is written otherwise."""
    start = literal.span.start + literal.quoted
    if text[start : literal.span.end - literal.quoted] != literal.text:
        return literal.span
    return Span(start + part[0], start + part[1])


def label_paths(query: Query) -> Iterator[Finding]:
    """Find unquoted label keys with dots: labels have one level."""
    message = "a label's key with dots stands in double quotes, as labels have one level only"
    for field in find_fields(query.root):
        path = bind_field(field, query.text)
        if path.below_a_label:
            key = ".".join(path.keys[path.fixed :])
            fix = f"{'.'.join(path.keys[: path.fixed])}.{quote_string(key)}"
            yield make_finding("label-path", "error", message, query.text, field.span, fix)


def missing_fields(query: Query) -> Iterator[Finding]:
    """Find != and !~ on fields that can be missing, where they are false.

    ``field!=""`` is meant to leave out entries without the field, and so are 0 and null.
    """
    beside = _siblings(query, And)
    for node, path in find_comparisons(query):
        if node.operator not in _CONTRARY or len(path.keys) <= path.fixed or _is_group(node.value):
            continue
        empty = isinstance(node.value, Literal) and (node.value.null or node.value.text in _EMPTY)
        if not empty and not any(_needs(part, node.left) for part in beside.get(id(node), ())):
            fix = f"NOT {node_text(Comparison(node.left, _CONTRARY[node.operator], node.value))}"
            message = f"entries without {left_text(node.left)} do not match {node.operator}; with NOT they do"
            yield make_finding("missing-field", "warning", message, query.text, node.span, fix)


def unequal_to_any(query: Query) -> Iterator[Finding]:
    """Find ``field != (A OR B)``, which holds for every value that is not both."""
    for node, _ in find_comparisons(query):
        if node.operator in _CONTRARY and isinstance(node.value, Or):
            fix = f"NOT {node_text(Comparison(node.left, _CONTRARY[node.operator], node.value))}"
            each = f"{node.operator} is applied to each value"
            message = f"{each} and joined by OR, so it holds for nearly everything"
            yield make_finding("unequal-to-any", "error", message, query.text, node.span, fix)


def defaulted_fields(query: Query) -> Iterator[Finding]:
    """Find comparisons that an entry without the field passes by its default."""
    beside = _siblings(query, And)
    for node, path in find_comparisons(query):
        if node.operator not in _BELOW or path.default is None or len(path.keys) == 1:
            continue
        if any(
            isinstance(part, FieldPresence) and part.left == node.left for part in beside.get(id(node), ())
        ):
            continue
        if any(
            make_value_test(path.type, node.operator, literal)(path.default)
            for literal in find_literals(node.value)
        ):
            name = left_text(node.left)
            shown = DEFAULTS[path.kind] if path.kind else ""
            message = f"entries without {name} match too: it is compared as {shown!r} there; add {name}:*"
            fix = f"({name}:* AND {query.text[node.span.start : node.span.end]})"
            yield make_finding("defaulted-field", "note", message, query.text, node.span, fix)


def severity_floor(query: Query) -> Iterator[Finding]:
    """Find ``severity>=X``, which excludes entries without a severity."""
    message = "entries without severity (DEFAULT), such as plain lines on stdout and stderr, are left out"
    beside = _siblings(query, Or)
    default = Comparison(Field(("severity",)), "=", Literal("DEFAULT"))
    for node, path in find_comparisons(query):
        number = to_severity(node.value.text) if isinstance(node.value, Literal) else None
        floor = path.kind is Kind.SEVERITY and node.operator in (">", ">=") and number
        if floor and default not in beside.get(id(node), ()):
            fix = f"({query.text[node.span.start : node.span.end]} OR severity=DEFAULT)"
            yield make_finding("severity-floor", "note", message, query.text, node.span, fix)


def text_payload_only(query: Query) -> Iterator[Finding]:
    """Find text searches in textPayload alone, which miss jsonPayload.

    Filters for logs that Google's services write are left alone.
    """
    named = [field.parts[0] for field in find_fields(query.root)]
    everywhere = any(
        isinstance(node, Anywhere) or (isinstance(node, Call) and node.name == "search")
        for node in walk(query.root)
    )
    if everywhere or "jsonPayload" in named or "protoPayload" in named or _reads_platform_log(query):
        return
    for node, path in find_comparisons(query):
        if path.keys == ("textPayload",) and node.operator in (":", "=", "=~"):
            text = query.text[node.span.start : node.span.end]
            other = f"jsonPayload.message{query.text[node.left.span.end : node.span.end]}"
            message = (
                "a service that logs JSON has its text in jsonPayload.message, which textPayload does not see"
            )
            yield make_finding(
                "text-payload-only", "note", message, query.text, node.span, f"({text} OR {other})"
            )


def _reads_platform_log(query: Query) -> bool:
    """Return whether every match is an entry that a service of Google wrote."""
    for part in query.root.parts if isinstance(query.root, And) else (query.root,):
        match part:
            case Call(name="log_id", arguments=(Literal() as log,)):
                if _PLATFORM_LOG.search(log.text):
                    return True
            case Comparison(left=Field(parts=("logName",)), operator="=" | ":"):
                names = [literal.text for literal in find_literals(part.value)]
                if names and all(_PLATFORM_LOG.search(name) for name in names):
                    return True
            case Comparison(left=Field(parts=("resource", "type")), operator="="):
                types = [literal.text for literal in find_literals(part.value)]
                if types and not any(name in _WORKLOADS for name in types):
                    return True
    return False


def no_time_bound(query: Query) -> Iterator[Finding]:
    """Find filters without a lower time bound.

    Clients then add their own window, or search everything.
    """
    if not _has_time_bound(query.root):
        message = (
            "no time bound: gcloud and the client libraries then take the last day, the API everything that "
            "is "
            'kept; add timestamp>="..." and timestamp<"..."'
        )
        end = len(query.text)
        yield make_finding("no-time-bound", "warning", message, query.text, Span(end, end))


def _has_time_bound(node: Node | None) -> bool:
    match node:
        case And():
            return any(_has_time_bound(part) for part in node.parts)
        case Or():
            return all(_has_time_bound(part) for part in node.parts)
        case Comparison(left=Field(parts=("timestamp" | "receiveTimestamp",))):
            return node.operator in _FLOORS
        case _:
            return False


def find_comparisons(query: Query) -> Iterator[tuple[Comparison, Path]]:
    """Yield each comparison of a field, with the field's path."""
    for node in walk(query.root):
        if isinstance(node, Comparison) and isinstance(node.left, Field):
            yield node, bind_field(node.left, query.text)


def _siblings(query: Query, kind: type[And] | type[Or]) -> dict[int, tuple[Node, ...]]:
    """Return, by the id of each part of an And or an Or, all of its parts."""
    joints = (node for node in walk(query.root) if isinstance(node, kind))
    return {id(part): joint.parts for joint in joints for part in joint.parts}


def find_literals(value: Node) -> Iterator[Literal]:
    """Yield the literals of a right-hand side."""
    return (node for node in walk(value) if isinstance(node, Literal))


def _needs(node: Node, left: Field | Call) -> bool:
    """Return whether a condition holds only for entries with the field ``left``."""
    return (isinstance(node, FieldPresence) and node.left == left) or (
        isinstance(node, Comparison) and node.left == left and node.operator not in _CONTRARY
    )


def _is_group(value: Node) -> bool:
    return isinstance(value, Or | And | Not)
