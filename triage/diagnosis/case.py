"""An incident while its scenes still come in."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from hashlib import blake2b

from triage.diagnosis.scene import Known
from triage.diagnosis.sighting import Sighting, Sightings
from triage.models import Because, Event, Evidence, Incident, RuledOut, Run, Scope
from triage.window import format_timestamp

#: Instances and runs that a scope names; the count tells how many there are.
_NAMED = 20
#: Lines that an incident cites, one for each thing that they say.
_CITED = 14
#: Characters of a message that evidence repeats; the entry itself is found by its insertId.
_MESSAGE = 600

Link = Callable[[Event], str]


@dataclass
class Case:
    """A cause at one service, with everything seen of it so far."""

    known: Known
    service: str
    check: str | None
    title: str
    seen: Sightings = field(default_factory=dict)
    runs: list[str] = field(default_factory=list)
    revisions: list[str] = field(default_factory=list)
    instances: list[str] = field(default_factory=list)
    passed: dict[str, str] = field(default_factory=dict)
    environment: str | None = None
    condition: str | None = None
    count: int = 0
    began: int = 0
    ended: int = 0
    recovered: bool = False
    symptoms: list["Case"] = field(default_factory=list)

    @property
    def id(self) -> str:
        """Return the stable fingerprint: the same cause at the same service is the same incident."""
        text = "\0".join((self.known.cause.id, self.service, self.check or "", self.title))
        return blake2b(text.encode(errors="replace"), digest_size=6).hexdigest()

    def add(self, seen: Sightings, run: Run | None, revision: str) -> None:
        """Take in one more scene."""
        began = min(sighting.began for sighting in seen.values())
        ended = max(sighting.ended for sighting in seen.values())
        self.began = min(self.began or began, began)
        self.ended = max(self.ended, ended)
        needed = self.known.names([*self.known.cause.all_of, *self.known.cause.any_of])
        self.count += 1 if run else max(seen[name].count for name in needed if name in seen)
        _name(self.revisions, revision, unbounded=True)
        for name, sighting in seen.items():
            have = self.seen.setdefault(name, Sighting(name))
            before = have.count
            for event in sighting.samples:
                have.add(event)
            if sighting.last is not None:
                have.last = sighting.last
            have.count = before + sighting.count
        if run is None:
            for sighting in seen.values():
                for event in sighting.samples:
                    _name(self.instances, event.entry.instance)
            return
        _name(self.runs, run.id)
        _name(self.instances, run.instance)
        self.environment = run.environment or self.environment
        self.condition = self.condition or run.condition
        self.passed |= {
            s.check: s.evidence[-1] for s in run.steps if s.check and s.outcome == "passed" and s.evidence
        }

    def incident(self, around: Sightings, link: Link) -> Incident:
        """Return the incident: its evidence numbered, its reasons told with what the lines captured.

        ``around`` are the other lines of the service near the incident: a reason may rest on one of them.
        """
        cause = self.known.cause
        cited = self._cited(around)
        ids = {name: f"E{number}" for number, name in enumerate(cited, 1)}
        reasons = []
        for reason in cause.because:
            name = self.known.name(reason.rule)
            if name in ids:
                reasons.append(Because(self._fill(reason.says, cited[name]), [ids[name]]))
        scope = Scope(
            service=self.service,
            project=next((s.first.entry.project for s in self.seen.values() if s.first.entry.project), ""),
            location=next((s.first.entry.location for s in self.seen.values() if s.first.entry.location), ""),
            environment=self.environment,
            revisions=self.revisions,
            instances=self.instances,
            runs=self.runs,
        )
        return Incident(
            id=self.id,
            cause=cause.id,
            title=self.title,
            service=self.service,
            check=self.check,
            condition=cause.condition or self.condition,
            severity=cause.severity,
            confidence=cause.confidence,
            tier=cause.tier,
            playbook=cause.playbook,
            because=[f"{reason.says} [{', '.join(reason.evidence)}]" for reason in reasons],
            reasons=reasons,
            scope=scope,
            first_seen=format_timestamp(self.began),
            last_seen=format_timestamp(self.ended),
            count=self.count,
            recovered=self.recovered,
            evidence=[_evidence(ids[name], sighting, link) for name, sighting in cited.items()],
            ruled_out=self._ruled_out(around, cited, ids),
            symptoms=[symptom.headline() for symptom in self.symptoms],
        )

    def headline(self) -> str:
        """Return the title with the number of scenes, as a symptom of another incident is told."""
        return f"{self.title} ({sum(sighting.count for sighting in self.seen.values())} lines)"

    def _cited(self, around: Sightings) -> Sightings:
        """Return what is cited: what the reasons rest on, then what else the scenes say, failures first."""
        reasons = [self.known.name(reason.rule) for reason in self.known.cause.because]
        cited = {
            name: self.seen.get(name) or around[name]
            for name in reasons
            if name in self.seen or name in around
        }
        rest = [name for name in self.seen if name not in cited]
        rest.sort(key=lambda name: (-self.seen[name].first.entry.level, self.seen[name].began))
        cited |= {name: self.seen[name] for name in rest[: max(0, _CITED - len(cited))]}
        for symptom in self.symptoms:
            cited |= {name: found for name, found in list(symptom.seen.items())[:2] if name not in cited}
        return cited

    def _ruled_out(self, around: Sightings, cited: Sightings, ids: dict[str, str]) -> list[RuledOut]:
        cleared = []
        for ruling in self.known.cause.ruled_out:
            names = self.known.names(ruling.rules)
            found = next((name for name in names if name in self.seen or name in around), None)
            if found is not None:
                sighting = self.seen.get(found) or around[found]
                evidence = [ids[found]] if found in cited else [sighting.first.entry.insert_id]
                cleared.append(RuledOut(ruling.cause, self._fill(ruling.why, sighting), evidence))
        blamed = {self.check, *(ruling.cause for ruling in self.known.cause.ruled_out)}
        cleared += [
            RuledOut(check, f"the check {check} passed in the same run", [insert_id])
            for check, insert_id in self.passed.items()
            if check not in blamed
        ]
        return cleared

    def _fill(self, text: str, sighting: Sighting) -> str:
        fields = {field: value for s in self.seen.values() for field, value in s.first.fields.items()}
        fields |= sighting.first.fields
        return fill(text, fields, count=str(sighting.count), check=self.check or "", service=self.service)


class _Blank(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "(not in the log)"


def fill(text: str, fields: dict[str, str], **more: str) -> str:
    """Return a sentence with what the log captured; what it did not capture is said to be missing."""
    return text.format_map(_Blank({**fields, **more}))


def _name(names: list[str], name: str, *, unbounded: bool = False) -> None:
    if name and name not in names and (unbounded or len(names) < _NAMED):
        names.append(name)


def _evidence(number: str, sighting: Sighting, link: Link) -> Evidence:
    entry = sighting.first.entry
    return Evidence(
        id=number,
        insert_id=entry.insert_id,
        timestamp=format_timestamp(entry.timestamp),
        message=entry.message[:_MESSAGE],
        link=link(sighting.first),
        severity=entry.severity,
        service=entry.service,
        revision=entry.revision,
        instance=entry.instance,
        rule=sighting.rule,
        count=sighting.count,
    )


def merged(parts: Iterable[Sightings]) -> Sightings:
    """Return the sightings of several places as one."""
    whole: Sightings = {}
    for part in parts:
        for name, sighting in part.items():
            have = whole.setdefault(name, Sighting(name))
            before = have.count
            for event in sighting.samples:
                have.add(event)
            if sighting.last is not None and (have.last is None or sighting.ended > have.ended):
                have.last = sighting.last
            have.count = before + sighting.count
    return whole
