"""Changes of policies, secrets and databases."""

from collections.abc import Iterable, Iterator

from triage.changes.calls import Call
from triage.changes.iam_policy import Bindings, policy_change, policy_of
from triage.changes.secret_version import is_secret_change, secret_change, secret_version
from triage.changes.sql_operation import is_sql_operation, sql_change
from triage.models.change import AppliedChange


def resource_changes(calls: Iterable[Call]) -> Iterator[AppliedChange]:
    """Yield the changes of policies, secrets and databases, each compared with the one before it."""
    policies: dict[str, Bindings] = {}
    states: dict[tuple[str, str], str] = {}
    for call in calls:
        if is_sql_operation(call):
            yield sql_change(call)
        elif is_secret_change(call):
            secret = secret_version(call)
            change = secret_change(call, states.get(secret))
            states[secret] = change.change.items[0].after or ""
            yield change
        else:
            path = call.first.path
            yield policy_change(call, policies.get(path))
            if (policy := policy_of(call)) is not None:
                policies[path] = policy
