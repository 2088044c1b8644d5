"""Whether a service without a readiness chain serves.

By started instances, deployments and answered requests.
"""

from collections import Counter
from collections.abc import Sequence

import msgspec

from triage.models import (
    WORKLOAD_RESOURCES,
    Entry,
    Event,
    FailureGroup,
    Observed,
    RevisionTraffic,
    Traffic,
    WorkloadKind,
)
from triage.text import path_template

_SERVER_ERROR, _CLIENT_ERROR, _TOO_MANY = 500, 400, 429
#: What an audit entry of a service holds that says which of its revisions is ready.
_LATEST_READY = b"latestReadyRevisionName"
#: Kinds of failures of instances that never took requests.
_NOT_STARTED = frozenset({"startup_probe", "deployment"})
#: Tasks of jobs that are kept, of which Cloud Run runs at most 10,000 in an execution.
_TASKS = 20_000
#: The kind of workload of each resource type other than that of a service.
_OTHER_KINDS = {
    resource_type: kind for kind, (resource_type, _) in WORKLOAD_RESOURCES.items() if kind != "service"
}


class _ServiceStatus(msgspec.Struct, rename="camel"):
    latest_ready_revision_name: str = ""
    latest_created_revision_name: str = ""


class _Response(msgspec.Struct):
    status: _ServiceStatus = msgspec.field(default_factory=_ServiceStatus)


class _Payload(msgspec.Struct):
    response: _Response = msgspec.field(default_factory=_Response)


class _Audited(msgspec.Struct, rename="camel"):
    proto_payload: _Payload = msgspec.field(default_factory=_Payload)


class RevisionServing(msgspec.Struct):
    """What one revision did; for a job, what one execution did. Times are nanoseconds, 0 for never.

    started: instances that passed their startup probe, with the time of the last pass.
    created: instances that Cloud Run started.
    ready_at: when its Ready condition last turned True, or its execution succeeded.
    served_at: when a request of it last succeeded.
    answered: requests by status.
    """

    started: dict[str, int] = {}
    created: set[str] = set()
    ready_at: int = 0
    served_at: int = 0
    answered: Counter[int] = msgspec.field(default_factory=Counter)

    @property
    def started_at(self) -> int:
        """Return when an instance last passed its startup probe."""
        return max(self.started.values(), default=0)

    @property
    def succeeded_at(self) -> int:
        """Return when anything last showed that it serves."""
        return max(self.started_at, self.ready_at, self.served_at)


def took_requests(group: FailureGroup) -> bool:
    """Return whether instances that failed had started: they took requests."""
    return bool(group.requests) and not {*group.kinds, *group.consequences} & _NOT_STARTED


def latest_ready(entry: Entry) -> str:
    """Return the revision that is ready where a deployment of another one failed, "" if none is known.

    Source: https://cloud.google.com/run/docs/reference/rest/v1/namespaces.services#ServiceStatus
    """
    if entry.audit is None or _LATEST_READY not in entry.raw:
        return ""
    try:
        status = msgspec.json.decode(entry.raw, type=_Audited).proto_payload.response.status
    except msgspec.DecodeError:
        return ""
    ready, created = status.latest_ready_revision_name, status.latest_created_revision_name
    return ready if created and ready != created else ""


class PathTraffic(msgspec.Struct):
    """Requests of one path of a service.

    How many succeeded, how many did not, and when one last succeeded.
    """

    succeeded: int = 0
    refused: int = 0
    failed: int = 0
    succeeded_at: int = 0

    @property
    def total(self) -> int:
        """Return the number of requests."""
        return self.succeeded + self.refused + self.failed


class ServiceServing:
    """What the revisions and paths of one service did.

    tasks: when the tasks of a job ended well, by execution and number.
    may_hide_success: whether what succeeded may be missing in the export.
    """

    def __init__(self) -> None:
        """Begin with nothing seen."""
        self.revisions: dict[str, RevisionServing] = {}
        self.paths: dict[str, PathTraffic] = {}
        self.kind: WorkloadKind = "service"
        self.tasks: dict[tuple[str, str], int] = {}
        self.may_hide_success = False

    def has_succeeded_after(self, time: int) -> bool:
        """Return whether a revision succeeded after a time, in nanoseconds."""
        return any(revision.succeeded_at > time for revision in self.revisions.values())

    def has_served_after(self, time: int) -> bool:
        """Return whether a revision served a request after a time, in nanoseconds."""
        return any(revision.served_at > time for revision in self.revisions.values())

    @property
    def is_job(self) -> bool:
        """Return whether it is a Cloud Run job."""
        return self.kind == "job"

    def revision(self, name: str) -> RevisionServing:
        """Return a revision's facts, empty ones if it is new."""
        found = self.revisions.get(name)
        if found is None:
            found = self.revisions[name] = RevisionServing()
        return found

    @property
    def requests(self) -> int:
        """Return the number of requests."""
        return sum(path.total for path in self.paths.values())

    @property
    def is_served(self) -> bool:
        """Return whether requests succeeded, or an execution of a job."""
        return any(
            revision.served_at or (self.is_job and revision.ready_at) for revision in self.revisions.values()
        )

    @property
    def starts(self) -> int:
        """Return the number of instances that passed their startup probe."""
        return sum(len(revision.started) for revision in self.revisions.values())

    def add_requests(self, revision: str, path: str, status: int, count: int, last: int) -> None:
        """Count requests of one revision and path with one status; ``last`` is the time of the last one."""
        serving, traffic = self.revision(revision), self._path(path)
        serving.answered[status] += count
        if status >= _SERVER_ERROR or status == _TOO_MANY:
            traffic.failed += count
        elif status >= _CLIENT_ERROR:
            traffic.refused += count
        else:
            traffic.succeeded += count
            traffic.succeeded_at = max(traffic.succeeded_at, last)
            serving.served_at = max(serving.served_at, last)

    def end_task(self, execution: str, task: str, at: int) -> None:
        """Record that a task ended well."""
        key = execution, task
        if key in self.tasks or len(self.tasks) < _TASKS:
            self.tasks[key] = max(at, self.tasks.get(key, at))

    def _path(self, path: str) -> PathTraffic:
        found = self.paths.get(path)
        if found is None:
            found = self.paths[path] = PathTraffic()
        return found


class ServingTracker:
    """The services of an export while its entries come in."""

    def __init__(self) -> None:
        """Begin with nothing seen."""
        self._services: dict[str, ServiceServing] = {}

    def of(self, service: str) -> ServiceServing:
        """Return what a service did."""
        found = self._services.get(service)
        if found is None:
            found = self._services[service] = ServiceServing()
        return found

    def add_service(self, name: str, serving: ServiceServing) -> None:
        """Take what a service did so far."""
        self._services[name] = serving

    def observe(self, service: str, revision: str, observed: Sequence[Observed]) -> None:
        """Look at entries of a revision, with what rules say of them."""
        requests: dict[tuple[str, int], list[int]] = {}
        for entry, event, _ in observed:
            if kind := _OTHER_KINDS.get(entry.resource_type):
                self.of(service).kind = kind
            http = entry.http
            if http is not None and http.status and entry.is_request:
                requests.setdefault((http.path, http.status), []).append(entry.timestamp)
            if event is not None and event.step == "born":
                self.of(service).revision(revision).created.add(entry.instance)
            if event is not None and event.success:
                self._succeed(entry, event)
            if event is not None and event.failure == "deployment" and (older := latest_ready(entry)):
                revision_before = self.of(service).revision(older)
                revision_before.ready_at = max(revision_before.ready_at, entry.timestamp)
            if (
                kind == "job"
                and event is not None
                and event.failure == "exit"
                and event.fields.get("code") == "0"
            ):
                self.of(service).end_task(revision, entry.task, entry.timestamp)
        for (path, status), times in requests.items():
            self.of(service).add_requests(revision, path_template(path), status, len(times), max(times))

    def add_traffic(self, traffic: Traffic) -> None:
        """Count requests that were not looked at one by one."""
        self.of(traffic.service).add_requests(
            traffic.revision, traffic.path, traffic.status, traffic.count, traffic.last
        )

    def traffic(self) -> list[RevisionTraffic]:
        """Return the requests of each revision, in order of service and revision."""
        return [
            RevisionTraffic(service=service, revision=name, statuses=dict(sorted(revision.answered.items())))
            for service, serving in sorted(self._services.items())
            for name, revision in sorted(serving.revisions.items())
            if revision.answered
        ]

    def _succeed(self, entry: Entry, event: Event) -> None:
        revision = self.of(entry.service).revision(entry.revision)
        if event.success == "start":
            revision.started[entry.instance] = max(entry.timestamp, revision.started.get(entry.instance, 0))
        else:
            revision.ready_at = max(revision.ready_at, entry.timestamp)
