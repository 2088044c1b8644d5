r"""Write the pattern of a rule in RE2 syntax, for a message with what its logger put around it.

A rule is tried on the subject of a message: its first line without the logger's prefix and leading marks. A
filter sees the whole field. So a beginning (``^``) becomes what may stand before it, an end (``$``) the end
of the line, and what could read a line break does not, unless the rule reads whole messages.

Source: https://github.com/google/re2/wiki/Syntax.
"""

import re
from collections.abc import Iterator
from functools import cache
from re import _constants as sre
from re import _parser as sre_parser
from typing import Any, NamedTuple

_SPECIAL = frozenset("\\.+*?()|[]{}^$")
_SPECIAL_IN_SET = frozenset("\\]^-[")
_CONTROL = {"\n": r"\n", "\t": r"\t", "\r": r"\r", "\f": r"\f", "\v": r"\v"}
_CATEGORIES = {
    sre.CATEGORY_DIGIT: r"\d",
    sre.CATEGORY_NOT_DIGIT: r"\D",
    sre.CATEGORY_SPACE: r"\s",
    sre.CATEGORY_NOT_SPACE: r"\S",
    sre.CATEGORY_WORD: r"\w",
    sre.CATEGORY_NOT_WORD: r"\W",
}
#: White space without the line break.
_BLANKS = r" \t\r\f\v"
#: The end of a line: behind it only white space and terminal codes may stand, which the decoder removes.
_LINE_END = rf"(?:[{_BLANKS}]|\x1b\[[\d;]{{0,12}}m)*$"


class Anchors(NamedTuple):
    """What the anchors of a pattern become.

    Attributes:
        begin: what ``^`` becomes.
        in_lines: whether the pattern reads single lines; else it reads whole messages.
        behind_colon: whether a colon and a space precede the text, and are not part of it.

    """

    begin: str
    in_lines: bool = True
    behind_colon: bool = False


def begins_with_anchor(pattern: str) -> bool:
    """Return whether every match of a valid pattern begins where the subject does."""
    tree = _parse(pattern)
    return bool(tree) and tree[0] == (sre.AT, sre.AT_BEGINNING)


@cache
def to_re2(pattern: str, anchors: Anchors, *, keep_group: str = "") -> str:
    """Return a valid pattern of a rule in RE2 syntax, without its groups.

    The result is to be read with the flag ``m``.

    keep_group: name of the only group to keep.
    """
    tree = _parse(pattern)
    writer, flags = _Writer(tree, anchors, keep_group), tree.state.flags
    if anchors.behind_colon and tree and _reads_space(*tree[0]):
        return f"(?:{anchors.begin}|{writer.write(tree[:1], flags)}){writer.write(tree[1:], flags)}"
    return writer.write(tree, flags)


def _reads_space(operator: Any, argument: Any) -> bool:
    """Return whether an item is a set of characters with the space."""
    return operator is sre.IN and argument[0][0] is not sre.NEGATE and (sre.LITERAL, ord(" ")) in argument


def parts_between_spaces(pattern: str) -> list[str] | None:
    """Return the parts of an anchored pattern between its spaces in RE2 syntax, without anchors.

    None if a space may stand elsewhere.
    """
    tree = _parse(pattern)
    writer = _Writer(tree, Anchors(""), "")
    parts: list[list[Any]] = [[]]
    for item in tree:
        if item == (sre.LITERAL, ord(" ")):
            parts.append([])
        elif item[0] is not sre.AT:
            parts[-1].append(item)
    texts = [writer.write(part, tree.state.flags) for part in parts]
    return None if any(" " in text for text in texts) else texts


def contains_always(pattern: str, literal: str) -> bool:
    """Return whether every match of a valid pattern contains a text."""
    tree = _parse(pattern)
    return any(literal in run for run in _literal_runs(tree, tree.state.flags))


def escape(text: str) -> str:
    """Return the pattern that matches a text."""
    return "".join(map(_escape_literal, text))


@cache
def _parse(pattern: str) -> Any:
    return sre_parser.parse(pattern, re.ASCII)


def _literal_runs(tree: Any, flags: int) -> Iterator[str]:
    """Yield the texts that every match contains."""
    if flags & re.IGNORECASE:
        return
    run = ""
    for operator, argument in tree:
        if operator is sre.LITERAL:
            run += chr(argument)
            continue
        if operator is sre.SUBPATTERN and not argument[1] and _is_literal(argument[3]):
            run += "".join(chr(code) for _, code in argument[3])
            continue
        yield run
        run = ""
        if operator is sre.SUBPATTERN and not argument[1]:
            yield from _literal_runs(argument[3], flags)
    yield run


def _is_literal(tree: Any) -> bool:
    return all(operator is sre.LITERAL for operator, _ in tree)


def _escape_literal(char: str, special: frozenset[str] = _SPECIAL) -> str:
    if char in _CONTROL:
        return _CONTROL[char]
    if char in special:
        return f"\\{char}"
    return char if char.isprintable() else f"\\x{{{ord(char):x}}}"


class _Writer:
    """Writes a parsed pattern."""

    def __init__(self, tree: Any, anchors: Anchors, keep_group: str) -> None:
        self._anchors = anchors
        self._kept = tree.state.groupdict.get(keep_group)

    def write(self, tree: Any, flags: int) -> str:
        return "".join(self._item(operator, argument, flags) for operator, argument in tree)

    def _item(self, operator: Any, argument: Any, flags: int) -> str:
        match operator:
            case sre.LITERAL:
                text = _ignoring_case(_escape_literal(chr(argument)), flags)
            case sre.NOT_LITERAL:
                text = self._set([(sre.NEGATE, None), (sre.LITERAL, argument)], flags)
            case sre.IN:
                text = self._set(argument, flags)
            case sre.ANY:
                text = "(?s:.)" if flags & re.DOTALL and not self._anchors.in_lines else "."
            case sre.AT:
                text = self._anchor(argument, flags)
            case sre.BRANCH:
                text = f"(?:{'|'.join(self.write(branch, flags) for branch in argument[1])})"
            case sre.MAX_REPEAT | sre.MIN_REPEAT:
                text = self._repeat(argument, flags, lazy=operator is sre.MIN_REPEAT)
            case sre.SUBPATTERN:
                number, added, removed, body = argument
                text = self.write(body, (flags | added) & ~removed)
                text = f"({text})" if number is not None and number == self._kept else text
            case _:
                raise ValueError(f"RE2 has no {operator}")
        return text

    def _anchor(self, kind: Any, flags: int) -> str:
        in_lines = self._anchors.in_lines
        match kind:
            case sre.AT_BOUNDARY:
                text = r"\b"
            case sre.AT_NON_BOUNDARY:
                text = r"\B"
            case sre.AT_END_STRING:
                text = r"\z"
            case sre.AT_END if in_lines:
                text = _LINE_END
            case sre.AT_END:
                text = "$" if flags & re.MULTILINE else r"\n?\z"
            case sre.AT_BEGINNING if flags & re.MULTILINE and not in_lines:
                text = f"(?:^|{self._anchors.begin})"
            case _:
                text = self._anchors.begin
        return text

    def _set(self, items: Any, flags: int) -> str:
        if len(items) == 1 and items[0][0] is sre.CATEGORY:
            return self._category(items[0][1])
        negated = items[0][0] is sre.NEGATE
        written = "".join(self._set_item(item, negated=negated) for item in items[negated:])
        if negated and self._anchors.in_lines and r"\n" not in written and r"\s" not in written:
            written += r"\n"
        return _ignoring_case(f"[{'^' if negated else ''}{written}]", flags)

    def _category(self, category: Any) -> str:
        """Return a class that stands alone."""
        name = _CATEGORIES[category]
        if not self._anchors.in_lines or name in (r"\d", r"\w", r"\S"):
            return name
        return f"[{_BLANKS}]" if name == r"\s" else rf"[^{name.lower()}\n]"

    def _set_item(self, item: Any, *, negated: bool) -> str:
        operator, argument = item
        if operator is sre.LITERAL:
            return _escape_literal(chr(argument), _SPECIAL_IN_SET)
        if operator is sre.RANGE:
            low, high = (_escape_literal(chr(code), _SPECIAL_IN_SET) for code in argument)
            return f"{low}-{high}"
        name = _CATEGORIES[argument]
        return _BLANKS if name == r"\s" and self._anchors.in_lines and not negated else name

    def _repeat(self, argument: Any, flags: int, *, lazy: bool) -> str:
        low, high, body = argument
        text = self.write(body, flags)
        if len(body) != 1 or body[0][0] in (sre.SUBPATTERN, sre.MAX_REPEAT, sre.MIN_REPEAT, sre.AT):
            text = f"(?:{text})"
        if (low, high) == (0, 1):
            count = "?"
        elif high is sre.MAXREPEAT and low < 2:
            count = "+" if low else "*"
        elif low == high:
            count = f"{{{low}}}"
        else:
            count = f"{{{low},{'' if high is sre.MAXREPEAT else high}}}"
        return text + count + "?" * lazy


def _ignoring_case(text: str, flags: int) -> str:
    return f"(?i:{text})" if flags & re.IGNORECASE and text.lower() != text.upper() else text
