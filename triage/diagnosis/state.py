"""The verdict of each service: the latest decisive evidence on its newest revision that took part."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from triage.diagnosis.earliest import Earliest
from triage.diagnosis.scene import moment
from triage.models import Entry, Run, ServiceState, ServiceVerdict
from triage.window import parse_timestamp

_GENERATION = re.compile(r"-(\d{5,9})-[a-z0-9]{3}$", re.ASCII)


@dataclass
class Decisive:
    """What a run decides of its revision, when, in nanoseconds, and at which instance."""

    at: int
    instance: str
    verdict: ServiceVerdict
    why: str
    kind: str

    @property
    def means_ready(self) -> bool:
        """Return whether the service was found ready: a boot that came up and a request let through are no verdict."""
        return self.verdict != "not_ready" and self.kind in ("validation", "probe")

    def follows(self, other: "Decisive | None") -> bool:
        """Return whether it is later than another; of one instance the one that comes later is."""
        return other is None or (self.at, self.instance) >= (other.at, other.instance)


@dataclass
class RevisionState:
    """What one revision decided."""

    latest: Decisive | None = None
    started: int = 0
    ready_at: int = 0


@dataclass
class Service:
    """One service while its entries and runs come in.

    ``first`` are the first entries of its revisions. ``asked`` is what the last probe of a client decided, where no
    line tells which revision answered it.
    """

    name: str
    first: dict[str, Entry] = field(default_factory=dict)
    revisions: dict[str, RevisionState] = field(default_factory=dict)
    environments: Counter[str] = field(default_factory=Counter)
    environments_told: Earliest = field(default_factory=Earliest)
    failed_at: int = 0
    ready_at: int = 0
    validated: int = 0
    asked: Decisive | None = None
    asked_ready_at: int = 0

    def see(self, entry: Entry) -> None:
        """Look at an entry of the service."""
        first = self.first.get(entry.revision)
        if first is None or (entry.timestamp <= first.timestamp and entry.is_before(first)):
            self.first[entry.revision] = entry

    def add(self, run: Run) -> None:
        """Take in what a run decides."""
        if run.environment:
            self.environments[run.environment] += 1
            self.environments_told.add(run.environment, moment(run))
        if run.kind == "probe" and not run.revision:
            self._asked(run)
            return
        revision = self.revisions.setdefault(run.revision, RevisionState())
        if run.kind == "boot" and run.verdict == "ready":
            revision.started = max(revision.started, parse_timestamp(run.ended))
        self.validated += run.kind == "validation"
        decided = _decides(run)
        if decided is None:
            return
        if decided.follows(revision.latest):
            revision.latest = decided
        if decided.means_ready:
            revision.ready_at = max(revision.ready_at, decided.at)
        self._note(decided)

    def _asked(self, run: Run) -> None:
        decided = _decides(run)
        if decided is None:
            return
        if decided.follows(self.asked):
            self.asked = decided
        if decided.means_ready:
            self.asked_ready_at = max(self.asked_ready_at, decided.at)
        self._note(decided)

    def _note(self, decided: Decisive) -> None:
        """Remember when the service failed last, and when it was last found ready."""
        if decided.verdict == "not_ready":
            self.failed_at = max(self.failed_at, decided.at)
        elif decided.means_ready:
            self.ready_at = max(self.ready_at, decided.at)

    def began(self) -> tuple[bool, Any, str]:
        """Return a key that orders services by their first entry."""
        turns = [entry.turn for entry in self.first.values()]
        return not turns, min(turns, default=()), self.name

    def newest_first(self) -> list[str]:
        """Return the revisions by the number in their names where each has one, else by when they were first seen."""
        names = sorted(filter(None, self.first), key=lambda name: self.first[name].turn)
        names += [name for name in self.revisions if name not in names]
        numbers = {name: _GENERATION.search(name) for name in names if name}
        numbered = all(numbers.values())

        def generation(name: str) -> tuple[bool, int, int]:
            number = numbers.get(name) if numbered else None
            seen = self.first[name].timestamp if name in self.first else 0
            return bool(name), int(number[1]) if number else 0, seen

        return sorted(names, key=generation, reverse=True)

    def ready_after(self, time: int, revisions: Sequence[str]) -> bool:
        """Return whether the newest of some revisions, or one newer than that, was found ready after a time.

        Of a probe no line tells which revision answered it: it speaks for any, and without revisions any speaks.
        """
        names = self.newest_first()
        known = [place for place, name in enumerate(names) if name in revisions]
        newer = names[: min(known) + 1] if known else names
        found = [self.revisions[name].ready_at for name in newer if name in self.revisions]
        return max([*found, self.asked_ready_at]) > time

    def newest(self) -> str:
        """Return the newest revision that decided something, else the newest that was seen."""
        names = self.newest_first()
        deciding = (name for name in names if name in self.revisions and self.revisions[name].latest)
        return next(deciding, next(iter(names), ""))

    def state(self, *, primary: bool, chain: str) -> ServiceState:
        """Return the verdict of the service, why, and what each of its revisions says."""
        revision = self.newest()
        verdict, why = self._judge(revision)
        asked, latest = self.asked, self.revisions[revision].latest if revision in self.revisions else None
        if asked is not None and (latest is None or asked.at >= latest.at):
            verdict, why = asked.verdict, f"{asked.why}; which revision answered is not in these logs"
        return ServiceState(
            service=self.name,
            verdict=verdict,
            revision=revision,
            environment=self._environment(),
            why=why,
            recovered=verdict in ("ready", "degraded") and 0 < self.failed_at < self.ready_at,
            primary=primary,
            chain=chain,
            revisions={name: self._judge(name)[0] for name in self.newest_first()},
        )

    def _environment(self) -> str | None:
        """Return the environment that most runs told, of several the one that was told first."""
        return max(self.environments_told.names(), key=lambda name: self.environments[name], default=None)

    def _judge(self, revision: str) -> tuple[ServiceVerdict, str]:
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


def _decides(run: Run) -> Decisive | None:
    """Return what a run decides of its service."""
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
    return Decisive(parse_timestamp(run.ended), run.instance, run.verdict, why, run.kind)
