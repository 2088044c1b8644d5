"""The Logging query language of Cloud Logging: parse, lint, evaluate, explain.

Everything runs offline. A filter is text, an entry is a LogEntry as plain
data with the names of the API's JSON. docs/lql.md describes the library.

>>> from triage import lql
>>> lql.evaluate(lql.parse("severity>=ERROR"), {"severity": "CRITICAL"})
True
"""

from triage.lql.errors import FilterError
from triage.lql.evaluation import evaluate, matcher
from triage.lql.explanation import Explanation, explain
from triage.lql.fields import LOG_ENTRY
from triage.lql.formatter import format_query as format  # noqa: A004 (parse and format are the pair's names)
from triage.lql.linter import fix, lint
from triage.lql.parser import parse
from triage.lql.tree import Query
from triage.models import FilterPurpose, Finding

__all__ = [
    "LOG_ENTRY",
    "Explanation",
    "FilterError",
    "FilterPurpose",
    "Finding",
    "Query",
    "evaluate",
    "explain",
    "fix",
    "format",
    "lint",
    "matcher",
    "parse",
]  # fmt: skip
