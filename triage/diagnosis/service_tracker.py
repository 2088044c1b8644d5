"""The verdict of each service, from its newest revision that decided."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

import msgspec

from triage.diagnosis.first_seen import FirstSeen
from triage.diagnosis.matching import finish_key
from triage.models import Entry, Run, ServiceState, ServiceVerdict, WorkloadKind, first_of
from triage.window import format_second, parse_timestamp

#: Maximum number of instances per revision: those with the latest verdicts.
_MAX_INSTANCES = 1000
_ERROR, _WARNING = 500, 400
#: Entries from which on a service that logged errors only is suspected to be filtered.
_MIN_ERRORS = 3
_AUDIT = "cloudaudit.googleapis.com/"
_GENERATION = re.compile(r"-(\d{5,9})-[a-z0-9]{3}$", re.ASCII)


class DecisiveRun(msgspec.Struct):
    """What a run decides about its revision.

    Attributes:
        at: end of the run, nanoseconds.
        instance: instance of the run.
        verdict: verdict.
        why: reason, as a sentence.
        kind: kind of the run.

    """

    at: int
    instance: str
    verdict: ServiceVerdict
    why: str
    kind: str

    @property
    def means_ready(self) -> bool:
        """Return whether it is a ready verdict; a boot and an admitted request are not."""
        return self.verdict != "not_ready" and self.kind in ("validation", "probe")

    def follows(self, other: "DecisiveRun | None") -> bool:
        """Return whether it is later than another; of equal ones on one instance, the later arrival."""
        return other is None or (self.at, self.instance) >= (other.at, other.instance)


class RevisionState(msgspec.Struct):
    """What one revision decided.

    Attributes:
        latest: latest decisive run, None for none.
        started: time of the latest successful boot, nanoseconds.
        ready_at: time of the latest ready verdict, nanoseconds.
        instances: latest decisive run of each instance.

    """

    latest: DecisiveRun | None = None
    started: int = 0
    ready_at: int = 0
    instances: dict[str, DecisiveRun] = {}

    def add(self, decisive: DecisiveRun) -> None:
        """Record a decisive run."""
        if decisive.follows(self.latest):
            self.latest = decisive
        if decisive.means_ready:
            self.ready_at = max(self.ready_at, decisive.at)
        if decisive.follows(self.instances.get(decisive.instance)):
            self.instances[decisive.instance] = decisive
        if len(self.instances) > 2 * _MAX_INSTANCES:
            newest = sorted(self.instances.values(), key=lambda run: (run.at, run.instance))[-_MAX_INSTANCES:]
            self.instances = {run.instance: run for run in newest}

    def failing(self) -> list[DecisiveRun]:
        """Return the latest runs of the instances that are not ready.

        A boot that failed ended its instance, and Cloud Run started another one: it counts until an instance
        is ready after it.
        """
        return [
            run
            for run in self.instances.values()
            if run.verdict == "not_ready" and not (run.kind == "boot" and run.at < self.ready_at)
        ]

    def has_failing(self, instances: Sequence[str]) -> bool:
        """Return whether one of some named instances is not ready."""
        return any(run.instance and run.instance in instances for run in self.failing())

    def ready(self) -> list[DecisiveRun]:
        """Return the latest runs of the instances that are ready."""
        return [run for run in self.instances.values() if run.means_ready]


class ServiceTracker(msgspec.Struct):
    """One service while its entries and runs are added. Times are nanoseconds.

    Attributes:
        name: name of the service.
        first: first entry of each revision.
        revisions: state of each revision.
        environments: number of runs by environment.
        environment_order: environments by first appearance.
        failed_at: time of the latest failure.
        ready_at: time of the latest ready verdict.
        runs: number of runs of each kind.
        probed: latest probe that no line assigns to a revision.
        probe_ready_at: time of the latest such probe that was ready.
        entries: number of entries.
        only_errors: whether all of them so far are of severity ERROR or above.
        only_warnings: whether all of them so far are of severity WARNING or above.

    """

    name: str
    first: dict[str, Entry] = {}
    revisions: dict[str, RevisionState] = {}
    environments: Counter[str] = msgspec.field(default_factory=Counter)
    environment_order: FirstSeen = msgspec.field(default_factory=FirstSeen)
    failed_at: int = 0
    ready_at: int = 0
    runs: Counter[str] = msgspec.field(default_factory=Counter)
    probed: DecisiveRun | None = None
    probe_ready_at: int = 0
    entries: int = 0
    only_errors: bool = True
    only_warnings: bool = True

    def observe(self, revision: str, entries: Sequence[Entry]) -> None:
        """Record entries of a revision of the service."""
        self.entries += len(entries)
        self.only_warnings = self.only_warnings and all(
            entry.severity_source == "entry" and entry.level >= _WARNING for entry in entries
        )
        self.only_errors = (
            self.only_errors and self.only_warnings and all(entry.level >= _ERROR for entry in entries)
        )
        first, known = first_of(entries), self.first.get(revision)
        if known is None or first.precedes(known):
            self.first[revision] = first

    def add_revision(self, name: str) -> None:
        """Record a revision of which only requests were counted."""
        self.revisions.setdefault(name, RevisionState())

    @property
    def validated(self) -> bool:
        """Return whether a validation of its chain ran."""
        return self.runs["validation"] > 0

    @property
    def logs_only_errors(self) -> bool:
        """Return whether all of its entries are errors, as an export with a filter on severity has them."""
        return self.only_errors and self.entries >= _MIN_ERRORS

    @property
    def may_hide_success(self) -> bool:
        """Return whether what succeeded may be missing: a filter on severity leaves warnings and errors."""
        return self.only_warnings and self.entries >= _MIN_ERRORS

    @property
    def is_only_audited(self) -> bool:
        """Return whether there are only audit entries of it, which name no revision."""
        return all(not name and entry.log_name.startswith(_AUDIT) for name, entry in self.first.items())

    def add_run(self, run: Run) -> None:
        """Record what a run decides."""
        self.runs[run.kind] += 1
        if run.environment:
            self.environments[run.environment] += 1
            self.environment_order.add(run.environment, finish_key(run))
        if run.kind == "probe" and not run.revision:
            self._add_probe(run)
            return
        revision = self.revisions.setdefault(run.revision, RevisionState())
        if run.kind == "boot" and run.verdict == "ready":
            revision.started = max(revision.started, parse_timestamp(run.ended))
        decisive = _decisive_run(run)
        if decisive is None:
            return
        revision.add(decisive)
        self._record_times(decisive)

    def _add_probe(self, run: Run) -> None:
        decisive = _decisive_run(run)
        if decisive is None:
            return
        if decisive.follows(self.probed):
            self.probed = decisive
        if decisive.means_ready:
            self.probe_ready_at = max(self.probe_ready_at, decisive.at)
        self._record_times(decisive)

    def _record_times(self, decisive: DecisiveRun) -> None:
        """Record when the service failed last, and when it was last ready."""
        if decisive.verdict == "not_ready":
            self.failed_at = max(self.failed_at, decisive.at)
        elif decisive.means_ready:
            self.ready_at = max(self.ready_at, decisive.at)

    def start_key(self) -> tuple[bool, Any, str]:
        """Return a key that orders services by their first entry."""
        keys = [entry.sort_key for entry in self.first.values()]
        return not keys, min(keys, default=()), self.name

    def newest_first(self) -> list[str]:
        """Return the revisions by generation number, or by first entry where one has no number."""
        names = sorted(filter(None, self.first), key=lambda name: self.first[name].sort_key)
        names += [name for name in self.revisions if name not in names]
        numbers = {name: _GENERATION.search(name) for name in names if name}
        numbered = all(numbers.values())

        def generation(name: str) -> tuple[bool, int, int]:
            number = numbers.get(name) if numbered else None
            seen = self.first[name].timestamp if name in self.first else 0
            return bool(name), int(number[1]) if number else 0, seen

        return sorted(names, key=generation, reverse=True)

    def ready_after(self, time: int, revisions: Sequence[str], instances: Sequence[str] = ()) -> bool:
        """Return whether the newest of some revisions, or a newer one, was ready after a time.

        A probe that no line assigns to a revision counts for any. Without revisions, any revision counts.
        While one of ``instances`` is not ready, its own revision has not recovered.
        """
        names = self.newest_first()
        positions = [position for position, name in enumerate(names) if name in revisions]
        newer = names[: min(positions) + 1] if positions else names
        found = [
            state.ready_at
            for name in newer
            if (state := self.revisions.get(name)) is not None
            and not (name in revisions and state.has_failing(instances))
        ]
        return max([*found, self.probe_ready_at]) > time

    def newest(self) -> str:
        """Return the newest revision that decided, else the newest one."""
        names = self.newest_first()
        deciding = (name for name in names if name in self.revisions and self.revisions[name].latest)
        return next(deciding, next(iter(names), ""))

    def build(self, *, primary: bool, chain: str, kind: WorkloadKind) -> ServiceState:
        """Return the verdict of the service, the reason, and the verdict of each revision."""
        revision = self.newest()
        verdict, why = self._revision_verdict(revision)
        probed, latest = self.probed, self.revisions[revision].latest if revision in self.revisions else None
        if probed is not None and (latest is None or probed.at >= latest.at):
            verdict, why = probed.verdict, f"{probed.why}; no line names the revision that responded"
        return ServiceState(
            service=self.name,
            kind=kind,
            verdict=verdict,
            revision=revision,
            environment=self._environment(),
            why=why,
            recovered=self._has_recovered(revision, verdict),
            primary=primary,
            chain=chain,
            revisions={name: self._revision_verdict(name)[0] for name in self.newest_first()},
        )

    def _has_recovered(self, revision: str, verdict: ServiceVerdict) -> bool:
        """Return whether the service is ready after a failure, on every instance of its deciding revision.

        A probe names no instance: one that passed after the last failure counts for all.
        """
        state = self.revisions.get(revision)
        if verdict not in ("ready", "degraded") or not 0 < self.failed_at < self.ready_at:
            return False
        return self.probe_ready_at > self.failed_at or not (state and state.failing())

    def _environment(self) -> str | None:
        """Return the environment of most runs, ties by first appearance."""
        return max(self.environment_order.names(), key=lambda name: self.environments[name], default=None)

    def _revision_verdict(self, revision: str) -> tuple[ServiceVerdict, str]:
        state = self.revisions.get(revision)
        if state is None or state.latest is None:
            return "inconclusive", "no run in these logs says whether it is ready"
        latest, failing, ready = state.latest, state.failing(), state.ready()
        if failing and ready:
            last = max(failing, key=lambda run: (run.at, run.instance))
            share = f"{len(ready)} of {len(ready) + len(failing)} instances ready"
            return "degraded", f"{share}; {last.why} on another instance"
        if latest.kind == "boot" and state.started > latest.at:
            return (
                "inconclusive",
                "a boot failed and a later one came up, but no readiness verdict follows it",
            )
        return latest.verdict, latest.why


def _decisive_run(run: Run) -> DecisiveRun | None:
    """Return what a run decides about its service, None for nothing."""
    if not run.decides or run.verdict == "unknown":
        return None
    what = {
        "validation": "the readiness validation",
        "gate": "the readiness middleware",
        "boot": "the boot",
        "probe": "the client's probe",
    }[run.kind]
    says = {"ready": "passed", "degraded": "passed with reservations", "not_ready": "failed"}[run.verdict]
    why = f"{what} that ended at {format_second(run.ended)} {says}"
    return DecisiveRun(parse_timestamp(run.ended), run.instance, run.verdict, why, run.kind)
