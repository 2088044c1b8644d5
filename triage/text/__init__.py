"""Log text made safe to match and to show.

Anyone who can send a request to a service can write to its log, so log text is untrusted. It is matched by
its ``subject``, grouped by its ``message_template``, and shown through ``clean`` and ``escape_ci_commands``
(terminals), ``clean_data`` (plain data), ``clean_json`` (JSON), ``code``, ``fence``, ``cell`` and ``prose``
(Markdown), ``excerpt`` and ``shorten_names`` (little space), ``filename`` (paths) and ``quote`` (Logging
filters). ``pluralize`` and ``count_times`` write counts, ``round_number`` rates,
``format_seconds`` durations. ``remember_texts`` spares work on lines that
repeat, ``lazy_pattern`` on patterns that are never used,
``Hints`` on searches that cannot find anything. ``find_line_feeds`` finds the lines of a block,
``named_services`` addresses of Cloud Run, ``split_at_identifiers`` what messages of one kind differ in.
"""

from triage.text.counts import count_times, format_seconds, pluralize, round_number
from triage.text.excerpts import excerpt
from triage.text.hints import Hints
from triage.text.identifiers import split_at_identifiers
from triage.text.lazy_patterns import lazy_pattern
from triage.text.line_feeds import find_line_feeds
from triage.text.markdown import cell, code, fence, prose
from triage.text.messages import SUBJECT_LIMIT, quotes, subject, summary_line
from triage.text.names import short_instance, shorten_names
from triage.text.paths import path_template
from triage.text.remembered import LONGEST_REMEMBERED, remember_texts
from triage.text.safe import clean, clean_data, clean_json, escape_ci_commands, filename, quote
from triage.text.service_addresses import SERVICE_HOST, named_services
from triage.text.templates import message_template

__all__ = [
    "LONGEST_REMEMBERED",
    "SERVICE_HOST",
    "SUBJECT_LIMIT",
    "Hints",
    "cell",
    "clean",
    "clean_data",
    "clean_json",
    "code",
    "count_times",
    "escape_ci_commands",
    "excerpt",
    "fence",
    "filename",
    "find_line_feeds",
    "format_seconds",
    "lazy_pattern",
    "message_template",
    "named_services",
    "path_template",
    "pluralize",
    "prose",
    "quote",
    "quotes",
    "remember_texts",
    "round_number",
    "short_instance",
    "shorten_names",
    "split_at_identifiers",
    "subject",
    "summary_line",
]
