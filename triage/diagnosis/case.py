"""An incident while its scenes still come in."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

from triage.diagnosis.earliest import Earliest
from triage.diagnosis.exhibits import Exhibits, Link
from triage.diagnosis.scene import Known, Moment
from triage.diagnosis.sighting import Sighting, Sightings
from triage.models import Because, Event, Incident, RuledOut, Run, Scope
from triage.window import NANOSECONDS, format_timestamp

#: Instances and runs that a scope names; the count tells how many there are.
_NAMED = 20
#: Nanoseconds around an incident in which another line of its service may be part of the story.
AROUND = 120 * NANOSECONDS
#: Lines that an incident cites, one for each thing that they say.
_CITED = 14
#: Said of an incident none of whose reasons stands in the logs.
_SHOWN = "No line gives a closer reason; this one shows it"
#: Said of the lines that the service wrote of a client's request, found by their trace.
_INSIDE = "The service's own log has these lines of the same request"
_WORDS = re.compile(r"\{(\w+)\}")
#: Numbers that are another time by time; a short one, such as an exit code, may be what tells two things apart.
_MEASURED = re.compile(r"\d+\.\d+|\d{4,}", re.ASCII)

#: The lines near an incident: of its own service (""), or of those that a glob pattern names.
Around = Callable[[str], Sightings]


@dataclass
class Case:
    """A cause at one service, with everything seen of it so far.

    What is told of the first or the last of its scenes goes by their moments, whatever the order in which they come;
    ``since`` is that of the scene which gives the title.
    """

    known: Known
    service: str
    check: str | None
    title: str
    since: Moment
    seen: Sightings = field(default_factory=dict)
    runs: Earliest = field(default_factory=lambda: Earliest(_NAMED))
    revisions: Earliest = field(default_factory=Earliest)
    instances: Earliest = field(default_factory=lambda: Earliest(_NAMED))
    passed: dict[str, tuple[Moment, int, Event]] = field(default_factory=dict)
    tarnished: set[str] = field(default_factory=set)
    environment: tuple[Moment, str] | None = None
    condition: tuple[Moment, str] | None = None
    count: int = 0
    began: int = 0
    ended: int = 0
    recovered: bool = False
    symptoms: list["Case"] = field(default_factory=list)
    traced: list[Event] = field(default_factory=list)

    @property
    def is_seen_from_outside(self) -> bool:
        """Return whether a client saw it, and no line of the service's own log is part of it."""
        return all(sighting.first.run == "probe" for sighting in self.seen.values())

    @property
    def may_be_anywhere(self) -> bool:
        """Return whether a client saw it, and no line tells at which revision."""
        return not self.revisions and self.is_seen_from_outside

    @property
    def id(self) -> str:
        """Return the stable fingerprint: the same cause at the same service is the same incident."""
        title = _MEASURED.sub("<n>", self.title)
        text = "\0".join((self.known.cause.id, self.service, self.check or "", title))
        return blake2b(text.encode(errors="replace"), digest_size=6).hexdigest()

    def begin(self, other: "Case") -> None:
        """Take over what another tells of the same case, if its scene was before those that came so far."""
        if other.since < self.since:
            self.known, self.title, self.since = other.known, other.title, other.since

    def add(self, seen: Sightings, run: Run | None, revision: str, at: Moment) -> None:
        """Take in one more scene, which was over at a moment."""
        began = min(sighting.began for sighting in seen.values())
        ended = max(sighting.ended for sighting in seen.values())
        self.began = min(self.began or began, began)
        self.ended = max(self.ended, ended)
        needed = self.known.names([*self.known.cause.all_of, *self.known.cause.any_of])
        self.count += 1 if run else max(seen[name].count for name in needed if name in seen)
        self.revisions.add(revision, at)
        for name, sighting in seen.items():
            self.seen.setdefault(name, Sighting(name)).absorb(sighting)
        if run is None:
            for sighting in seen.values():
                for event in sighting.samples:
                    self.instances.add(event.entry.instance, (event.entry.timestamp,))
            return
        self.runs.add(run.id, at)
        self.instances.add(run.instance, at)
        if run.environment and (self.environment is None or at >= self.environment[0]):
            self.environment = (at, run.environment)
        if run.condition and (self.condition is None or at < self.condition[0]):
            self.condition = (at, run.condition)

    def put_in_order(self) -> None:
        """Put what was seen in the order in which it is told: by its first line, what no run shows as the cause names it."""
        cause = self.known.cause
        named = [*cause.all_of, *cause.any_of, *(reason.rule for reason in cause.because)]
        names = self.known.names(named) if cause.scope == "revision" else []

        def turn(name: str) -> tuple[int, Any, str]:
            place = names.index(name) if name in names else len(names)
            return place, self.seen[name].first.entry.turn, name

        self.seen = {name: self.seen[name] for name in sorted(self.seen, key=turn)}

    def clear(self, run: Run, events: Iterable[Event], at: Moment) -> None:
        """Note which checks passed in a run, by which line, and which did not."""
        lines = {event.entry.insert_id: event for event in events}
        for place, step in enumerate(run.steps):
            if step.check and step.outcome == "passed" and step.evidence and step.evidence[-1] in lines:
                passed = self.passed.get(step.check)
                if passed is None or at < passed[0]:
                    self.passed[step.check] = (at, place, lines[step.evidence[-1]])
            elif step.check and step.outcome in ("failed", "warned", "tolerated"):
                self.tarnished.add(step.check)

    def incident(self, around: Around, link: Link) -> Incident:
        """Return the incident: its evidence numbered, its reasons told with what the lines captured.

        ``around`` gives the other lines near the incident: a reason may rest on one of them.
        """
        cause = self.known.cause
        near = around("")
        exhibits = Exhibits(link)
        told: dict[str, list[tuple[Event, str]]] = {}
        for name, sighting in self._cited(near).items():
            voices = self._voices(name, sighting)
            for event in voices:
                count = sighting.checks[event.check] if len(voices) > 1 else sighting.count
                told.setdefault(name, []).append((event, exhibits.cite(event, count)))
        reasons = self._reasons(told) or [Because(_SHOWN, [line.id for line in exhibits.evidence[:1]])]
        if self.traced:
            reasons.append(Because(_INSIDE, [exhibits.cite(event, 1) for event in self.traced]))
        scope = Scope(
            service=self.service,
            project=next((s.first.entry.project for s in self.seen.values() if s.first.entry.project), ""),
            location=next((s.first.entry.location for s in self.seen.values() if s.first.entry.location), ""),
            environment=self.environment[1] if self.environment else None,
            revisions=self.revisions.names(),
            instances=self.instances.names(),
            runs=self.runs.names(),
        )
        return Incident(
            id=self.id,
            cause=cause.id,
            title=self.title,
            service=self.service,
            check=self.check,
            condition=cause.condition or (self.condition[1] if self.condition else None),
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
            ruled_out=self._ruled_out(around, exhibits),
            evidence=exhibits.evidence,
            symptoms=[symptom.headline() for symptom in self.symptoms],
        )

    def _voices(self, name: str, sighting: Sighting) -> list[Event]:
        """Return the events that speak for a rule: the first, or one for each check where the sentence names it."""
        says = [reason.says for reason in self.known.cause.because if self.known.name(reason.rule) == name]
        if not any("{check}" in sentence for sentence in says):
            return [next((e for e in sighting.samples if any(_can_say(e, s) for s in says)), sighting.first)]
        by_check: dict[str, Event] = {}
        for event in sighting.samples:
            by_check.setdefault(event.check, event)
        return list(by_check.values())

    def _reasons(self, told: Mapping[str, list[tuple[Event, str]]]) -> list[Because]:
        """Return the sentences whose words stand in their line; where none is left, all of them with their blanks."""
        spoken = [
            (reason.says, event, number)
            for reason in self.known.cause.because
            for event, number in told.get(self.known.name(reason.rule), [])
        ]
        sayable = [(says, event, number) for says, event, number in spoken if _can_say(event, says)]
        return [
            Because(
                fill(says, event.fields, check=event.check or self.check or "", service=self.service),
                [number],
            )
            for says, event, number in sayable or spoken
        ]

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

    def _ruled_out(self, around: Around, exhibits: Exhibits) -> list[RuledOut]:
        cleared = []
        for ruling in self.known.cause.ruled_out:
            lines = around(ruling.service)
            if not ruling.service:
                lines = self.seen | {
                    k: v for k, v in lines.items() if k not in self.seen and self._may_clear(v)
                }
            name = next((name for name in self.known.names(ruling.rules) if name in lines), None)
            if name is not None:
                event = lines[name].first
                why = fill(ruling.why, event.fields, check=self.check or "", service=self.service)
                cleared.append(RuledOut(ruling.cause, why, [exhibits.cite(event, lines[name].count)]))
        blamed = {self.check, *self.tarnished, *(ruling.cause for ruling in self.known.cause.ruled_out)}
        cleared += [
            RuledOut(check, f"the check {check} passed in the same run", [exhibits.cite(event, 1)])
            for check, (_, _, event) in sorted(self.passed.items(), key=lambda passed: passed[1][:2])
            if check not in blamed
        ]
        return cleared

    def _may_clear(self, near: Sighting) -> bool:
        """Return whether a line outside the scene speaks of it: one of another run of its kind does not."""
        return near.first.run != self.known.cause.scope


class _Blank(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "(not in the log)"


def fill(text: str, fields: dict[str, str], **more: str) -> str:
    """Return a sentence with what the log captured; what it did not capture is said to be missing."""
    return text.format_map(_Blank({**fields, **more}))


def _can_say(event: Event, says: str) -> bool:
    """Return whether a line captured every word that a sentence takes from it."""
    return set(_WORDS.findall(says)) <= {"check", "service", *event.fields}


def merged(parts: Iterable[Sightings]) -> Sightings:
    """Return the sightings of several places as one."""
    whole: Sightings = {}
    for part in parts:
        for name, sighting in part.items():
            whole.setdefault(name, Sighting(name)).absorb(sighting)
    return whole
