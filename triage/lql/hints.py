"""Hints for syntax errors: the most common mistake at such a position."""

import re
from collections.abc import Iterable

from triage.lql.resources import WORKLOAD_LABELS

_HASH_LINE = re.compile(r"^[ \t]*#", re.MULTILINE)
_IN_LIST = re.compile(r"\(\s*[^()]*$")
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"|--[^\n]*', re.DOTALL)
_TIME_BEFORE = re.compile(r"\d{4}-\d\d-\d\d[Tt ]?\s*\d{0,2}(?::\d\d)*$", re.ASCII)
_WORD_BEFORE = re.compile(r'[^\s"()<>=,]*$')
_WORD_AFTER = re.compile(r'[^\s"()<>]*')
_KEYWORD_BEFORE = re.compile(r"\b(?:AND|OR|NOT)\s*$")
_CONTEXT = 60
_OPERATORS = (
    ("==", "equality is written with one ="),
    ("<>", "unequal is written !="),
    ("=<", "at most is written <="),
    ("=>", "at least is written >="),
    ("!:", "write NOT field:value"),
    ("~=", "a regular expression match is written =~"),
    ("~", "a regular expression match is written =~, its contrary !~"),
)

#: Functions of other languages, such as Cloud Monitoring's filters and SQL.
_NO_FUNCTIONS = {
    "starts_with": 'field=~"^text"',
    "startswith": 'field=~"^text"',
    "ends_with": 'field=~"text$"',
    "endswith": 'field=~"text$"',
    "has_substring": 'field:"text"',
    "contains": 'field:"text"',
    "one_of": 'field=("a" OR "b")',
    "in": 'field=("a" OR "b")',
    "not_in": 'NOT field=("a" OR "b")',
    "regexp_contains": 'field=~"pattern"',
    "lower": "the field alone: = and : ignore case",
    "upper": "the field alone: = and : ignore case",
    "now": "the time itself; gcloud takes --freshness=1h beside the filter",
    "timestamp_sub": "the time itself; gcloud takes --freshness=1h beside the filter",
    "exists": "field:*",
}
#: What people write in place of a field of LogEntry.
_MEANT = {
    **dict.fromkeys(("message", "msg", "text", "body"), "textPayload, or jsonPayload.message"),
    **dict.fromkeys(("level", "loglevel", "severitytext"), "severity, or jsonPayload.level"),
    **dict.fromkeys(("payload", "json", "data"), "jsonPayload"),
    **dict.fromkeys(("http", "request"), "httpRequest"),
    **dict.fromkeys(("time", "date", "ts"), "timestamp"),
    "traceid": "trace",
    "log": "logName",
}
#: Labels that resources have: those of Cloud Run workloads and others.
_RESOURCE_LABELS = frozenset(
    {label for labels in WORKLOAD_LABELS.values() for label in labels}
    | {"cluster_name", "namespace_name", "pod_name", "container_name", "instance_id", "zone", "module_id"}
    | {"version_id", "database_id", "bucket_name", "job_id"}
)


def syntax_hint(text: str, offset: int) -> str:
    """Return one sentence on how to fix the token at ``offset``."""
    before, after = text[:offset], text[offset:]
    return (
        _open_quote_hint(text, offset)
        or _space_hint(after)
        or comment_hint(before)
        or _operator_hint(before, after)
        or _time_hint(before, after)
        or _single_quote_hint(before, after)
        or _parenthesis_hint(text, after)
        or _boolean_hint(before, after)
        or _quoting_hint(before, after)
    )


def _open_quote_hint(text: str, offset: int) -> str:
    if text.startswith('"', offset) or _QUOTED.sub("", text[:offset]).count('"'):
        return 'a quotation mark is not closed; a quotation mark inside a string is written \\"'
    return ""


def _space_hint(after: str) -> str:
    if after[:1].isspace():
        return "this blank is not an ordinary one, as in text copied from a page; write a space"
    return ""


def comment_hint(before: str) -> str:
    """Return the hint for text in which a line begins with a hash sign, "" if none does."""
    if _HASH_LINE.search(_QUOTED.sub(_blank, before)):
        return "a comment begins with --, not with #"
    return ""


def _blank(found: re.Match[str]) -> str:
    """Return a string or comment without its text."""
    return '"' * len(found[0])


def _operator_hint(before: str, after: str) -> str:
    here = before[-1:] + after[:1]
    return next((hint for slip, hint in _OPERATORS if slip in (here, after[:2], after[:1])), "")


def _time_hint(before: str, after: str) -> str:
    if after.startswith(":") and _TIME_BEFORE.search(before[-_CONTEXT:]):
        return (
            "put the time in double quotes; Windows PowerShell 5.1 takes the inner double quotes of an "
            "argument away, "
            'write them as \\" there'
        )
    return ""


def _single_quote_hint(before: str, after: str) -> str:
    if "'" in before[-_CONTEXT:] and "'" in after:
        return "write strings in double quotes"
    return ""


def _parenthesis_hint(text: str, after: str) -> str:
    bare = _QUOTED.sub("", text)
    if after.startswith(")") and bare.count(")") > bare.count("("):
        return "this closing parenthesis has no opening one"
    if not after and bare.count("(") > bare.count(")"):
        return "a parenthesis is not closed"
    return ""


def _boolean_hint(before: str, after: str) -> str:
    if after.startswith(("AND", "OR")) or _KEYWORD_BEFORE.search(before[-_CONTEXT:]):
        return "AND and OR stand between two comparisons, NOT in front of one"
    return ""


def _quoting_hint(before: str, after: str) -> str:
    """Return the hint to quote text: the most common mistake of all."""
    if not after:
        return "the filter ends where a value or a comparison should follow"
    if after.startswith("*"):
        return 'a star stands in field:* only; for a part of a text write field:"part"'
    if after.startswith(",") and _IN_LIST.search(before):
        return "values in parentheses are joined by OR: field=(A OR B)"
    if after.startswith(",") or (before[-1:].strip() and after[:1] in ":=~<>!."):
        word = (_WORD_BEFORE.search(before[-_CONTEXT:]) or [""])[0] + (_WORD_AFTER.match(after) or [""])[0]
        return f'put text with special characters in double quotes: "{word}"'
    return "put text with special characters (~ = ( ) : > < , . *) or a sign in front in double quotes"


def function_hint(name: str, known: Iterable[str]) -> str:
    """Return one sentence on what is written in place of a function that there is not."""
    meant = _NO_FUNCTIONS.get(name.lower())
    if meant:
        return f"write {meant}"
    return f"there are {', '.join(known)}; write a space between a search term and a parenthesis"


def field_hint(name: str, parent: str, known: list[str]) -> str:
    """Return one sentence on the field that is meant by an unknown one.

    name: the part of the path that is not known.
    parent: the path before it, "" at the beginning.
    known: the fields that are there.
    """
    from difflib import get_close_matches

    if not parent and name.lower() in _RESOURCE_LABELS:
        return f"it is a label of the resource: resource.labels.{name.lower()}"
    if name.lower() in ("seconds", "nanos") and parent.lower().endswith("latency"):
        return f'a duration is compared as a whole: {parent}>"1.5s"'
    if not parent and name.lower() == "metric":
        return "it is a field of the filters of Cloud Monitoring, another language"
    meant = "" if parent else _MEANT.get(name.lower().replace("_", ""), "")
    if not meant:
        close = get_close_matches(name.lower(), [one.lower() for one in known], n=1, cutoff=0.75)
        inside = [one for one in known if len(name) > 2 and one.lower().endswith(name.lower())]
        spelled = [one for one in known if one.lower() in close] or (inside if len(inside) == 1 else [])
        meant = f"{parent}.{spelled[0]}".lstrip(".") if spelled else ""
    if meant:
        return f"write {meant}"
    if parent:
        return f"{parent} has no field {name!r}"
    return "a field name begins with a field of LogEntry, such as textPayload, jsonPayload.KEY or labels.KEY"
