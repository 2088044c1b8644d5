"""What was changed: a deployment, moved traffic, a policy, a secret version, a database operation."""

from typing import Literal

import msgspec

ChangeKind = Literal["service", "job", "worker pool", "revision", "iam policy", "secret", "cloud sql"]


class ChangeItem(msgspec.Struct, frozen=True):
    """One part of a configuration that differs.

    ``name`` is one of: image, env NAME, secret NAME, memory, cpu, concurrency, max instances, min instances,
    request timeout (of a job: the timeout of a task), port, command, args, service account, vpc, startup
    probe, liveness probe, readiness probe, execution environment, ingress, traffic, iam policy, cloud sql,
    secret version. ``before`` and ``after`` are texts; None where there was nothing or nothing is known.
    Values of environment variables are texts only where they are harmless, else "set", "changed" and
    "removed".
    """

    name: str
    before: str | None
    after: str | None


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One change, as documents have it.

    ``at`` is the time of the call in RFC 3339, the first entry of a long-running pair. ``by`` is the
    principal as logged, "" where the log names none: rendering masks it. ``service`` is None for secrets,
    Cloud SQL and projects. ``revision`` is the one that the change created, or that got the traffic.
    ``config_known`` says whether the previous and the new configuration are known; where it is False,
    ``items`` holds only what is known all the same.
    """

    id: str
    at: str
    by: str
    method: str
    service: str | None
    revision: str | None = None
    previous_revision: str | None = None
    items: list[ChangeItem] = []
    config_known: bool = True

    @property
    def is_creation(self) -> bool:
        """Return whether the call created the workload: there was no configuration before.

        Source: method names such as CreateService and CreateJob on Cloud Run's audit logging page.
        """
        return self.service is not None and self.method.rpartition(".")[2].startswith("Create")


class ConfigurationDifference(msgspec.Struct, frozen=True):
    """What differs between the configurations of one service on two sides.

    Attributes:
        service: the service.
        items: the items that differ.

    """

    service: str
    items: list[ChangeItem]


class AppliedChange(msgspec.Struct, frozen=True, kw_only=True):
    """A change with what links it to incidents; only ``change`` is shown.

    ``at`` and ``ended`` are nanoseconds since 1970 in UTC; ``ended`` is the last entry of a Cloud SQL
    operation. ``created`` says that a new revision came of it. ``serving`` are the revisions that got more
    traffic by it. ``resource`` is the name of the secret, the Cloud SQL instance or the service; ``version``
    that of the secret. ``clues`` are names that the new values hold, such as hosts, by item: a failure that
    quotes one points at the item; they never leave. ``removed_members`` are those that a policy lost.
    ``previous_since`` is when the previous configuration was deployed, where an entry says so: what a
    ``--from`` would have to reach.
    """

    change: Change
    kind: ChangeKind
    at: int
    ended: int | None = None
    project: str = ""
    location: str = ""
    resource: str = ""
    version: str = ""
    created: bool = False
    serving: tuple[str, ...] = ()
    clues: dict[str, tuple[str, ...]] = {}
    removed_members: tuple[str, ...] = ()
    previous_since: int | None = None


class Onset(msgspec.Struct, frozen=True, kw_only=True):
    """When and how an incident began, as far as a change may explain it.

    ``first_failures`` are the times of the first failure of this kind by revision, nanoseconds since 1970 in
    UTC; the revision is "" where the entry names none. ``kinds`` are the kinds of its failure points
    ("memory", "exit", "signal", "startup", "liveness", "readiness", "request timeout", "no instance",
    "rollout", or a status such as "503"). ``cause`` is the id of the cause. ``text`` is its title and the
    lines of its evidence.
    """

    incident: str
    service: str
    first_failures: dict[str, int]
    project: str = ""
    location: str = ""
    kinds: frozenset[str] = frozenset()
    cause: str = ""
    text: str = ""


class ChangeLink(msgspec.Struct, frozen=True, kw_only=True):
    """The change that explains an incident: ``items`` are those that fit its cause, ``says`` is one sentence.

    ``delay`` is the time from the change to the first failure, in seconds.
    """

    change: str
    confidence: Literal["high", "medium"]
    items: tuple[str, ...]
    delay: float
    says: str
