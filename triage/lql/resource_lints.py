"""Lints about what entries of a resource hold: its type, its labels and the codes of its audit entries.

Sources: the pages "Monitored resources and services" and "AuditLog" of Cloud Logging, the commands of gcloud
that read logs, and google.rpc.Code.
"""

from collections.abc import Iterator

from triage.lql.fields import Kind
from triage.lql.findings import make_finding
from triage.lql.resources import WORKLOAD_LABELS
from triage.lql.semantic_lints import find_comparisons, find_literals
from triage.lql.strings import quote_path_part
from triage.lql.tree import (
    And,
    Anywhere,
    Call,
    Comparison,
    Field,
    FieldPresence,
    Literal,
    Node,
    Or,
    Query,
    find_fields,
    walk,
)
from triage.lql.values import to_int
from triage.models import Finding

#: Other names that people give to a label of one of these resources.
_OTHER_LABELS = {
    "service": "service_name",
    "service_id": "service_name",
    "job": "job_name",
    "job_id": "job_name",
    "worker_pool": "worker_pool_name",
    "function": "function_name",
    "function_id": "function_name",
    "revision": "revision_name",
    "configuration": "configuration_name",
    "project": "project_id",
    "region": "location",
    "location": "region",
    "zone": "location",
}
#: Other resources in many filters, which are written in several ways.
_TYPES = (*WORKLOAD_LABELS, "gae_app", "gce_instance", "gcs_bucket", "k8s_cluster", "k8s_container",
          "k8s_node", "k8s_pod", "cloudsql_database", "cloud_scheduler_job", "cloud_tasks_queue",
          "bigquery_resource", "bigquery_dataset", "http_load_balancer", "pubsub_topic",
          "pubsub_subscription", "dataflow_step", "service_account")  # fmt: skip
#: Names of types that there are not, with the type that is meant.
_NO_TYPES = {
    "cloud_run": "cloud_run_revision",
    "cloud_run_service": "cloud_run_revision",
    "cloud_run_execution": "cloud_run_job",
    "cloud_run_task": "cloud_run_job",
    "cloudsql_instance": "cloudsql_database",
    "gcp_project": "project",
}
#: The codes of gRPC that HTTP codes stand for.
_RPC_CODES = {400: 3, 401: 16, 403: 7, 404: 5, 409: 6, 429: 8, 499: 1, 500: 13, 501: 12, 503: 14, 504: 4}
_LAST_RPC_CODE = 16


def resource_types(query: Query) -> Iterator[Finding]:
    """Find types of resources that there are not."""
    for literal in _resource_types(query.root):
        meant = _NO_TYPES.get(literal.text.lower()) or _spelled(literal.text)
        if meant:
            message = f"no resource has the type {literal.text!r}; it is {meant}"
            yield make_finding("resource-type", "warning", message, query.text, literal.span, meant)


def _spelled(name: str) -> str | None:
    """Return the type that a name spells otherwise."""
    plain = {_plain(known): known for known in _TYPES}
    return None if name.lower() in _TYPES else plain.get(_plain(name))


def _plain(name: str) -> str:
    return name.lower().replace("_", "").replace("-", "").removesuffix("s")


def resource_labels(query: Query) -> Iterator[Finding]:
    """Find labels that the resource beside them has not, such as the service of a job."""
    for parts in _conjunctions(query.root):
        types = {literal.text.lower() for part in parts for literal in _equal_types(part)}
        if len(types) != 1 or not (known := WORKLOAD_LABELS.get(type_name := types.pop())):
            continue
        for field in (field for part in parts for field in find_fields(part)):
            match field.parts:
                case ("resource", "labels", label) if label not in known:
                    message = f"a {type_name} has no label {label}; it has {', '.join(known)}"
                case ("labels", label) if label in known and label != "project_id":
                    message = f"{label} is a label of the resource: resource.labels.{label}"
                case _:
                    continue
            meant = next((name for name in (label, _OTHER_LABELS.get(label)) if name in known), None)
            fix = f"resource.labels.{quote_path_part(meant)}" if meant else None
            yield make_finding("resource-label", "warning", message, query.text, field.span, fix)


def _conjunctions(root: Node | None) -> Iterator[tuple[Node, ...]]:
    """Yield the parts of each And."""
    yield from (node.parts for node in walk(root) if isinstance(node, And))


def _equal_types(node: Node) -> Iterator[Literal]:
    """Yield the type of a condition that no other type meets."""
    match node:
        case Comparison(left=Field(parts=("resource", "type")), operator="=", value=Literal() as literal):
            yield literal


def _resource_types(root: Node | None) -> Iterator[Literal]:
    for node in walk(root):
        match node:
            case Comparison(left=Field(parts=("resource", "type")), operator="=" | "!="):
                yield from find_literals(node.value)


def http_codes(query: Query) -> Iterator[Finding]:
    """Find HTTP codes as the status of an audit entry, which has a code of gRPC."""
    for node, path in find_comparisons(query):
        if path.keys[1:] != ("status", "code") or path.kind is not Kind.PROTO:
            continue
        for literal in find_literals(node.value):
            code = to_int(literal.text)
            if code is not None and code > _LAST_RPC_CODE:
                message = (
                    "the code of an audit entry's status is one of gRPC, 0 to 16: 7 is PERMISSION_DENIED"
                )
                exact = node.operator in ("=", "!=", ":")
                fix = str(_RPC_CODES[code]) if exact and code in _RPC_CODES else None
                yield make_finding("http-code", "warning", message, query.text, literal.span, fix)


def view_filters(query: Query) -> Iterator[Finding]:
    """Find what the filter of a log view cannot have: it joins a few kinds of conditions by AND.

    Source: "LogView" of the Cloud Logging API reference.
    """
    for node in walk(query.root):
        match node:
            case Or():
                message = "the filter of a log view knows AND and NOT, not OR"
            case Comparison(left=Field(parts=("resource", "type")), operator="=" | "!="):
                continue
            case Comparison() | FieldPresence() | Anywhere() | Call(name="sample" | "ip_in_net" | "search"):
                message = "the filter of a log view takes source(...), log_id(...) and resource.type only"
            case _:
                continue
        yield make_finding("view-filter", "error", message, query.text, node.span)
