"""Whether a pattern can take exponentially long in an engine that backtracks, such as Python's.

A backtracking engine tries every way in which a pattern can match a text. The number of ways grows
exponentially with the text exactly where a repeated group can read one text in two ways and come back to the
same position. The group is translated to a Glushkov automaton whose transitions are counted, and two copies
of it read the same text side by side: where they can part and meet again, the group is ambiguous.

Source: Weideman et al., "Analyzing Matching Time Behavior of Backtracking Regular Expression Matchers by
Using Ambiguity of NFA" (2016); the ambiguity criterion is that of Weber and Seidl (1991).
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import product
from re import _compiler as sre_compiler  # type: ignore[attr-defined]
from re import _constants as sre
from re import _parser as sre_parser
from typing import Any, NamedTuple

#: A repeat of a group beyond this number counts as endless: the number of ways grows with its power.
_FEW = 3
#: Characters that stand for all others in comparisons: ASCII, and one that no pattern names.
_PLAIN = [*map(chr, range(128)), "\U0010fffe"]
#: Characters that a group may read: larger groups are not repeated by a pattern that people write.
_MAX_POSITIONS = 400

#: Characters as bits.
_Characters = int


class _Part(NamedTuple):
    """A part of a pattern as Glushkov's construction sees it.

    first, last: positions that can read its first and its last character, with the number of ways.
    empty: number of ways to read nothing.
    """

    first: Counter[int]
    last: Counter[int]
    empty: int


def has_exponential_repeat(pattern: str) -> bool:
    """Return whether a repeated group of a valid pattern can read one text in exponentially many ways."""
    tree = sre_parser.parse(pattern, re.ASCII)
    alphabet = [*_PLAIN, *sorted({letter for letter in pattern if not letter.isascii()})]
    return any(_is_ambiguous(group, flags, alphabet) for group, flags in _repeats(tree, tree.state.flags))


def _repeats(tree: Any, flags: int) -> Iterator[tuple[Any, int]]:
    """Yield each outermost repeat of more than one character, with the flags that hold in it."""
    for operator, argument in tree:
        if operator in (sre.MAX_REPEAT, sre.MIN_REPEAT):
            _, most, body = argument
            if most > _FEW and not _is_single(body):
                yield (operator, argument), flags
            else:
                yield from _repeats(body, flags)
        elif operator is sre.SUBPATTERN:
            _, added, removed, body = argument
            yield from _repeats(body, (flags | added) & ~removed)
        elif operator is sre.BRANCH:
            for branch in argument[1]:
                yield from _repeats(branch, flags)


def _is_single(body: Sequence[Any]) -> bool:
    """Return whether a body reads exactly one character."""
    return len(body) == 1 and body[0][0] in (sre.LITERAL, sre.NOT_LITERAL, sre.ANY, sre.IN)


def _is_ambiguous(group: Any, flags: int, alphabet: list[str]) -> bool:
    automaton = _Automaton(alphabet)
    automaton.add_all([group], flags)
    return len(automaton.reads) > _MAX_POSITIONS or automaton.is_exponential()


class _Automaton:
    """Positions of a pattern, what each reads, and how many ways lead from one to the next."""

    def __init__(self, alphabet: list[str]) -> None:
        self._alphabet = alphabet
        self.reads: list[_Characters] = []
        self.repeats_nothing = False
        self._next: list[Counter[int]] = []

    def connect(self, last: Counter[int], first: Counter[int], ways: int = 1) -> None:
        """Let the positions of ``first`` follow those of ``last``."""
        for position, before in last.items():
            for following, after in first.items():
                # Two ways are as bad as many.
                found = self._next[position][following] + before * after * ways
                self._next[position][following] = min(2, found)

    def add_all(self, items: Any, flags: int) -> _Part:
        """Add parts that follow each other."""
        whole = _Part(Counter(), Counter(), 1)
        for operator, argument in items:
            part = self._add(operator, argument, flags)
            self.connect(whole.last, part.first)
            whole = _Part(
                whole.first + _times(part.first, whole.empty),
                part.last + _times(whole.last, part.empty),
                min(2, whole.empty * part.empty),
            )
        return whole

    def _add(self, operator: Any, argument: Any, flags: int) -> _Part:
        if operator is sre.SUBPATTERN:
            _, added, removed, body = argument
            return self.add_all(body, (flags | added) & ~removed)
        if operator is sre.BRANCH:
            parts = [self.add_all(branch, flags) for branch in argument[1]]
            first: Counter[int] = sum((part.first for part in parts), Counter())
            last: Counter[int] = sum((part.last for part in parts), Counter())
            return _Part(first, last, min(2, sum(part.empty for part in parts)))
        if operator in (sre.MAX_REPEAT, sre.MIN_REPEAT):
            return self._add_repeat(argument, flags)
        if operator in (sre.LITERAL, sre.NOT_LITERAL, sre.ANY, sre.IN):
            self.reads.append(self._characters(operator, argument, flags))
            self._next.append(Counter())
            position = Counter([len(self.reads) - 1])
            return _Part(position, position, 0)
        return _Part(Counter(), Counter(), 1)  # an anchor reads nothing

    def _add_repeat(self, argument: Any, flags: int) -> _Part:
        least, most, body = argument
        if 1 < most <= _FEW and not _is_single(body):
            maybe = [(sre.MAX_REPEAT, (0, 1, body))]
            return self.add_all([*body, *body, *body][: least * len(body)] + maybe * (most - least), flags)
        part = self.add_all(body, flags)
        if most > 1:
            self.connect(part.last, part.first)
        # Each of the required occurrences may be the one that reads nothing.
        self.repeats_nothing |= bool(part.empty) and least > _FEW
        return self._maybe(part, least)

    @staticmethod
    def _maybe(part: _Part, least: int) -> _Part:
        """Return a part that may be missing where it needs no occurrence."""
        return part if least else part._replace(empty=1)

    def _characters(self, operator: Any, argument: Any, flags: int) -> _Characters:
        """Return the characters that one item reads."""
        return _characters_of(operator, _hashable(argument), flags, tuple(self._alphabet))

    def is_exponential(self) -> bool:
        """Return whether two different ways lead from a position back to it over one text.

        Two copies start at one position. Where they part and meet again at a position of the same cycle, both
        can go on to where they started.
        """
        reachable = self._reachable()
        within = [
            {to: ways for to, ways in following.items() if reachable[to] >> position & 1}
            for position, following in enumerate(self._next)
        ]
        if self.repeats_nothing or any(ways > 1 for following in within for ways in following.values()):
            return True
        todo = [(position, position) for position, following in enumerate(within) if following]
        seen = set(todo)
        while todo:
            one, other = todo.pop()
            for pair in product(within[one], within[other]):
                if self.reads[pair[0]] & self.reads[pair[1]] and pair not in seen:
                    seen.add(pair)
                    todo.append(pair)
                elif pair[0] == pair[1] and one != other and self.reads[pair[0]]:
                    return True
        return False

    def _reachable(self) -> list[int]:
        """Return, for each position, the positions that can come after it, as bits."""
        reachable = [sum(1 << following for following in ways) for ways in self._next]
        changed = True
        while changed:
            changed = False
            for position, bits in enumerate(reachable):
                found = bits
                for following in self._next[position]:
                    found |= reachable[following]
                if found != bits:
                    reachable[position], changed = found, True
        return reachable


def _times(ways: Counter[int], factor: int) -> Counter[int]:
    return Counter({position: min(2, count * factor) for position, count in ways.items()} if factor else {})


def _hashable(argument: Any) -> Any:
    return tuple(argument) if isinstance(argument, list) else argument


@cache
def _characters_of(operator: Any, argument: Any, flags: int, alphabet: tuple[str, ...]) -> _Characters:
    """Return the characters of an alphabet that an item reads, as bits."""
    state = sre_parser.State()
    state.flags = flags
    item = (operator, list(argument) if operator is sre.IN else argument)
    single = sre_compiler.compile(sre_parser.SubPattern(state, [item]), flags)
    return sum(1 << index for index, letter in enumerate(alphabet) if single.match(letter))
