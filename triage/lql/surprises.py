"""Filters that say what they mean, and mean something else than most readers expect.

Sources: the pages "Logging query language" and "Troubleshoot Logging query language", and the severities of LogEntry.
"""

import re
from collections.abc import Iterator
from urllib.parse import quote

from triage.lql.comparing import CONVERSIONS, comparer, constant
from triage.lql.compiling import MATCHES
from triage.lql.fields import DEFAULTS, Kind, Path, bind
from triage.lql.finding import finding
from triage.lql.formatting import left_text, node_text
from triage.lql.strings import written, written_pattern
from triage.lql.tree import (
    And,
    Anywhere,
    Call,
    Comparison,
    Field,
    Literal,
    Node,
    Not,
    Or,
    Presence,
    Query,
    Span,
    fields,
    walk,
)
from triage.lql.values import to_severity
from triage.models import Finding

_SEVERITIES = {"WARN": "WARNING", "ERR": "ERROR", "CRIT": "CRITICAL", "FATAL": "CRITICAL", "PANIC": "ALERT",
               "EMERG": "EMERGENCY", "TRACE": "DEBUG", "VERBOSE": "DEBUG", "INFORMATION": "INFO"}  # fmt: skip
_SPACED_TIME = re.compile(
    r"(\d{4}-\d\d-\d\d) +(\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)", re.ASCII
)
_LOG_ID = re.compile(r"(?:^|/logs/)([\w-]+(?:\.[\w-]+)+/.+)", re.ASCII)
_FLOORS = (">", ">=", "=")
_BELOW = ("<", "<=", "!=", "!~")


def impossible_values(query: Query) -> Iterator[Finding]:
    """Find values that the field's type cannot be: the page lets the comparison fail, the API refuses the filter."""
    for node, path in _comparisons(query):
        if path.kind is None or path.kind not in CONVERSIONS or node.operator in MATCHES:
            continue
        for literal in _literals(node.value):
            if constant(path.kind, literal) is None:
                message = (
                    f"{literal.text!r} is no {path.kind.value}: the comparison never holds, and Cloud Logging may "
                    "refuse the filter for it"
                )
                yield finding(
                    "impossible-value",
                    "error",
                    message,
                    query.text,
                    literal.span,
                    _possible(literal.text, path),
                )


def _possible(text: str, path: Path) -> str | None:
    if path.kind is Kind.SEVERITY:
        return _SEVERITIES.get(text.upper())
    match = _SPACED_TIME.fullmatch(text) if path.kind is Kind.TIMESTAMP else None
    return f'"{match[1]}T{match[2]}"' if match else None


def patterns(query: Query) -> Iterator[Finding]:
    """Find regular expressions on what is no string, or without quotation marks."""
    for node, path in _comparisons(query):
        if node.operator not in MATCHES:
            continue
        if path.kind not in (Kind.STRING, Kind.JSON, Kind.PROTO):
            message = "only fields that are strings can be matched by a regular expression; this never holds"
            yield finding("pattern-on-no-string", "error", message, query.text, node.span)
        for literal in _literals(node.value):
            if not literal.quoted:
                message = "a regular expression stands in double quotes"
                mend = written_pattern(literal.text)
                yield finding("unquoted-pattern", "warning", message, query.text, literal.span, mend)


def stars(query: Query) -> Iterator[Finding]:
    """Find stars in values, which the language looks for as stars."""
    for node, path in _comparisons(query):
        if node.operator not in ("=", "!=", ":") or path.kind in CONVERSIONS:
            continue
        for literal in _literals(node.value):
            if not literal.text.startswith("*") and not literal.text.endswith("*"):
                continue
            part = literal.text.strip("*")
            message = 'a star in a value is looked for as a star; a part of a text is found by field:"part"'
            alone = literal is node.value and part and node.operator != "!="
            mend = f"{left_text(node.left)}:{written(part)}" if alone else None
            yield finding("star", "warning", message, query.text, node.span if alone else literal.span, mend)


def log_names(query: Query) -> Iterator[Finding]:
    """Find log names with a slash in the log's own name, which entries carry as %2F."""
    message = (
        "entries carry the slash in a log's name as %2F, so this finds none; log_id takes the plain name"
    )
    for node, path in _comparisons(query):
        if path.keys != ("logName",) or node.operator in MATCHES:
            continue
        for literal in _literals(node.value):
            match = _LOG_ID.search(literal.text)
            if match:
                encoded = literal.text[: match.start(1)] + quote(match[1], safe="%")
                yield finding(
                    "log-name-encoding", "error", message, query.text, literal.span, written(encoded)
                )


def label_paths(query: Query) -> Iterator[Finding]:
    """Find label keys with dots that are not quoted: labels are one level deep."""
    message = "a label's key with dots stands in double quotes, as labels have one level only"
    for field in fields(query.root):
        path = bind(field, query.text)
        if path.below_a_label:
            key = ".".join(path.keys[path.fixed :])
            mend = f"{'.'.join(path.keys[: path.fixed])}.{written(key)}"
            yield finding("label-path", "error", message, query.text, field.span, mend)


def missing_fields(query: Query) -> Iterator[Finding]:
    """Find != and !~ on fields that entries may lack: then they are false."""
    for node, path in _comparisons(query):
        if node.operator in ("!=", "!~") and len(path.keys) > path.fixed and not _many(node.value):
            contrary = {"!=": "=", "!~": "=~"}[node.operator]
            mend = f"NOT {node_text(Comparison(node.left, contrary, node.value))}"
            message = f"entries without {left_text(node.left)} do not match {node.operator}; with NOT they do"
            yield finding("missing-field", "warning", message, query.text, node.span, mend)


def unequal_to_any(query: Query) -> Iterator[Finding]:
    """Find ``field != (A OR B)``, which holds for every value that is not both."""
    for node, _ in _comparisons(query):
        if node.operator in ("!=", "!~") and isinstance(node.value, Or):
            contrary = {"!=": "=", "!~": "=~"}[node.operator]
            mend = f"NOT {node_text(Comparison(node.left, contrary, node.value))}"
            message = f"{node.operator} is applied to each value and joined by OR, so it holds for nearly everything"
            yield finding("unequal-to-any", "error", message, query.text, node.span, mend)


def defaulted_fields(query: Query) -> Iterator[Finding]:
    """Find comparisons that an entry without the field passes too, because its default does."""
    beside = _beside(query, And)
    for node, path in _comparisons(query):
        if node.operator not in _BELOW or path.default is None or len(path.keys) == 1:
            continue
        if any(isinstance(part, Presence) and part.left == node.left for part in beside.get(id(node), ())):
            continue
        if any(
            comparer(path.type, node.operator, literal)(path.default) for literal in _literals(node.value)
        ):
            name = left_text(node.left)
            shown = DEFAULTS[path.kind] if path.kind else ""
            message = f"entries without {name} match too: it is compared as {shown!r} there; add {name}:*"
            mend = f"({name}:* AND {query.text[node.span.start : node.span.end]})"
            yield finding("defaulted-field", "note", message, query.text, node.span, mend)


def severity_floor(query: Query) -> Iterator[Finding]:
    """Find ``severity>=X``, which leaves out every entry that was written without a severity."""
    message = "entries without severity (DEFAULT), such as plain lines on stdout and stderr, are left out"
    beside = _beside(query, Or)
    default = Comparison(Field(("severity",)), "=", Literal("DEFAULT"))
    for node, path in _comparisons(query):
        number = to_severity(node.value.text) if isinstance(node.value, Literal) else None
        floor = path.kind is Kind.SEVERITY and node.operator in (">", ">=") and number
        if floor and default not in beside.get(id(node), ()):
            mend = f"({query.text[node.span.start : node.span.end]} OR severity=DEFAULT)"
            yield finding("severity-floor", "note", message, query.text, node.span, mend)


def text_payload_only(query: Query) -> Iterator[Finding]:
    """Find filters that look for text in textPayload alone: what a service logs as JSON is in jsonPayload."""
    named = [field.parts[0] for field in fields(query.root)]
    everywhere = any(
        isinstance(node, Anywhere) or (isinstance(node, Call) and node.name == "search")
        for node in walk(query.root)
    )
    if everywhere or "jsonPayload" in named or "protoPayload" in named:
        return
    for node, path in _comparisons(query):
        if path.keys == ("textPayload",) and node.operator in (":", "=", "=~"):
            text = query.text[node.span.start : node.span.end]
            other = f"jsonPayload.message{query.text[node.left.span.end : node.span.end]}"
            message = (
                "a service that logs JSON has its text in jsonPayload.message, which textPayload does not see"
            )
            yield finding(
                "text-payload-only", "warning", message, query.text, node.span, f"({text} OR {other})"
            )


def no_time_bound(query: Query) -> Iterator[Finding]:
    """Find filters that no time bounds: clients then add their own window or search everything."""
    if not _bounded(query.root):
        message = (
            "no time bound: gcloud and the client libraries then take the last day, the API everything that is "
            'kept; add timestamp>="..." and timestamp<"..."'
        )
        end = len(query.text)
        yield finding("no-time-bound", "warning", message, query.text, Span(end, end))


def _bounded(node: Node | None) -> bool:
    match node:
        case And():
            return any(_bounded(part) for part in node.parts)
        case Or():
            return all(_bounded(part) for part in node.parts)
        case Comparison(left=Field(parts=("timestamp" | "receiveTimestamp",))):
            return node.operator in _FLOORS
        case _:
            return False


def _comparisons(query: Query) -> Iterator[tuple[Comparison, Path]]:
    for node in walk(query.root):
        if isinstance(node, Comparison) and isinstance(node.left, Field):
            yield node, bind(node.left, query.text)


def _beside(query: Query, kind: type[And] | type[Or]) -> dict[int, tuple[Node, ...]]:
    """Return for every part of an And or an Or, by its id, all the parts of it."""
    joints = (node for node in walk(query.root) if isinstance(node, kind))
    return {id(part): joint.parts for joint in joints for part in joint.parts}


def _literals(value: Node) -> Iterator[Literal]:
    return (node for node in walk(value) if isinstance(node, Literal))


def _many(value: Node) -> bool:
    return isinstance(value, Or | And | Not)
