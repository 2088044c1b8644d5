"""Filters in Terraform files."""

import re
from collections.abc import Iterator
from typing import Any

from triage.errors import BadDataError, UsageError
from triage.lql.files.found_filter import PLACEHOLDER, FoundFilter, Letter
from triage.models import FilterPurpose

#: A node of the syntax tree, or one of its tokens.
_Node = Any
_SINKS = ("project", "folder", "organization", "billing_account")
#: The attributes of each resource that hold a filter: their path, and what the filter is for. Alert policies
#: have filters of Cloud Monitoring too, which are another language.
#: Source: https://registry.terraform.io/providers/hashicorp/google/latest/docs
_RESOURCES: dict[str, dict[tuple[str, ...], FilterPurpose]] = {
    "google_logging_metric": {("filter",): "metric"},
    "google_logging_log_view": {("filter",): "view"},
    # The Logs Explorer sets the time range of a saved query.
    "google_logging_saved_query": {("logging_query", "filter"): "explorer"},
    "google_monitoring_alert_policy": {("conditions", "condition_matched_log", "filter"): "alert"},
    **{
        f"google_logging_{level}_sink": {("filter",): "sink", ("exclusions", "filter"): "exclusion"}
        for level in _SINKS
    },
    **{f"google_logging_{level}_exclusion": {("filter",): "exclusion"} for level in _SINKS},
}
_LOCAL = re.compile(r"local\.(\w+)")
#: A local value may name another one.
_MAX_DEPTH = 10
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}


def find_in_terraform(source: str) -> Iterator[FoundFilter]:
    """Yield the filters of a Terraform file in the syntax of HCL.

    Raises:
        BadDataError: the file is not HCL; the message has its line.
        UsageError: the package that reads HCL is not installed.

    """
    try:
        import hcl2
        from lark.exceptions import LarkError
    except ImportError as error:
        raise UsageError(
            "Terraform files need the extra terraform", 'pip install "cloudrun-triage[terraform]"'
        ) from error
    try:
        tree = hcl2.parses_to_tree(source if source.endswith("\n") else f"{source}\n")
    except LarkError as error:
        line = getattr(error, "line", None) or 1
        raise BadDataError(f"{line}: it is not valid Terraform", "run terraform validate") from error
    blocks = list(_blocks(tree.children[0]))
    reader = _Reader(source, dict(pair for block in blocks for pair in _locals(block)))
    for block in blocks:
        kind, *labels = _names(block)
        if kind != "resource" or len(labels) != 2:
            continue
        for path, purpose in _RESOURCES.get(labels[0], {}).items():
            for value in _attributes(block, path):
                start, _ = _extent(value)
                yield FoundFilter(".".join(labels), purpose, reader.read(value), start)


def _blocks(body: _Node) -> Iterator[_Node]:
    """Yield the blocks of a body."""
    yield from (child for child in body.children if getattr(child, "data", "") == "block")


def _names(block: _Node) -> list[str]:
    """Return the kind of a block and its labels."""
    names = []
    for child in block.children:
        if getattr(child, "data", "") in ("identifier", "string", "keyword"):
            words = [token for token in child.scan_values(lambda _: True) if token.type != "DBLQUOTE"]
            names.append("".join(words))
    return names


def _attributes(block: _Node, path: tuple[str, ...]) -> Iterator[_Node]:
    """Yield the values of an attribute; each step of the path before it is a nested block."""
    body = next(child for child in block.children if getattr(child, "data", "") == "body")
    name, *rest = path
    if not rest:
        for child in body.children:
            if getattr(child, "data", "") == "attribute" and _names(child)[:1] == [name]:
                yield child.children[-1]
        return
    for inner in _blocks(body):
        names = _names(inner)
        if names == [name]:
            yield from _attributes(inner, tuple(rest))
        elif names == ["dynamic", name]:
            yield from _attributes(inner, ("content", *rest))


def _locals(block: _Node) -> Iterator[tuple[str, _Node]]:
    """Yield the names and the values of a block of local values."""
    if _names(block) == ["locals"]:
        body = next(child for child in block.children if getattr(child, "data", "") == "body")
        for child in body.children:
            if getattr(child, "data", "") == "attribute":
                yield _names(child)[0], child.children[-1]


def _extent(value: _Node) -> tuple[int, int]:
    """Return where an expression begins and ends in the file."""
    tokens = list(value.scan_values(lambda _: True))
    return tokens[0].start_pos or 0, tokens[-1].end_pos or 0


class _Reader:
    """Reads the texts of expressions: strings, and what joins them or names them in the same file."""

    def __init__(self, source: str, named: dict[str, _Node]) -> None:
        """Keep the text of the file and its local values."""
        self._source, self._named = source, named

    def read(self, value: _Node, depth: int = 0) -> tuple[Letter, ...] | None:
        """Return the characters of an expression, None if it is no text in its place."""
        inner = value.children[0] if len(value.children) == 1 else None
        kind = getattr(inner, "data", "")
        start, end = _extent(value)
        if kind == "string":
            return _expand(self._source, start + 1, end - 1, escapes=True)
        if kind.startswith("heredoc"):
            first, last = self._source.index("\n", start) + 1, self._source.rindex("\n", start, end - 1) + 1
            return _expand(self._source, first, last, escapes=False)
        if kind == "function_call":
            return self._read_join(inner, depth)
        found = _LOCAL.fullmatch(self._source, start, end)
        named = self._named.get(found[1]) if found and depth < _MAX_DEPTH else None
        return None if named is None else self.read(named, depth + 1)

    def _read_join(self, call: _Node, depth: int) -> tuple[Letter, ...] | None:
        """Return the characters of ``join("...", [...])``; an element that is no text is unknown."""
        arguments = [child for found in call.find_data("arguments") for child in _terms(found)]
        if _names(call) != ["join"] or len(arguments) != 2:
            return None
        between, elements = self.read(arguments[0], depth), arguments[1].children[0]
        if between is None or getattr(elements, "data", "") != "tuple":
            return None
        letters: list[Letter] = []
        for number, element in enumerate(_terms(elements)):
            unknown = (Letter(PLACEHOLDER, _extent(element)[0], known=False),)
            letters += (*(between if number else ()), *(self.read(element, depth + 1) or unknown))
        return tuple(letters)


def _terms(node: _Node) -> list[_Node]:
    """Return the expressions among the children of a node."""
    return [child for child in node.children if getattr(child, "data", "") == "expr_term"]


def _expand(source: str, start: int, end: int, *, escapes: bool) -> tuple[Letter, ...] | None:
    """Return the characters of a template, None if its text depends on a condition.

    Source: https://developer.hashicorp.com/terraform/language/expressions/strings
    """
    letters = []
    at = start
    while at < end:
        if source.startswith(("$${", "%%{"), at):
            letters += [Letter(source[at], at), Letter("{", at + 2)]
            at += 3
        elif source.startswith("%{", at):
            return None
        elif source.startswith("${", at):
            letters.append(Letter(PLACEHOLDER, at, known=False))
            at = _after_brace(source, at + 2, end)
        elif escapes and source[at] == "\\" and source[at + 1] in _ESCAPES:
            letters.append(Letter(_ESCAPES[source[at + 1]], at))
            at += 2
        else:
            letters.append(Letter(source[at], at))
            at += 1
    return tuple(letters)


def _after_brace(source: str, start: int, end: int) -> int:
    """Return the offset after the brace that closes an interpolation."""
    depth = 1
    for at in range(start, end):
        depth += {"{": 1, "}": -1}.get(source[at], 0)
        if depth == 0:
            return at + 1
    return end
