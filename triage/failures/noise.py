"""How often each statement that may explain a failure was said.

What is said as often without a failure is noise.
"""

from collections import Counter
from collections.abc import Iterable

from triage.failures.statements import Statement

#: Messages that are counted.
_TEMPLATES = 4000


def count_said(said: Counter[tuple[str, str]], statements: Iterable[Statement]) -> None:
    """Count the statements that may explain a failure by service and template, in bounded memory."""
    for meaning, count in Counter([statement.meaning for statement in statements]).items():
        if meaning.may_explain and (meaning.name in said or len(said) < _TEMPLATES):
            said[meaning.name] += count
