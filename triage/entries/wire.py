"""LogEntry as the API writes it, with the payload fields that an Entry needs.

Names follow cloud.google.com/logging/docs/reference/v2/rest/v2/LogEntry. Those of the payload follow the
two loggers
of the service: labels, context and error of one; logger and validation of the other.
"""

from typing import Any

import msgspec


class _WireStruct(msgspec.Struct, rename="camel", gc=False):
    """Base of the messages: null is None, unknown fields are skipped."""


class ResourceLabels(msgspec.Struct, gc=False):
    """Labels of Cloud Run resources and of load balancers, with their protobuf names."""

    project_id: str | None = None
    location: str | None = None
    service_name: str | None = None
    revision_name: str | None = None
    job_name: str | None = None
    worker_pool_name: str | None = None
    function_name: str | None = None
    backend_service_name: str | None = None
    backend_target_name: str | None = None

    @property
    def workload(self) -> str | None:
        """Return the service, job, worker pool or function that the labels name."""
        return self.service_name or self.job_name or self.worker_pool_name or self.function_name


class Resource(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """MonitoredResource."""

    type: str | None = None
    labels: ResourceLabels | None = None


class HttpRequest(_WireStruct, gc=False):
    """HttpRequest; ``latency`` is a protobuf Duration ("3.786648988s")."""

    request_method: str | None = None
    request_url: str | None = None
    status: int | None = None
    latency: str | None = None
    user_agent: str | None = None


class SourceLocation(_WireStruct, gc=False):
    """LogEntrySourceLocation; ``line`` is an int64, which JSON holds as a string."""

    file: str | None = None
    line: str | int | None = None
    function: str | None = None


class LogSplit(_WireStruct, gc=False):
    """LogSplit."""

    uid: str = ""
    index: int = 0
    total_splits: int = 0


class Status(_WireStruct, gc=False):
    """google.rpc.Status."""

    code: int | None = None
    message: str | None = None


class AuditLog(_WireStruct, gc=False):
    """google.cloud.audit.AuditLog."""

    method_name: str | None = None
    resource_name: str | None = None
    status: Status | None = None


class PayloadLabels(_WireStruct, gc=False):
    """The place in the source where the stderr logger was called."""

    module: str | None = None
    function: str | None = None
    line: str | int | None = None


class PayloadContext(_WireStruct, gc=False):
    """The context of the stderr logger."""

    name: str | None = None


class PayloadError(_WireStruct, gc=False):
    """The error of either logger: one writes ``value``, the other ``message``."""

    type: str | None = None
    value: str | None = None
    message: str | None = None
    traceback: str | None = None


class Validation(_WireStruct, gc=False):
    """The result of the stdout logger validating its own record."""

    severity: str | int | None = None


class JsonPayload(_WireStruct, gc=False):
    """The fields of a JSON payload that an Entry needs.

    ``log`` may hold the level, ``pid`` and ``hostname`` show the loggers of Node.
    """

    message: str | None = None
    labels: PayloadLabels | None = None
    context: PayloadContext | None = None
    error: PayloadError | None = None
    logger: str | None = None
    name: str | None = None
    severity: str | int | None = None
    levelname: str | None = None
    level: str | int | None = None
    log_level: str | int | None = msgspec.field(default=None, name="log.level")
    level_name: str | None = msgspec.field(default=None, name="level_name")
    log: Any = None
    pid: Any = None
    hostname: Any = None
    validation: Validation | None = None
    type: str | None = msgspec.field(default=None, name="@type")
    status_details: str | None = None
    proxy_status: str | None = None


class LogEntry(_WireStruct, gc=False):
    """The fields of a LogEntry that an Entry needs."""

    timestamp: str | None = None
    receive_timestamp: str | None = None
    severity: str | int | None = None
    insert_id: str | None = None
    log_name: str | None = None
    text_payload: str | None = None
    json_payload: JsonPayload | None = None
    proto_payload: AuditLog | None = None
    http_request: HttpRequest | None = None
    resource: Resource | None = None
    labels: dict[str, str] | None = None
    source_location: SourceLocation | None = None
    trace: str | None = None
    split: LogSplit | None = None
