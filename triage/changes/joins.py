"""Whether a change concerns a service at all: its own, or that of what it uses.

That is a secret, a database, a policy or another service.
"""

import re
from collections.abc import Iterable

from triage.changes.configuration import Configuration
from triage.changes.specification import SECRET_REFERENCE, Specification
from triage.models.change import AppliedChange, Onset
from triage.text import named_services

#: How long after a passing operation, such as a restart, connections may still fail: 10 minutes.
_AFTER_OPERATION = 600 * 10**9
#: The account of a service that names none.
_DEFAULT_ACCOUNT = "-compute@developer.gserviceaccount.com"


def is_called(change: AppliedChange, onset: Onset) -> bool:
    """Return whether the failure names the address of the changed service, which is another one."""
    name = change.change.service
    return name != onset.service and name in named_services(onset.text)


def concerns(change: AppliedChange, onset: Onset, specification: Specification | None) -> bool:
    """Return whether the change is one of the service that fails, or of what that service uses."""
    if change.project and onset.project and change.project != onset.project and change.change.service:
        return False
    if change.change.service is not None:
        same_location = "" in (change.location, onset.location) or change.location == onset.location
        return change.change.service == onset.service and same_location
    match change.kind:
        case "secret":
            return _uses_version(change, onset.text, specification)
        case "cloud sql":
            return _uses_instance(change, onset, specification)
        case "iam policy":
            return _is_affected(change, onset, specification)
        case _:
            return False


def specification_of(onset: Onset, configurations: Iterable[Configuration]) -> Specification | None:
    """Return the last known specification of the service that fails."""
    for one in configurations:
        if (
            one.service == onset.service
            and ""
            in (one.location, onset.location, *([one.location] if one.location == onset.location else []))
        ) or (one.service == onset.service and one.location == onset.location):
            return one.specification
    return None


def _uses_version(change: AppliedChange, text: str, specification: Specification | None) -> bool:
    """Return whether the failure names this version of the secret, or the service mounts it.

    A version that was enabled breaks nothing; one that was added reaches a service only through "latest".
    """
    verb = change.change.method.rpartition(".")[2]
    if verb == "EnableSecretVersion":
        return False
    named = re.findall(rf"secrets/{re.escape(change.resource)}(?:/versions/(\w+))?(?![\w-])", text)
    if named and verb != "AddSecretVersion":
        return change.version in ("", *named) or "" in named or "latest" in named
    used = _versions_used(specification, change.resource)
    return (
        "latest" in used
        if verb == "AddSecretVersion"
        else bool(used & {change.version, "latest"}) or (not change.version and bool(used))
    )


def _versions_used(specification: Specification | None, secret: str) -> set[str]:
    versions: set[str] = set()
    for key, value in specification.items.items() if specification else ():
        if key.name == f"secret {secret}":
            versions.update(re.findall(r"version (\S+?)(?=,| |$)", value))
        elif key.part.endswith(SECRET_REFERENCE) and (
            found := re.fullmatch(rf"secret {re.escape(secret)} version (\S+)", value)
        ):
            versions.add(found[1])
    return versions


def _uses_instance(change: AppliedChange, onset: Onset, specification: Specification | None) -> bool:
    """Return whether the failure or the service's configuration names the instance of a recent operation."""
    first = min(onset.first_failures.values())
    passing = not change.change.method.endswith((".delete", ".update", ".patch", ".demoteMaster"))
    if passing and change.ended is not None and first > change.ended + _AFTER_OPERATION:
        return False
    name = re.compile(rf"(?<![\w-]){re.escape(change.resource)}(?![\w-])")
    values = specification.items.values() if specification else ()
    return any(name.search(text) for text in (onset.text, *values))


def _is_affected(change: AppliedChange, onset: Onset, specification: Specification | None) -> bool:
    """Return whether the service's account lost a role, or the failure names the secret or account."""
    account = (specification.get("service account") if specification else None) or ""
    members = {member.rpartition(":")[2] for member in change.removed_members}
    if any(member and (member == account or member in onset.text) for member in members):
        return True
    if not account and any(_may_run(member, onset.service) for member in members):
        return True
    return bool(change.resource) and f"secrets/{change.resource}" in onset.text


def _may_run(account: str, service: str) -> bool:
    """Return whether an account is the default one, or is named after a service.

    Source: https://cloud.google.com/run/docs/securing/service-identity
    """
    name = account.partition("@")[0]
    return account.endswith(_DEFAULT_ACCOUNT) or name == service or name.startswith(f"{service}-")
