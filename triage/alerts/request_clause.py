"""The clause of a filter for rules that read a request without text: "GET /path 503"."""

import re
from itertools import pairwise

from triage.alerts.conditions import all_of, any_of
from triage.alerts.re2_pattern import parts_between_spaces
from triage.models import Rule
from triage.text import quote

_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE")
#: Statuses that are listed one by one, at most.
_MOST_LISTED = 10


def reads_requests(rule: Rule) -> bool:
    """Return whether a rule reads the log of requests."""
    return "requests" in rule.log


def request_clause(rule: Rule) -> str | None:
    """Return the clause for the requests of a rule, None if it reads more than method, path and status.

    A request with text has that text as its message.
    """
    parts = parts_between_spaces(rule.pattern)
    if parts is None or len(parts) != 3:
        return None
    method, path, status = parts
    conditions = ["NOT textPayload:*"]
    if not all(re.fullmatch(method, name) for name in _METHODS):
        pattern = rf"\A(?:{method})\z"
        conditions.append(f"httpRequest.requestMethod=~{quote(pattern)}")
    if not re.fullmatch(path, "/"):
        pattern = rf"\A(?:\w+://[^/?#]*)?(?:{path})(?:[?#]|\z)"
        conditions.append(f"httpRequest.requestUrl=~{quote(pattern)}")
    conditions.append(_status_clause([number for number in range(100, 600) if re.match(status, str(number))]))
    return all_of(conditions)


def _status_clause(statuses: list[int]) -> str:
    if len(statuses) <= _MOST_LISTED:
        listed = " OR ".join(map(str, statuses))
        return f"httpRequest.status={listed}" if len(statuses) == 1 else f"httpRequest.status=({listed})"
    breaks = [(one, two) for one, two in pairwise(statuses) if two != one + 1]
    starts, ends = [statuses[0], *(two for _, two in breaks)], [*(one for one, _ in breaks), statuses[-1]]
    ranges = [
        f"(httpRequest.status:* AND httpRequest.status>={start} AND httpRequest.status<={end})"
        for start, end in zip(starts, ends, strict=True)
    ]
    return any_of(ranges)
