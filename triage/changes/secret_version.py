"""Versions of secrets: added, enabled, disabled, destroyed."""

import re

from triage.changes.calls import Call
from triage.changes.deployment import change_id
from triage.changes.json_values import text
from triage.models.change import AppliedChange, Change, ChangeItem
from triage.window import format_timestamp

_VERSION = re.compile(r"secrets/([^/]+)(?:/versions/([^/]+))?")
_STATES = {
    "AddSecretVersion": "added",
    "EnableSecretVersion": "enabled",
    "DisableSecretVersion": "disabled",
    "DestroySecretVersion": "destroyed",
    "DeleteSecret": "deleted",
}


def is_secret_change(call: Call) -> bool:
    """Return whether the call changed a version of a secret, or a secret."""
    return "secretmanager" in call.first.method and call.first.verb in _STATES


def secret_change(call: Call, before: str | None) -> AppliedChange:
    """Return the change of a version.

    ``before`` is the state that the last change gave it, None if not known.
    """
    record = call.first
    name, version = secret_version(call)
    said = f"version {version} " if version else ""
    return AppliedChange(
        change=Change(
            id=change_id(call),
            at=format_timestamp(call.at),
            by=record.principal,
            method=record.method,
            service=None,
            items=[ChangeItem("secret version", before, f"{name} {said}{_STATES[record.verb]}")],
        ),
        kind="secret",
        at=call.at,
        project=record.project,
        resource=name,
        version=version,
    )


def secret_version(call: Call) -> tuple[str, str]:
    """Return the name of the secret and its version, "" where the call is about the whole secret."""
    names = (call.first.path, text(call.response.get("name")), text(call.request.get("name")))
    found = [match for name in names if (match := _VERSION.search(name))]
    version = next((match[2] for match in found if match[2]), "")
    return (found[0][1] if found else call.first.name), version
