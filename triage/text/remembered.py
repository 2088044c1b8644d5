"""What was made of texts before, in bounded memory: the lines of a crash loop repeat."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar, TypeVarTuple

#: How many characters of texts are remembered, twice, and what a text counts beside its own.
_CHARACTERS, _OVERHEAD = 1 << 20, 512
#: Longer texts are not remembered.
LONGEST_REMEMBERED = 16 << 10
_NOTHING: Any = object()

Others = TypeVarTuple("Others")
Result = TypeVar("Result")


class RememberedTexts(Generic[*Others, Result]):
    """A function that remembers its results by text and further arguments, of at most 4,096 texts.

    Two sets of texts are kept. When the newer one is full it takes the place of the older one, and what is
    asked for again moves to the newer one: so texts that are not asked for are forgotten.

    compute: the function itself, for texts that are asked for once.
    """

    def __init__(self, function: Callable[[str, *Others], Result]) -> None:
        """Remember what a function returns; it must depend on nothing but its arguments."""
        self.compute = function
        self._newer: dict[tuple[str, *Others], Result] = {}
        self._older: dict[tuple[str, *Others], Result] = {}
        self._weight = 0

    def __call__(self, *key: *tuple[str, *Others]) -> Result:
        """Return the result for a text and further arguments."""
        result = self._newer.get(key, _NOTHING)
        return self._recall(key) if result is _NOTHING else result

    def learn(self, result: Result, *key: *tuple[str, *Others]) -> bool:
        """Remember a result that another process worked out; return whether none was remembered."""
        if key in self._newer:
            return False
        is_new = key not in self._older
        self._keep(result, key)
        return is_new

    def _recall(self, key: tuple[str, *Others]) -> Result:
        result: Result = self._older.get(key, _NOTHING)
        if result is _NOTHING:
            result = self.compute(*key)
        self._keep(result, key)
        return result

    def _keep(self, result: Result, key: tuple[str, *Others]) -> None:
        length = len(key[0])
        if length > LONGEST_REMEMBERED:
            return
        self._weight += _OVERHEAD + length
        if self._weight > _CHARACTERS:
            self._older, self._newer, self._weight = self._newer, {}, _OVERHEAD + length
        self._newer[key] = result


def remember_texts(function: Callable[[str, *Others], Result]) -> RememberedTexts[*Others, Result]:
    """Return a function with a memory of its results; it must depend on nothing but its arguments."""
    return RememberedTexts(function)
