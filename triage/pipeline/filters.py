"""The Logging query language for the doors."""

from typing import TYPE_CHECKING

from triage.entries import api_form
from triage.models import Entry, Finding

if TYPE_CHECKING:
    from triage.lql import Explanation


def lint_filter(text: str) -> list[Finding]:
    """Return what is probably not meant in a Logging filter, each with its place and its mend.

    Raises:
        UsageError: the text is no Logging filter; the message has line and column.

    """
    from triage.lql import lint

    return lint(text)


def fix_filter(text: str) -> str:
    """Return the Logging filter with every error that ``lint_filter`` finds mended, where the mend is known.

    Raises:
        UsageError: the text is no Logging filter.

    """
    from triage.lql import fix

    return fix(text)


def explain_filter(text: str, entry: Entry | None = None) -> "Explanation":
    """Return a Logging filter in words; with an entry, which part of it held and what the entry has there.

    Raises:
        UsageError: the text is no Logging filter, or one that an entry cannot be held against offline.

    """
    from triage.lql import explain, parse

    return explain(parse(text), None if entry is None else api_form(entry))
