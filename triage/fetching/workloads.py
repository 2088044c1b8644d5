"""The clauses of a Logging filter that select the entries of one workload."""

import re

from triage.errors import UsageError
from triage.models import WORKLOAD_RESOURCES, WorkloadKind, service_of_function
from triage.text import quote

_NAME = re.compile(r"[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)
#: The name of a function of the first generation may hold capitals and underscores.
_FUNCTION_NAME = re.compile(r"[A-Za-z](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9])?", re.ASCII)
_WORDS: dict[WorkloadKind, str] = {
    "service": "Cloud Run service",
    "job": "Cloud Run job",
    "worker_pool": "Cloud Run worker pool",
    "function": "function",
}
#: Audit entries name a revision with the workload's name, a number and three characters.
_REVISION = r"revisions/{name}-[0-9]{{5}}-[a-z0-9]{{3}}"


def is_service_name(name: str) -> bool:
    """Return whether a text is a possible name of a Cloud Run service; an entry may hold any label."""
    return _NAME.fullmatch(name) is not None


def workload_clause(name: str, kind: WorkloadKind) -> str:
    """Return the clause for the entries of a workload, in one or more lines.

    Some audit entries name the workload only in their resource.

    Raises:
        UsageError: the name is invalid.

    """
    if (_FUNCTION_NAME if kind == "function" else _NAME).fullmatch(name) is None:
        raise UsageError(
            f"{name!r} is not a valid {_WORDS[kind]} name", "give its name as the console shows it"
        )
    if kind == "job":
        about = "jobs/{name}|(executions|tasks)/{name}-[a-z0-9]{{5}}(-task[0-9]+)?"
        return _clause(kind, name, about)
    if kind == "worker_pool":
        return _clause(kind, name, f"(worker[pP]ools)/{{name}}|{_REVISION}")
    if kind == "function":
        first = _clause(kind, name, "functions/{name}")
        second = _clause("service", service_of_function(name), f"services/{{name}}|{_REVISION}")
        return f"(\n  ({_joined(first)})\n  OR ({_joined(second)})\n)"
    return _clause("service", name, f"services/{{name}}|{_REVISION}")


def _clause(kind: WorkloadKind, name: str, about: str) -> str:
    resource_type, label = WORKLOAD_RESOURCES[kind]
    resource = f"/({about.format(name=name)})$"
    return (
        f'resource.type="{resource_type}"\n'
        f'(resource.labels.{label}={quote(name)} OR protoPayload.resourceName=~"{resource}")'
    )


def _joined(clause: str) -> str:
    return clause.replace("\n", " AND ")
