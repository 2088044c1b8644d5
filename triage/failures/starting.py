"""What explains a start or a probe that failed where nothing complains."""

import re
from collections import Counter
from collections.abc import Sequence

from triage.failures.levels import WARNING
from triage.failures.points import FailurePoint
from triage.failures.statements import Statement
from triage.models import Recognized

#: The path that an HTTP probe requests, and the status of an error in the line of an access log.
_PROBED = re.compile(r'\bprobe failed .{1,160} path "([^"\n]{1,200})"')
_REFUSED = re.compile(r'(?:HTTP/\d(?:\.\d)?"? +|\| +|(?:GET|HEAD) /\S* )[45]\d\d\b', re.ASCII)
#: How often a server that waits says so at least.
_AGAIN = 3

#: How much a statement weighs as the cause of a point, and what the packs know of it.
Weighed = tuple[int, Statement, Recognized | None]


def find_waiting(weaker: Sequence[Weighed]) -> list[Weighed]:
    """Return what a server said again and again while it did not listen: a warning, or that it waits.

    That it waits is enough once where nothing follows.
    """
    own = [item for item in weaker if not item[1].events]
    said = [item for item in own if item[1].level >= WARNING or item[1].meaning.wording.waits]
    often = Counter(item[1].template for item in said)
    repeated = [item for item in said if often[item[1].template] >= _AGAIN]
    return repeated or [item for item in weaker[-1:] if item[1].meaning.wording.waits]


def find_probe_answers(point: FailurePoint, near: Sequence[Statement]) -> list[Weighed]:
    """Return the lines of an access log that say that the path of a probe was answered with an error."""
    probed = _PROBED.search(point.entry.message)
    if probed is None:
        return []
    asks = re.compile(rf'(?<![^\s"]){re.escape(probed[1])}(?![^\s"?])')
    return [
        (0, said, None)
        for said in near
        if said.meaning.wording.is_access and asks.search(said.text) and _REFUSED.search(said.text)
    ]
