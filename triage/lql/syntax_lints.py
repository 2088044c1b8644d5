"""Lints about syntax: wrong quotation marks, operators and parentheses.

Sources: the pages "Logging query language" and "Troubleshoot Logging query language".
"""

import re
from collections.abc import Iterator

from triage.lql.fields import LOG_ENTRY, Kind, bind_field, normalize_name
from triage.lql.findings import make_finding
from triage.lql.formatter import left_text
from triage.lql.signatures import FUNCTIONS
from triage.lql.strings import quote_string
from triage.lql.tree import And, Anywhere, Comparison, Field, Literal, Or, Query, Span, find_fields, walk
from triage.lql.value_tests import CONVERSIONS, convert_literal
from triage.lql.values import to_double
from triage.models import Finding, FindingLevel

MAX_CHARACTERS = 20_000
_WORDS = {"and": "AND", "or": "OR", "not": "NOT", "&&": "AND", "||": "OR", "!": "NOT"}
_SKIPPED = re.compile(r'"(?:[^"\\]|\\.)*"|--[^\n]*', re.DOTALL)
_SINGLE = re.compile(
    r"""(?<![^\s(:=<>~,.-])'((?:[^'"\\\n]|\\[^'"\n])*)'(?![^\s),.:=!<>~])|"(?:[^"\\]|\\.)*"|--[^\n]*""",
    re.DOTALL,
)
_CURLY = re.compile('[\u201c-\u201f]([^"\u201c-\u201f]*)[\u201c-\u201f]')
_SPECIAL = re.compile(r"\.|--")
#: Text with single dots between its parts, which is taken as it stands: names of services, file names.
_DOTTED = re.compile(r"[\w-]*\w(?:\.\w[\w-]*)+")
_INDEXED = re.compile(r"(?<=\w)\[(?:\d+|\*|)\]")
_PLAIN_PART = re.compile(r"@?\w[\w-]*")


def too_long(query: Query) -> Iterator[Finding]:
    """Find a filter above Cloud Logging's length limit; comments count."""
    length = len(query.text)
    if length > MAX_CHARACTERS:
        message = f"{length:,} characters; Cloud Logging takes {MAX_CHARACTERS:,}, comments counted"
        yield make_finding("too-long", "error", message, query.text, Span(MAX_CHARACTERS, length))


def single_quotes(query: Query) -> Iterator[Finding]:
    """Find strings in single quotes, which no page of Google describes."""
    message = "single quotes are undocumented: they are read as double quotes; write double quotes"
    for match in _SINGLE.finditer(query.text):
        if match[1] is not None:
            fix = f'"{match[1]}"'
            yield make_finding("single-quotes", "warning", message, query.text, Span(*match.span()), fix)


def curly_quotes(query: Query) -> Iterator[Finding]:
    """Find typographic quotation marks."""
    message = "this is no quotation mark of the language; strings stand in straight double quotes"
    for match in _CURLY.finditer(_blank_strings(query.text)):
        yield make_finding(
            "curly-quotes", "error", message, query.text, Span(*match.span()), quote_string(match[1])
        )


def operators(query: Query) -> Iterator[Finding]:
    """Find operators of other languages (and, or, not, &&), which are search terms."""
    for literal in _unquoted_literals(query):
        word = _WORDS.get(literal.text.lower())
        if word is not None:
            message = f"{literal.text!r} is a search term here; the operator is written {word}"
            yield make_finding("operator-case", "error", message, query.text, literal.span, word)
        elif literal.text.startswith("!") and literal.text.strip("!"):
            message = f"{literal.text!r} is a search term here; the contrary is written NOT or -"
            fix = f"NOT {literal.text.strip('!')}"
            yield make_finding("operator-case", "error", message, query.text, literal.span, fix)


def loose_or(query: Query) -> Iterator[Finding]:
    """Find ``field = "A" OR "B"``, which searches "B" in every field."""
    message = "a value behind OR without its field is looked for in every field; write field = (A OR B)"
    for node in walk(query.root):
        if isinstance(node, Or) and (value := _loose_value(node, query.text)):
            if _is_in_parentheses(value.span, query.text):
                fix = _grouped_values(node, query.text)
                yield make_finding("loose-value", "warning", message, query.text, node.span, fix)
                continue
            yield make_finding(
                "loose-or", "error", message, query.text, node.span, _grouped_values(node, query.text)
            )


def _loose_value(node: Or, text: str) -> Anywhere | None:
    """Return the first value without a field that follows a comparison and may be meant for its field."""
    for before, after in zip(node.parts, node.parts[1:], strict=False):
        if isinstance(before, Comparison) and isinstance(after, Anywhere) and _may_be_of(before, after, text):
            return after
    return None


def _may_be_of(comparison: Comparison, anywhere: Anywhere, text: str) -> bool:
    """Return whether the field of a comparison can have a value: no severity is "out of memory"."""
    kind = bind_field(comparison.left, text).kind if isinstance(comparison.left, Field) else None
    return kind is None or kind not in CONVERSIONS or convert_literal(kind, anywhere.value) is not None


def _is_in_parentheses(span: Span, text: str) -> bool:
    before = _blank_strings(text)[: span.start]
    return before.count("(") > before.count(")")


def _grouped_values(node: Or, text: str) -> str | None:
    """Return the comparison with all values in parentheses; None if not possible."""
    first, *rest = node.parts
    if not isinstance(first, Comparison) or not isinstance(first.value, Literal):
        return None
    if not all(isinstance(part, Anywhere) for part in rest):
        return None
    values = [text[part.span.start : part.span.end] for part in (first.value, *rest)]
    return f"{text[first.span.start : first.value.span.start]}({' OR '.join(values)})"


def mixed_operators(query: Query) -> Iterator[Finding]:
    """Find AND beside OR without parentheses: OR binds closer, unlike in most languages."""
    message = "OR binds closer than AND here; parentheses show what is meant"
    for node in walk(query.root):
        for part in node.parts if isinstance(node, And) else ():
            text = query.text[part.span.start : part.span.end]
            before, after = query.text[: part.span.start].split(), query.text[part.span.end :].split()
            if isinstance(part, Or) and ("AND" in (*before[-1:], *after[:1])):
                yield make_finding("mixed-operators", "note", message, query.text, part.span, f"({text})")


def spaced_function(query: Query) -> Iterator[Finding]:
    """Find ``log_id ("x")``, which is two search terms."""
    for literal in _unquoted_literals(query):
        gap = re.compile(r"\s+(?=\()").match(query.text, literal.span.end)
        if gap and literal.text.lower() in FUNCTIONS:
            message = f"{literal.text} is a search term here; the parenthesis of a function follows at once"
            span = Span(literal.span.start, gap.end())
            yield make_finding("spaced-function", "error", message, query.text, span, literal.text)


def special_characters(query: Query) -> Iterator[Finding]:
    """Find unquoted text with characters that need double quotes."""
    message = "text with special characters stands in double quotes"
    for literal in _unquoted_literals(query):
        special = _SPECIAL.search(literal.text) and to_double(literal.text) is None
        if special and not literal.text.endswith("'") and not _is_field_path(literal.text):
            level: FindingLevel = "note" if _DOTTED.fullmatch(literal.text) else "warning"
            yield make_finding(
                "unquoted-special", level, message, query.text, literal.span, quote_string(literal.text)
            )
    message = "a part of a path with special characters stands in double quotes"
    for field in find_fields(query.root):
        parts = zip(field.parts, field.quoted, strict=True)
        if not bind_field(field, query.text).below_a_label and any(
            not quoted and not _PLAIN_PART.fullmatch(part) for part, quoted in parts
        ):
            yield make_finding(
                "unquoted-special", "warning", message, query.text, field.span, left_text(field)
            )


def field_alone(query: Query) -> Iterator[Finding]:
    """Find a field without operator, which searches for its name.

    A shell leaves one of ``severity>=ERROR`` without quotes: it takes the rest for a file to write.
    """
    for node in walk(query.root):
        if not isinstance(node, Anywhere) or node.value.quoted:
            continue
        is_left = node is query.root and node.value.text in LOG_ENTRY
        if is_left or _is_field_path(node.value.text):
            fix = f"{node.value.text}:*"
            message = (
                f"{node.value.text} is a search term here; entries that have the field are found by {fix}"
            )
            if is_left:
                message += "; in a shell the whole filter stands in single quotes"
            yield make_finding("field-alone", "warning", message, query.text, node.span, fix)


def array_indices(query: Query) -> Iterator[Finding]:
    """Find paths such as ``jsonPayload.items[0].name``: members of an array have no numbers."""
    message = "members of an array have no numbers: every member is compared, and one is enough"
    for field in find_fields(query.root):
        if any(
            not quoted and _INDEXED.search(part)
            for part, quoted in zip(field.parts, field.quoted, strict=True)
        ):
            fix = _INDEXED.sub("", query.text[field.span.start : field.span.end])
            yield make_finding("array-index", "warning", message, query.text, field.span, fix)


def _is_field_path(text: str) -> bool:
    """Return whether the text reads as a path below a field of LogEntry."""
    first, dot, _ = text.partition(".")
    kind = next(
        (kind for name, kind in LOG_ENTRY.items() if normalize_name(name) == normalize_name(first)),
        Kind.STRING,
    )
    return bool(dot) and (not isinstance(kind, Kind) or kind in (Kind.JSON, Kind.PROTO, Kind.MAP))


def _unquoted_literals(query: Query) -> Iterator[Literal]:
    """Yield the search terms and values without quotation marks."""
    for node in walk(query.root):
        match node:
            case Anywhere(value=literal) | (Literal() as literal) if not literal.quoted:
                yield literal


def _blank_strings(text: str) -> str:
    """Return the text with strings and comments blanked out, offsets kept."""
    return _SKIPPED.sub(lambda match: '"' * len(match[0]), text)
