"""How often each complaint, warning and reason was said.

What is said as often without a failure is noise.
"""

from collections import Counter
from collections.abc import Collection, Iterable

from triage.failures.instance import Failure
from triage.failures.statements import Statement

#: Messages that are counted.
_TEMPLATES = 4000


#: Characters by which a line that may be similar to another is recognized.
_HEAD = 8


def count_said(
    said: Counter[tuple[str, str]], statements: Iterable[Statement], heads: Collection[str] = ()
) -> None:
    """Count complaints, warnings and reasons by service and template, in bounded memory.

    heads: the beginnings of harmless lines that explain failures, of which those like them are counted too.
    """
    for meaning, count in Counter([statement.meaning for statement in statements]).items():
        is_counted = meaning.is_remarkable or bool(meaning.reason) or head_of(meaning.text) in heads
        if is_counted and (meaning.name in said or len(said) < _TEMPLATES):
            said[meaning.name] += count


def head_of(text: str) -> str:
    """Return the beginning of a text, by which lines that may be similar are found without a search."""
    return text[:_HEAD]


def harmless_heads(failures: Iterable[Failure]) -> set[str]:
    """Return the beginnings of the harmless lines that explain failures."""
    explaining = [failure.attribution.statement for failure in failures]
    return {head_of(said.text) for said in explaining if said is not None and not said.meaning.is_remarkable}
