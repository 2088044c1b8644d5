"""The verdict of each service: the latest decisive evidence on its newest revision that took part."""

import re
from collections import Counter
from dataclasses import dataclass, field

from triage.models import Entry, Run, ServiceState, ServiceVerdict
from triage.window import parse_timestamp

_GENERATION = re.compile(r"-(\d{5,9})-[a-z0-9]{3}$", re.ASCII)


@dataclass
class Decisive:
    """What a run decides of its revision, and when, in nanoseconds."""

    at: int
    verdict: ServiceVerdict
    why: str
    kind: str


@dataclass
class RevisionState:
    """One revision: when it was first seen and what it decided."""

    first_seen: int
    latest: Decisive | None = None
    started: int = 0


@dataclass
class Service:
    """One service while its entries and runs come in.

    ``asked`` is what the last probe of a client decided, where no line tells which revision answered it.
    """

    name: str
    entries: int = 0
    revisions: dict[str, RevisionState] = field(default_factory=dict)
    environments: Counter[str] = field(default_factory=Counter)
    failed_at: int = 0
    ready_at: int = 0
    validated: int = 0
    asked: Decisive | None = None

    def see(self, entry: Entry) -> None:
        """Count an entry of the service."""
        self.entries += 1
        if entry.revision and entry.revision not in self.revisions:
            self.revisions[entry.revision] = RevisionState(entry.timestamp)

    def add(self, run: Run) -> None:
        """Take in what a run decides."""
        if run.environment:
            self.environments[run.environment] += 1
        if run.kind == "probe" and not run.revision:
            self._asked(run)
            return
        revision = self.revisions.setdefault(run.revision, RevisionState(0))
        if run.kind == "boot" and run.verdict == "ready":
            revision.started = max(revision.started, parse_timestamp(run.ended))
        self.validated += run.kind == "validation"
        decided = _decides(run)
        if decided is None:
            return
        if revision.latest is None or decided.at >= revision.latest.at:
            revision.latest = decided
        self._note(decided)

    def _asked(self, run: Run) -> None:
        decided = _decides(run)
        if decided is None:
            return
        if self.asked is None or decided.at >= self.asked.at:
            self.asked = decided
        self._note(decided)

    def _note(self, decided: Decisive) -> None:
        """Remember when the service failed last, and when it was last found ready."""
        if decided.verdict == "not_ready":
            self.failed_at = max(self.failed_at, decided.at)
        elif decided.kind in ("validation", "probe"):
            self.ready_at = max(self.ready_at, decided.at)

    def newest_first(self) -> list[str]:
        """Return the revisions by the number in their names where each has one, else by when they were first seen."""
        numbers = {name: _GENERATION.search(name) for name in self.revisions if name}
        numbered = all(numbers.values())

        def generation(name: str) -> tuple[bool, int, int]:
            number = numbers.get(name) if numbered else None
            return bool(name), int(number[1]) if number else 0, self.revisions[name].first_seen

        return sorted(self.revisions, key=generation, reverse=True)

    def newest(self) -> str:
        """Return the newest revision that decided something, else the newest that was seen."""
        names = self.newest_first()
        return next((name for name in names if self.revisions[name].latest), next(iter(names), ""))

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
            environment=self.environments.most_common(1)[0][0] if self.environments else None,
            why=why,
            recovered=verdict in ("ready", "degraded") and 0 < self.failed_at < self.ready_at,
            primary=primary,
            chain=chain,
            revisions={name: self._judge(name)[0] for name in self.newest_first()},
        )

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
    return Decisive(parse_timestamp(run.ended), run.verdict, why, run.kind)
