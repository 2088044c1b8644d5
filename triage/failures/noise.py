"""How often each complaint was said: what is said as often without a failure is noise."""

from collections import Counter
from collections.abc import Iterable

from triage.failures.statements import Statement

#: Messages that are counted.
_TEMPLATES = 4000
_COMPLAINT = 2


def count_said(said: Counter[tuple[str, str]], statements: Iterable[Statement]) -> None:
    """Count complaints by service and template, in bounded memory."""
    for statement in statements:
        if statement.strength >= _COMPLAINT:
            key = (statement.first.service, statement.template)
            if key in said or len(said) < _TEMPLATES:
                said[key] += 1
