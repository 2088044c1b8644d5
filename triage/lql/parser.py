"""Parse the text of a filter into its tree."""

import re
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

from triage.lql.errors import FilterError, syntax_error
from triage.lql.hints import syntax_hint
from triage.lql.tree import Query

if TYPE_CHECKING:
    from lark import Lark

_NESTED = re.compile(r'"(?:[^"\\]|\\.)*"|--[^\n]*|([()])', re.DOTALL)
_MAX_DEPTH = 60
_MAX_CHARACTERS = 1_000_000


def parse(text: str) -> Query:
    """Return the checked tree of a filter.

    Fields must exist and functions must be called correctly. Filters above Cloud Logging's limit of 20,000
    characters are parsed; ``lint`` reports them.

    Raises:
        FilterError: the text is not a valid filter; the message has line, column and a hint.

    """
    from lark.exceptions import UnexpectedCharacters, UnexpectedToken

    from triage.lql.compiler import compile_test
    from triage.lql.tree_builder import TreeBuilder

    _reject_oversized(text)
    try:
        found = _parser().parse(text)
    except UnexpectedToken as error:
        at_end = error.token.type == "$END"
        offset = len(text) if at_end else error.token.start_pos or 0
        token = "end of filter" if at_end else f"'{error.token}'"
        raise syntax_error(token, syntax_hint(text, offset), text=text, offset=offset) from None
    except UnexpectedCharacters as error:
        offset = error.pos_in_stream or 0
        raise syntax_error(f"'{text[offset]}'", syntax_hint(text, offset), text=text, offset=offset) from None
    query = Query(TreeBuilder(text).build(found), text)
    if query.root is not None:
        compile_test(query.root, text)
    return query


@lru_cache(maxsize=1)
def _parser() -> "Lark":
    from lark import Lark

    grammar = files("triage.lql").joinpath("grammar.lark").read_text(encoding="utf-8")
    return Lark(grammar, start="filter", parser="lalr", lexer="basic")


def _reject_oversized(text: str) -> None:
    """Reject text that would exhaust the stack or the memory."""
    if len(text) > _MAX_CHARACTERS:
        raise FilterError(
            f"the filter is too long: {len(text):,} characters",
            "Cloud Logging takes 20,000",
            text=text,
            offset=_MAX_CHARACTERS,
        )
    depth = 0
    for match in _NESTED.finditer(text):
        depth += {"(": 1, ")": -1, None: 0}[match[1]]
        if depth > _MAX_DEPTH:
            raise FilterError(
                f"the filter is nested too deeply: {depth} parentheses are open",
                f"use at most {_MAX_DEPTH}",
                text=text,
                offset=match.start(),
            )
