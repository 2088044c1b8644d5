"""What was made of texts before, in bounded memory: the lines of a crash loop repeat."""

from collections.abc import Callable
from functools import lru_cache
from typing import TypeVar, TypeVarTuple

#: Texts of at most so many characters are short; so many short texts are remembered, and so many longer ones.
_SHORT, _SHORT_TEXTS, _LONG_TEXTS = 1024, 2048, 128
#: Longer texts are not remembered.
_LONGEST = 16 << 10

Others = TypeVarTuple("Others")
Result = TypeVar("Result")


def remember_texts(function: Callable[[str, *Others], Result]) -> Callable[[str, *Others], Result]:
    """Return a function that remembers its results by text and further arguments, for at most 4 MiB of ASCII.

    The function must depend on nothing but its arguments.
    """
    short = lru_cache(_SHORT_TEXTS)(function)
    long = lru_cache(_LONG_TEXTS)(function)

    def remembered(text: str, *others: *Others) -> Result:
        length = len(text)
        if length <= _SHORT:
            return short(text, *others)
        return (long if length <= _LONGEST else function)(text, *others)

    return remembered
