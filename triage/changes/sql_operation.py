"""Operations on Cloud SQL instances."""

import re

from triage.changes.calls import Call
from triage.changes.deployment import change_id
from triage.models.change import AppliedChange, Change, ChangeItem
from triage.window import format_timestamp

_OPERATIONS = re.compile(
    r"cloudsql\.instances\.(restart|update|patch|failover|autoFailover|delete|restoreBackup|demoteMaster"
    r"|promoteReplica|switchover|resetSslConfig|rotateServerCa|stopReplica|import)"
)


def is_sql_operation(call: Call) -> bool:
    """Return whether the call is an operation that an application can notice; backups are not."""
    return _OPERATIONS.fullmatch(call.first.method) is not None


def sql_change(call: Call) -> AppliedChange:
    """Return the operation as a change, from its first entry to its last."""
    record = call.first
    return AppliedChange(
        change=Change(
            id=change_id(call),
            at=format_timestamp(call.at),
            by=record.principal,
            method=record.method,
            service=None,
            items=[ChangeItem("cloud sql", None, f"{record.verb} of {record.name}")],
        ),
        kind="cloud sql",
        at=call.at,
        ended=call.last.at,
        project=record.project,
        location=record.location,
        resource=record.name,
    )
