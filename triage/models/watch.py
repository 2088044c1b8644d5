"""The state of watched services and the changes of their verdicts."""

from typing import Literal

import msgspec

from triage.models.diagnosis import Diagnosis, ServiceState, ServiceVerdict
from triage.models.run import Run, Verdict

#: How lines arrive: as they are logged, by polling, or not at the moment.
StreamMode = Literal["tailing", "polling", "reconnecting"]


class InstanceStatus(msgspec.Struct, frozen=True, kw_only=True):
    """The status of one instance.

    Attributes:
        revision: its revision.
        instance: its id.
        run: its latest run.
        going_on: whether more lines of the run may follow.
        since: time since which nothing followed, nanoseconds.
        decided: last run that decided, null for none.

    """

    revision: str
    instance: str
    run: Run
    going_on: bool
    since: int
    decided: Run | None = None

    @property
    def service(self) -> str:
        """Return its service."""
        return self.run.service

    @property
    def verdict(self) -> Verdict | None:
        """Return the last verdict, None before there is one."""
        return self.decided.verdict if self.decided else None


class SeenInstance(msgspec.Struct, frozen=True, kw_only=True):
    """An instance that logged something lately.

    Attributes:
        service: its service.
        revision: its revision.
        instance: its id.
        location: its region, "" where no entry names it.
        last: time of its last entry, nanoseconds.
        has_served: whether it answered a request with anything but a server error.

    """

    service: str
    revision: str
    instance: str
    location: str = ""
    last: int
    has_served: bool = False


class RevisionResponses(msgspec.Struct, frozen=True):
    """The responses of one revision in the last minutes.

    Attributes:
        revision: the revision.
        statuses: number of responses by HTTP status.

    """

    revision: str
    statuses: dict[str, int]


class Stream(msgspec.Struct, frozen=True, kw_only=True):
    """The state of the log stream.

    Attributes:
        arriving: how lines arrive.
        lines: number of lines so far.
        suppressed: entries that Cloud Logging held back.
        missing: suppressed entries that no query has returned yet.
        delay: delay of the newest line in seconds, null for none.

    """

    arriving: StreamMode = "tailing"
    lines: int = 0
    suppressed: int = 0
    missing: int = 0
    delay: float | None = None


class Watch(msgspec.Struct, frozen=True, kw_only=True):
    """The state of watched services at one moment. Times are nanoseconds.

    Attributes:
        at: time of this state.
        began: start of the watch.
        services: the watched services, or other workloads.
        diagnosis: their diagnosis.
        standings: status of each instance of which a run is known.
        seen: the instances that logged something lately, the latest first.
        answers: responses of each revision.
        minutes: minutes that ``answers`` cover.
        stream: state of the log stream.
        journal: path of the journal.

    """

    at: int
    began: int
    services: list[str]
    diagnosis: Diagnosis
    standings: list[InstanceStatus]
    answers: list[RevisionResponses]
    minutes: int
    stream: Stream
    journal: str
    seen: list[SeenInstance] = []

    @property
    def service(self) -> str:
        """Return the first of the services."""
        return self.services[0]

    def restricted_to(self, service: str) -> "Watch":
        """Return the state of one of several services alone."""
        if len(self.services) == 1:
            return self
        state = self.diagnosis.state_of(service) or ServiceState(service=service, verdict="no_data")
        diagnosis = msgspec.structs.replace(
            self.diagnosis,
            verdict=state.verdict,
            recovered=state.recovered,
            open_incidents=state.open_incidents,
            services=[state],
            incidents=[found for found in self.diagnosis.incidents if found.service == service],
        )
        standings = [standing for standing in self.standings if standing.service == service]
        return msgspec.structs.replace(
            self, services=[service], diagnosis=diagnosis, standings=standings, answers=[]
        )


class VerdictChange(msgspec.Struct, frozen=True, kw_only=True):
    """A change of a verdict.

    Attributes:
        at: time of the change, nanoseconds.
        before: old verdict, None for none.
        after: new verdict.
        service: the service.
        revisions: affected revisions.
        instances: affected instances.
        cause: id of the cause.

    """

    at: int
    before: ServiceVerdict | Verdict | None
    after: ServiceVerdict | Verdict
    service: str = ""
    revisions: list[str] = []
    instances: list[str] = []
    cause: str = ""
