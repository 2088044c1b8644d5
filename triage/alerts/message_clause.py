"""The clause of a filter for rules that read what an application or the platform wrote as a message."""

import re
from collections.abc import Sequence

from triage.alerts.audit_entry import reads_audit_entries
from triage.alerts.conditions import all_of, any_of
from triage.alerts.line_start import MARKS, PREFIX, START, prefix_of_logger
from triage.alerts.re2_pattern import Anchors, begins_with_anchor, contains_always, escape, to_re2
from triage.models import Rule
from triage.models.layouts import MESSAGE_KEYS
from triage.text import quote

#: Where the decoder looks for the logger of a structured payload, in this order.
_LOGGERS = ("jsonPayload.labels.module", "jsonPayload.context.name", "jsonPayload.logger", "jsonPayload.name")
#: Logs that Cloud Run writes itself, as plain text.
_PLATFORM_LOGS = ("run.googleapis.com/varlog/system", "run.googleapis.com//var/log/system")

#: An outcome word at the beginning of a pattern; marks may follow it in a line.
_OUTCOME = re.compile(r"^(?:\(\?:)?(?:PASS|FAIL|WARNING):(?: |\[ \\t\\r\\f\\v\][+*])")


def is_of_platform(rule: Rule) -> bool:
    """Return whether the lines of a rule are in a log that the platform writes, as plain text."""
    return bool(rule.log) and any(rule.log in log for log in _PLATFORM_LOGS)


def message_clause(rules: Sequence[Rule], *, every_line: bool, keys: Sequence[str] = MESSAGE_KEYS) -> str:
    """Return the clause for the lines of rules that have log and logger in common.

    every_line: whether the line may be any line of the message, as in a stack trace; else it is the first.
    keys: keys of a structured payload that may hold the message.
    """
    fields = ["textPayload"]
    if not is_of_platform(rules[0]):
        fields += [f"jsonPayload.{key}" for key in keys]
    parts = []
    for number, field in enumerate(fields):
        conditions = [field_condition(rules, field, every_line=every_line)]
        # The message of a structured payload is in the first of these keys that it has.
        conditions += [f"NOT {earlier}:*" for earlier in fields[1:number]]
        if rules[0].logger:
            conditions.append(_logger_clause(rules[0].logger, field))
        parts.append(all_of(conditions))
    return any_of(parts)


def field_condition(rules: Sequence[Rule], field: str, *, every_line: bool) -> str:
    """Return the condition that a field holds a line of one of the rules."""
    plain = [rule for rule in rules if contains_always(rule.pattern, rule.literal)]
    wanted = [[pattern_of(plain, every_line=every_line)]] if plain else []
    wanted += [
        [pattern_of([rule], every_line=every_line), escape(rule.literal)]
        for rule in rules
        if rule not in plain
    ]
    return any_of([all_of([f"{field}=~{quote(pattern)}" for pattern in both]) for both in wanted])


def pattern_of(rules: Sequence[Rule], *, every_line: bool, keep_group: str = "") -> str:
    """Return one pattern in RE2 syntax for the lines of rules."""
    begin = "^" if every_line else r"\A"
    # Google's services write neither prefixes nor marks.
    audited = all(map(reads_audit_entries, rules))
    bare = audited or all(map(is_of_platform, rules))
    starts = (begin if bare else begin + START, r"\A" if bare else rf"\A{PREFIX}")
    parts = []
    for in_lines, start in zip((True, False), starts, strict=True):
        chosen = [rule.pattern for rule in rules if rule.multiline is not in_lines]
        anchored = [pattern for pattern in chosen if begins_with_anchor(pattern)]
        behind = [to_re2(text, Anchors("", in_lines), keep_group=keep_group) for text in anchored]
        if in_lines and not bare:
            behind = [_OUTCOME.sub(lambda found: found[0] + MARKS, text) for text in behind]
        within = [
            to_re2(text, Anchors(start, in_lines, behind_colon=audited), keep_group=keep_group)
            for text in chosen
            if text not in anchored
        ]
        if behind:
            parts.append(f"{start}{_alternatives(behind)}")
        if within and in_lines and not every_line:
            parts.append(rf"\A.*{_alternatives(within)}")
        else:
            parts += within
    return f"(?m){'|'.join(parts)}"


def _alternatives(patterns: Sequence[str]) -> str:
    return f"(?:{'|'.join(patterns)})"


def _logger_clause(names: str, field: str) -> str:
    """Return the condition that the logger is one of these, as far as the entry names it.

    The library of Cloud Logging names the standard library's loggers "logging".
    """
    names = "|".join(map(escape, names.split("|")))
    other, own = quote(prefix_of_logger("")), quote(prefix_of_logger(names))
    clause = f"(NOT {field}=~{other} OR {field}=~{own})"
    if field == "textPayload":
        return clause
    admitted = quote(rf"{names}|\Alogging\z")
    for logger in reversed(_LOGGERS):
        clause = f"({logger}=~{admitted} OR (NOT {logger}:* AND {clause}))"
    return clause
