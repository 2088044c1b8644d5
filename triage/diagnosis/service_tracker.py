"""The verdict of each service, from its newest revision that decided."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from triage.diagnosis.first_seen import FirstSeen
from triage.diagnosis.matching import finish_key
from triage.models import Entry, Run, ServiceState, ServiceVerdict
from triage.window import parse_timestamp

_GENERATION = re.compile(r"-(\d{5,9})-[a-z0-9]{3}$", re.ASCII)


@dataclass
class DecisiveRun:
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


@dataclass
class RevisionState:
    """What one revision decided.

    Attributes:
        latest: latest decisive run, None for none.
        started: time of the latest successful boot, nanoseconds.
        ready_at: time of the latest ready verdict, nanoseconds.

    """

    latest: DecisiveRun | None = None
    started: int = 0
    ready_at: int = 0


@dataclass
class ServiceTracker:
    """One service while its entries and runs are added. Times are nanoseconds.

    Attributes:
        name: name of the service.
        first: first entry of each revision.
        revisions: state of each revision.
        environments: number of runs by environment.
        environment_order: environments by first appearance.
        failed_at: time of the latest failure.
        ready_at: time of the latest ready verdict.
        validated: number of validations.
        probed: latest probe that no line assigns to a revision.
        probe_ready_at: time of the latest such probe that was ready.

    """

    name: str
    first: dict[str, Entry] = field(default_factory=dict)
    revisions: dict[str, RevisionState] = field(default_factory=dict)
    environments: Counter[str] = field(default_factory=Counter)
    environment_order: FirstSeen = field(default_factory=FirstSeen)
    failed_at: int = 0
    ready_at: int = 0
    validated: int = 0
    probed: DecisiveRun | None = None
    probe_ready_at: int = 0

    def observe(self, entry: Entry) -> None:
        """Record an entry of the service."""
        first = self.first.get(entry.revision)
        if first is None or (entry.timestamp <= first.timestamp and entry.precedes(first)):
            self.first[entry.revision] = entry

    def add_run(self, run: Run) -> None:
        """Record what a run decides."""
        if run.environment:
            self.environments[run.environment] += 1
            self.environment_order.add(run.environment, finish_key(run))
        if run.kind == "probe" and not run.revision:
            self._add_probe(run)
            return
        revision = self.revisions.setdefault(run.revision, RevisionState())
        if run.kind == "boot" and run.verdict == "ready":
            revision.started = max(revision.started, parse_timestamp(run.ended))
        self.validated += run.kind == "validation"
        decisive = _decisive_run(run)
        if decisive is None:
            return
        if decisive.follows(revision.latest):
            revision.latest = decisive
        if decisive.means_ready:
            revision.ready_at = max(revision.ready_at, decisive.at)
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

    def ready_after(self, time: int, revisions: Sequence[str]) -> bool:
        """Return whether the newest of some revisions, or a newer one, was ready after a time.

        A probe that no line assigns to a revision counts for any. Without revisions, any revision counts.
        """
        names = self.newest_first()
        positions = [position for position, name in enumerate(names) if name in revisions]
        newer = names[: min(positions) + 1] if positions else names
        found = [self.revisions[name].ready_at for name in newer if name in self.revisions]
        return max([*found, self.probe_ready_at]) > time

    def newest(self) -> str:
        """Return the newest revision that decided, else the newest one."""
        names = self.newest_first()
        deciding = (name for name in names if name in self.revisions and self.revisions[name].latest)
        return next(deciding, next(iter(names), ""))

    def build(self, *, primary: bool, chain: str) -> ServiceState:
        """Return the verdict of the service, the reason, and the verdict of each revision."""
        revision = self.newest()
        verdict, why = self._revision_verdict(revision)
        probed, latest = self.probed, self.revisions[revision].latest if revision in self.revisions else None
        if probed is not None and (latest is None or probed.at >= latest.at):
            verdict, why = probed.verdict, f"{probed.why}; which revision answered is not in these logs"
        return ServiceState(
            service=self.name,
            verdict=verdict,
            revision=revision,
            environment=self._environment(),
            why=why,
            recovered=verdict in ("ready", "degraded") and 0 < self.failed_at < self.ready_at,
            primary=primary,
            chain=chain,
            revisions={name: self._revision_verdict(name)[0] for name in self.newest_first()},
        )

    def _environment(self) -> str | None:
        """Return the environment of most runs, ties by first appearance."""
        return max(self.environment_order.names(), key=lambda name: self.environments[name], default=None)

    def _revision_verdict(self, revision: str) -> tuple[ServiceVerdict, str]:
        state = self.revisions.get(revision)
        if state is None or state.latest is None:
            return "inconclusive", "no run in these logs says whether it is ready"
        latest = state.latest
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
    why = f"{what} that ended at {run.ended} {says}"
    return DecisiveRun(parse_timestamp(run.ended), run.instance, run.verdict, why, run.kind)
