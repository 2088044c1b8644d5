"""The plan, the progress and the result of a fetch from Cloud Logging."""

from typing import Literal

import msgspec

from triage.window import Window, format_utc_and_local

WorkloadKind = Literal["service", "job", "worker_pool", "function"]
#: Type of the monitored resource of each kind, and the label that names the workload.
WORKLOAD_RESOURCES: dict[WorkloadKind, tuple[str, str]] = {
    "service": ("cloud_run_revision", "service_name"),
    "job": ("cloud_run_job", "job_name"),
    "worker_pool": ("cloud_run_worker_pool", "worker_pool_name"),
    "function": ("cloud_function", "function_name"),
}


def service_of_function(name: str) -> str:
    """Return the service as which a function of the second generation logs."""
    return name.lower().replace("_", "-")


class FetchPlan(msgspec.Struct, frozen=True, kw_only=True):
    """What a fetch asks Cloud Logging for, and where it writes the answer.

    Attributes:
        services: names of the services, or of the workloads of another kind, to fetch.
        kind: kind of the workloads.
        window: time window.
        project: project, "" for the default one.
        filter: Logging filter that replaces the one of the packs.
        everything: whether to fetch all lines of the services.
        requests: whether to fetch all requests, which a share of failed ones needs.
        earlier_changes: whether to fetch the changes before the window too, where something failed or the
            configuration before a deployment is unknown.
        with_callers: whether to fetch what other services and load balancers logged of failed requests.
        limit: largest number of entries per service.
        folder: output folder.
        file: output name, "" for one made of service and window.
        resume: whether to resume an interrupted fetch.
        keep: whether to keep the partial result of a fetch that fails.
        widen: whether the window may grow; None lets the kind of window decide.
        reads_per_minute: read quota.
        endpoint: endpoint of the API, for tests.
        impersonate: service account to impersonate.

    """

    services: list[str]
    window: Window
    kind: WorkloadKind = "service"
    project: str = ""
    filter: str = ""
    everything: bool = False
    requests: bool = False
    earlier_changes: bool = False
    with_callers: bool = False
    limit: int | None = None
    folder: str = "."
    file: str = ""
    resume: bool = False
    keep: bool = True
    widen: bool | None = None
    reads_per_minute: int = 60
    endpoint: str = ""
    impersonate: str = ""

    @property
    def may_widen(self) -> bool:
        """Return whether the window may grow."""
        return self.window.relative if self.widen is None else self.widen

    @property
    def asks_around_failures(self) -> bool:
        """Return whether all lines around failures are fetched too.

        Not where the filter is the user's own.
        """
        return not self.filter and not self.everything

    @property
    def asks_for_changes(self) -> bool:
        """Return whether the changes before the window are fetched too.

        Not where the filter is the user's own.
        """
        return self.earlier_changes and not self.filter


class Query(msgspec.Struct, frozen=True):
    """The query of one service.

    Attributes:
        service: the service.
        filter: whole Logging filter.
        command: gcloud command that runs the same query.

    """

    service: str
    filter: str
    command: str


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """The progress of a fetch.

    Attributes:
        entries: entries of all services so far.
        pages: pages of all services so far.
        window: window that is fetched.
        service: service that is fetched.
        reached: time reached in the window, nanoseconds.
        waiting: what the fetch waits for ("quota", "Cloud Logging"), "" for nothing.

    """

    entries: int
    pages: int
    window: Window
    service: str = ""
    reached: int | None = None
    waiting: str = ""

    def __str__(self) -> str:
        """Return it as text: service, entries, pages, time reached, reason for waiting."""
        parts = [self.service, f"{self.entries:,} entries", f"{self.pages} pages"]
        if self.reached is not None:
            parts.append(f"reached {format_utc_and_local(self.reached)}")
        if self.waiting:
            parts.append(f"waiting for {self.waiting}")
        return ", ".join(parts)


class WindowShortfall(msgspec.Struct, frozen=True):
    """Why a window is too short.

    Attributes:
        side: side of the window that cuts something.
        says: what it cuts, as a sentence.

    """

    side: Literal["start", "end"]
    says: str


class UnknownChange(msgspec.Struct, frozen=True, kw_only=True):
    """What the fetched logs do not show of the changes of a service.

    Attributes:
        service: the service, or another workload.
        says: what is unknown, as a clause.
        deployed: when the unknown configuration became ready, in nanoseconds; None if no entry says so.

    """

    service: str
    says: str
    deployed: int | None = None


class FailedTraces(msgspec.Struct, frozen=True):
    """Traces of requests that failed.

    Attributes:
        traces: the traces of each service, server errors first.
        omitted: failed requests whose traces have no room.

    """

    traces: dict[str, list[str]] = {}
    omitted: int = 0


class FetchResult(msgspec.Struct, frozen=True, kw_only=True):
    """The file of one service that was fetched.

    Attributes:
        service: the service.
        path: path of the file.
        project: project.
        filter: Logging filter.
        asked: requested window.
        window: fetched window.
        entries: number of entries.
        pages: number of pages.
        around_failures: number of windows around failures of which all lines were asked for.
        changes_since: from when on changes before the window were asked for, in nanoseconds; None if none
            were.
        traces: number of traces of failed requests for which the entries of others were asked for.
        related: number of entries of others.
        complete: whether all entries are in the file.
        cut: why it is incomplete, "" where complete.

    """

    service: str
    path: str
    project: str
    filter: str
    asked: Window
    window: Window
    entries: int
    pages: int
    around_failures: int = 0
    changes_since: int | None = None
    traces: int = 0
    related: int = 0
    complete: bool
    cut: str = ""
