"""The queries for the changes of a service, back to its previous deployment, in bounded number."""

from triage.fetching.workloads import workload_clause
from triage.models import WorkloadKind
from triage.window import NANOSECONDS, Window

_DAY = 86_400 * NANOSECONDS
#: How far before the window each query reaches. Admin activity is kept for 400 days (Cloud Audit Logs
#: overview), so what stops the search is its price.
_STEPS = (_DAY, 7 * _DAY, 30 * _DAY)
#: Queries of one workload, one of them for a deployment whose time is known; and pages of each.
MAX_QUERIES, MAX_PAGES = len(_STEPS) + 1, 5
DAYS = _STEPS[-1] // _DAY
#: A revision becomes ready some minutes after it was deployed, at most.
_DEPLOYING, _AFTER = 900 * NANOSECONDS, 60 * NANOSECONDS
_AUDIT_LOGS = (
    '(log_id("cloudaudit.googleapis.com/activity") OR log_id("cloudaudit.googleapis.com/system_event"))'
)
#: Calls that failed changed nothing, and are no failures of the window.
_SUCCEEDED = "severity<ERROR\nNOT protoPayload.status.code>0"
#: Calls on what a service may use: its secrets, its databases, and who may do what in the project. Methods as
#: on the pages "Secret Manager audit logging" and "Cloud SQL audit logs"; backups change nothing.
_METHOD = "protoPayload.methodName"
_OF_SECRETS = "(Add|Enable|Disable|Destroy)SecretVersion|DeleteSecret|SetIamPolicy"
_RESOURCES = (
    f'{_METHOD}=~"SecretManagerService\\.({_OF_SECRETS})$"',
    f'{_METHOD}=~"^cloudsql\\.instances\\." AND NOT {_METHOD}="cloudsql.instances.automatedBackup"',
    f'protoPayload.serviceName="cloudresourcemanager.googleapis.com" AND {_METHOD}=~"SetIamPolicy$"',
)


def changes_filter(name: str, kind: WorkloadKind) -> str:
    """Return the filter for the changes of a workload and of what it may use, without the window."""
    own = workload_clause(name, kind).replace("\n", "\n    ")
    resources = "\n  OR ".join(f"({clause})" for clause in _RESOURCES)
    return f"{_AUDIT_LOGS}\n{_SUCCEEDED}\n(\n  (\n    {own}\n  )\n  OR {resources}\n)"


def next_search(window: Window, since: int, deployed: int | None = None) -> Window | None:
    """Return the time range of the next query for changes, None where the search ends.

    window: the window of the logs.
    since: from when on changes were searched; the start of the window where none were.
    deployed: when the configuration that is searched for became ready, if an entry says so.
    """
    if since == window.start:
        return Window(window.start - _STEPS[0], window.end)
    for step in _STEPS[1:]:
        if window.start - step < since:
            return Window(window.start - step, since)
    if deployed is not None and deployed < since:
        return Window(deployed - _DEPLOYING, min(deployed + _AFTER, since))
    return None
