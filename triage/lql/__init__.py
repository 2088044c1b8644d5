"""The Logging query language, parsed, checked and evaluated without Cloud Logging.

>>> from triage import lql
>>> lql.evaluate(lql.parse("severity>=ERROR"), {"severity": "CRITICAL"})
True
"""

from triage.lql.errors import FilterError
from triage.lql.explaining import Explanation, explain
from triage.lql.formatting import format_query as format  # noqa: A004 (parse and format are the pair's names)
from triage.lql.linting import lint, mend
from triage.lql.matching import evaluate, matcher
from triage.lql.parsing import parse
from triage.lql.tree import Query
from triage.models import Finding

__all__ = [
    "Explanation", "FilterError", "Finding", "Query", "evaluate", "explain", "format", "lint", "matcher",
    "mend", "parse",
]  # fmt: skip
