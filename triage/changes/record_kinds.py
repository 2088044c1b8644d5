"""Which audit records are calls that change something, which report a state, and whose they are."""

import re

from triage.changes.audit_log import AuditRecord
from triage.changes.calls import Call
from triage.changes.json_values import mapping, text
from triage.changes.secret_version import is_secret_change
from triage.changes.sql_operation import is_sql_operation
from triage.models import service_of_function

#: Project, location, collection and name.
ServiceKey = tuple[str, str, str, str]
_DEPLOYMENT = re.compile(
    r"(?:Replace|Create|Update|Delete)(?:InternalService|Service|Job|WorkerPool|Function)|DeleteRevision"
)
_OWNERS = ("google.cloud.run.", "google.cloud.functions.")
_REVISION = re.compile(r"(.+)-\d{5}-[a-z0-9]{3}")
_COLLECTIONS = ("services", "jobs", "workerpools", "revisions")
_POLICY_OWNERS = (*_OWNERS, "google.cloud.secretmanager.", "SetIamPolicy")


def is_deployment(call: Call) -> bool:
    """Return whether the call creates, changes or deletes a workload or a revision."""
    method = call.first.method
    return method.startswith(_OWNERS) and _DEPLOYMENT.fullmatch(call.first.verb) is not None


def is_call(record: AuditRecord) -> bool:
    """Return whether the record is of a call that can change something.

    System events only report its outcome.
    """
    call = Call(record, record)
    if is_sql_operation(call):
        return True
    if record.log != "activity":
        return False
    if is_deployment(call):
        return True
    return is_secret_change(call) or (
        record.verb == "SetIamPolicy" and record.method.startswith(_POLICY_OWNERS)
    )


def is_state(record: AuditRecord) -> bool:
    """Return whether the record is a system event about a service, a revision, a job or a worker pool."""
    return record.log == "system_event" and record.collection in _COLLECTIONS and not is_call(record)


def service_key(record: AuditRecord) -> ServiceKey:
    """Return whose history a record belongs to; the name is "" where nothing says so."""
    collection, name = record.collection, record.name
    if collection == "functions" and ".functions.v2" in record.method:
        # A function of the second generation is a service of Cloud Run.
        return (record.project, record.location, "services", service_of_function(name))
    if collection == "revisions":
        labels = mapping(mapping(record.response.get("metadata")).get("labels"))
        found = _REVISION.fullmatch(name)
        collection = "services"
        name = (
            record.service or text(labels.get("serving.knative.dev/service")) or (found[1] if found else "")
        )
    return (record.project, record.location, collection, name)
