"""Policies: who may call a service, read a secret or use a project."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from triage.changes.calls import Call
from triage.changes.deployment import change_id
from triage.changes.json_values import mapping, objects, text
from triage.changes.record_kinds import service_key
from triage.models.change import AppliedChange, Change, ChangeItem
from triage.window import format_timestamp

Bindings = Mapping[str, frozenset[str]]
_PUBLIC = ("allUsers", "allAuthenticatedUsers")
_KINDS = {"serviceAccount": "service account", "user": "user", "group": "group", "domain": "domain"}


def policy_of(call: Call) -> Bindings | None:
    """Return the members by role of the whole new policy, None where the call does not hold it."""
    policy = mapping(call.request.get("policy")) or call.response
    if "bindings" not in policy and "policy" not in call.request:
        return None
    roles: dict[str, frozenset[str]] = {}
    for binding in objects(policy.get("bindings")):
        members = binding.get("members")
        names = frozenset(map(text, members)) if isinstance(members, list) else frozenset()
        role = text(binding.get("role"))
        roles[role] = roles.get(role, frozenset()) | names
    return roles


def policy_change(call: Call, before: Bindings | None) -> AppliedChange:
    """Return the change of a policy; ``before`` is the one that the previous call set, None if unknown.

    Members are counted by kind, and never named but for the public ones.
    """
    record = call.first
    items: list[ChangeItem] = []
    removed: frozenset[str] = frozenset()
    deltas = objects(mapping(record.service_data.get("policyDelta")).get("bindingDeltas"))
    after = policy_of(call)
    known = before is not None or bool(deltas)
    if deltas:
        removed = frozenset(text(delta.get("member")) for delta in deltas if delta.get("action") == "REMOVE")
        items = [ChangeItem("iam policy", _changed(deltas, "REMOVE"), _changed(deltas, "ADD"))]
    elif after is not None and after != before:
        items = [
            ChangeItem("iam policy", None if before is None else _policy_text(before), _policy_text(after))
        ]
        removed = _members(before or {}) - _members(after)
    of_service = record.collection in ("services", "jobs", "workerpools", "functions")
    return AppliedChange(
        change=Change(
            id=change_id(call),
            at=format_timestamp(call.at),
            by=record.principal,
            method=record.method,
            service=service_key(record)[-1] if of_service else None,
            items=items,
            config_known=known,
        ),
        kind="iam policy",
        at=call.at,
        project=record.project,
        location=record.location,
        resource=record.name,
        removed_members=tuple(sorted(removed)),
    )


def _members(bindings: Bindings) -> frozenset[str]:
    return frozenset().union(*bindings.values())


def _policy_text(bindings: Bindings) -> str:
    """Return a policy as text: "roles/run.invoker: allUsers, 1 service account"."""
    return (
        "; ".join(f"{role}: {_counted(members)}" for role, members in sorted(bindings.items()))
        or "no members"
    )


def _counted(members: frozenset[str]) -> str:
    kinds = Counter(
        _KINDS.get(member.partition(":")[0], "other member") for member in members if member not in _PUBLIC
    )
    words = [name for name in _PUBLIC if name in members]
    words += [f"{count} {kind}{'s' if count > 1 else ''}" for kind, count in sorted(kinds.items())]
    return ", ".join(words) or "no members"


def _changed(deltas: list[Mapping[str, Any]], action: str) -> str | None:
    roles: dict[str, set[str]] = {}
    for delta in deltas:
        if delta.get("action") == action:
            roles.setdefault(text(delta.get("role")), set()).add(text(delta.get("member")))
    return _policy_text({role: frozenset(members) for role, members in roles.items()}) if roles else None
