"""Log text made safe to match and to show.

Everyone who can send a request to a service can write its log, so a text from a log is never trusted: it is matched
by its ``subject``, grouped by its ``shape``, and shown through ``clean`` and ``inert`` (terminals), ``code``, ``fence``, ``cell`` and ``prose``
(Markdown), ``excerpt`` (where there is little room), ``filename`` (paths) and ``quote`` (Logging filters).
"""

from triage.text.excerpt import excerpt
from triage.text.markdown import cell, code, fence, prose
from triage.text.safe import clean, filename, inert, quote
from triage.text.subject import SUBJECT_LIMIT, gist, shape, subject

__all__ = [
    "SUBJECT_LIMIT",
    "cell",
    "clean",
    "code",
    "excerpt",
    "fence",
    "filename",
    "gist",
    "inert",
    "prose",
    "quote",
    "shape",
    "subject",
]
