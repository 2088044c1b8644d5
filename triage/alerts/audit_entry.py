"""Rules that read audit entries, which the decoder writes as one line: METHOD RESOURCE: STATUS."""

import re

from triage.models import Rule

#: Where an audit entry says how the call ended.
STATUS = "protoPayload.status.message"
#: The line of an audit entry: its method, its resource and how the call ended.
AUDIT_LINE = re.compile(r"(/?(?:\w+\.)+[\w/]+) ([\w.-]+/\S+): (.+)", re.DOTALL)


def reads_audit_entries(rule: Rule) -> bool:
    """Return whether a sample of a rule is the line of an audit entry."""
    return any(map(AUDIT_LINE.match, rule.hits))


def reads_only_audit_entries(rule: Rule) -> bool:
    """Return whether each sample of a rule is the line of an audit entry."""
    return all(map(AUDIT_LINE.match, rule.hits))


def reads_status_alone(rule: Rule) -> bool:
    """Return whether a rule of audit entries matches by how the call ended alone."""
    pattern = re.compile(rule.pattern, re.ASCII)
    return all(pattern.search(f": {found[3]}") for found in map(AUDIT_LINE.match, rule.hits) if found)
