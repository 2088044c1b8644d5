"""An incident while its runs and revisions are still added."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from hashlib import blake2b
from typing import Any

import msgspec

from triage.diagnosis.evidence_list import EvidenceList, Link
from triage.diagnosis.failure_titles import title_of
from triage.diagnosis.first_seen import FirstSeen
from triage.diagnosis.matching import FinishKey, PackCause
from triage.diagnosis.rule_matches import MatchesByRule, RuleMatches
from triage.models import Because, Entry, Event, FailedShare, FailureGroup, Incident, RuledOut, Run, Scope
from triage.text import count_times, pluralize
from triage.window import NANOSECONDS, format_timestamp

#: Instances and runs that a scope names; ``count`` has the total.
_MAX_NAMES = 20
#: Nanoseconds before and after an incident in which lines of its service may be related.
NEARBY = 120 * NANOSECONDS
#: Lines that an incident cites, one per rule.
_MAX_CITED = 14
#: Paths of which an incident cites a line of one rule.
_MAX_PATHS = 3
#: Reason of an incident for which no other reason was found.
_NO_REASON = "No line gives a closer reason; this one shows it"
#: Reason that cites the lines of the failed request, found by trace.
_SAME_REQUEST = "The service's own log has these lines of the same request"
#: Kinds of runs of which a share is given, in the plural.
_SHARES = {"boot": "boots", "validation": "validations"}
_FIELDS = re.compile(r"\{(\w+)\}")
#: Measured numbers, which the fingerprint ignores; short ones, such as exit codes, stay.
_NUMBERS = re.compile(r"\d+\.\d+|\d{4,}", re.ASCII)

#: Returns the matches near an incident: of its own service (""), or of a glob pattern of services.
NearbyMatches = Callable[[str], MatchesByRule]


class IncidentBuilder(msgspec.Struct):
    """A cause at one service, with everything that matched it so far.

    The result depends on finish keys, not on the order in which matches arrive.

    Attributes:
        pack_cause: the cause with its pack.
        service: affected service.
        check: failing check, None for none.
        title: title of the incident.
        first_key: finish key of the match that gives the title.
        matches: matches by rule.
        runs: first runs.
        revisions: revisions.
        instances: first instances.
        passed: for each passed check: finish key, position and event.
        not_passed: checks that failed, warned or were tolerated.
        environment: latest environment, with its finish key.
        condition: earliest condition, with its finish key.
        count: number of occurrences.
        not_ready: number of its runs that were not ready.
        share: how many failed of how many, None where it is not known.
        began: time of the first event, nanoseconds.
        ended: time of the last event, nanoseconds.
        recovered: whether the service was ready afterwards.
        symptoms: incidents that this one explains.
        trace_events: lines of the failed requests, found by trace.

    """

    pack_cause: PackCause
    service: str
    check: str | None
    title: str
    first_key: FinishKey
    matches: MatchesByRule = {}
    runs: FirstSeen = msgspec.field(default_factory=lambda: FirstSeen(_MAX_NAMES))
    revisions: FirstSeen = msgspec.field(default_factory=FirstSeen)
    instances: FirstSeen = msgspec.field(default_factory=lambda: FirstSeen(_MAX_NAMES))
    passed: dict[str, tuple[FinishKey, int, Event]] = {}
    not_passed: set[str] = set()
    environment: tuple[FinishKey, str] | None = None
    condition: tuple[FinishKey, str] | None = None
    count: int = 0
    not_ready: int = 0
    share: FailedShare | None = None
    began: int = 0
    ended: int = 0
    recovered: bool = False
    symptoms: list["IncidentBuilder"] = []
    failures: list[FailureGroup] = []
    trace_events: list[Event] = []

    @property
    def is_probe_only(self) -> bool:
        """Return whether only a probe saw it, and no line of the service."""
        return all(found.first.run == "probe" for found in self.matches.values())

    @property
    def revision_unknown(self) -> bool:
        """Return whether only a probe saw it, and no line names the revision."""
        return not self.revisions and self.is_probe_only

    @property
    def id(self) -> str:
        """Return the stable fingerprint: the same cause at the same service gives the same id."""
        title = _NUMBERS.sub("<n>", self.title)
        text = "\0".join((self.pack_cause.cause.id, self.service, self.check or "", title))
        return blake2b(text.encode(errors="replace"), digest_size=6).hexdigest()

    def merge(self, other: "IncidentBuilder") -> None:
        """Take cause and title of another match of the same incident if it is earlier."""
        if other.first_key < self.first_key:
            self.pack_cause, self.title, self.first_key = other.pack_cause, other.title, other.first_key

    def add_match(self, matches: MatchesByRule, run: Run | None, revision: str, at: FinishKey) -> None:
        """Add the matches of one more run or revision, with its finish key."""
        began = min(found.began for found in matches.values())
        ended = max(found.ended for found in matches.values())
        self.began = min(self.began or began, began)
        self.ended = max(self.ended, ended)
        needed = self.pack_cause.full_names([*self.pack_cause.cause.all_of, *self.pack_cause.cause.any_of])
        self.count += 1 if run else max(matches[name].count for name in needed if name in matches)
        self.revisions.add(revision, at)
        for name, found in matches.items():
            self.matches.setdefault(name, RuleMatches(name)).absorb(found)
        if run is None:
            for found in matches.values():
                for event in found.samples:
                    self.instances.add(event.entry.instance, (event.entry.timestamp,))
            return
        self.not_ready += run.verdict == "not_ready"
        self.runs.add(run.id, at)
        self.instances.add(run.instance, at)
        if run.environment and (self.environment is None or at >= self.environment[0]):
            self.environment = (at, run.environment)
        if run.condition and (self.condition is None or at < self.condition[0]):
            self.condition = (at, run.condition)

    def measure_share(self, runs: Counter[str], requests: int) -> None:
        """Set how many runs of its kind failed by it, of a refusal how many requests.

        ``runs`` are the runs of the service by kind, ``requests`` its requests. Logs that hold fewer requests
        than were refused lack the log of requests, and with it the share.
        """
        scope = self.pack_cause.cause.scope
        if scope == "gate" and requests >= self.count:
            self.share = FailedShare(failed=self.count, total=requests, of="requests")
        elif scope in _SHARES and self.not_ready and runs[scope] > 1:
            self.share = FailedShare(failed=self.not_ready, total=runs[scope], of=_SHARES[scope])

    def sort(self) -> None:
        """Sort the matches by first event; for a revision, first the rules of the cause in their order."""
        cause = self.pack_cause.cause
        named = [*cause.all_of, *cause.any_of, *(reason.rule for reason in cause.because)]
        names = self.pack_cause.full_names(named) if cause.scope == "revision" else []

        def sort_key(name: str) -> tuple[int, Any, str]:
            index = names.index(name) if name in names else len(names)
            return index, self.matches[name].first.entry.sort_key, name

        self.matches = {name: self.matches[name] for name in sorted(self.matches, key=sort_key)}

    def mark_passed(self, run: Run, events: Iterable[Event], at: FinishKey) -> None:
        """Record which checks passed in a run, by which line, and which did not."""
        lines = {event.entry.insert_id: event for event in events}
        for index, step in enumerate(run.steps):
            if step.check and step.outcome == "passed" and step.evidence and step.evidence[-1] in lines:
                passed = self.passed.get(step.check)
                if passed is None or at < passed[0]:
                    self.passed[step.check] = (at, index, lines[step.evidence[-1]])
            elif step.check and step.outcome in ("failed", "warned", "tolerated"):
                self.not_passed.add(step.check)

    def build(self, nearby: NearbyMatches, link: Link) -> Incident:
        """Return the incident with its evidence numbered and its reasons filled in.

        ``nearby`` returns the other matches near the incident: a reason may be based on one of them.
        """
        cause = self.pack_cause.cause
        own = nearby("")
        evidence_list = EvidenceList(link)
        cited: dict[str, list[tuple[Event, str]]] = {}
        for name, found in self._select_matches(own).items():
            for event, count in self._representative_events(name, found):
                cited.setdefault(name, []).append((event, evidence_list.cite(event, count)))
        reasons = self._reasons(cited) or [
            Because(_NO_REASON, [line.id for line in evidence_list.evidence[:1]])
        ]
        if self.trace_events:
            reasons.append(
                Because(_SAME_REQUEST, [evidence_list.cite(event, 1) for event in self.trace_events])
            )
        scope = Scope(
            service=self.service,
            project=next((s.first.entry.project for s in self.matches.values() if s.first.entry.project), ""),
            location=next(
                (s.first.entry.location for s in self.matches.values() if s.first.entry.location), ""
            ),
            environment=self.environment[1] if self.environment else None,
            revisions=self.revisions.names(),
            instances=self.instances.names(),
            runs=self.runs.names(),
        )
        ruled_out = self._ruled_out(nearby, evidence_list)
        requests = sum(group.requests for group in self.failures)
        if requests and (request := self._first_failed_request()) is not None:
            evidence_list.cite(Event(entry=request, pack="", rule=""), requests)
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
            ruled_out=ruled_out,
            evidence=evidence_list.evidence,
            symptoms=[
                *(symptom.headline() for symptom in self.symptoms),
                *(f"{title_of(group)} ({count_times(group.count)})" for group in self.failures),
                *([pluralize(requests, "failed request")] if requests else []),
            ],
            share=self.share,
            captures=self._captures(),
        )

    def _first_failed_request(self) -> Entry | None:
        """Return the first request that failed in consequence of a failure."""
        samples = [sample for group in self.failures for sample in group.samples]
        points = [point for sample in samples for point in sample.consequences]
        entries = [point.entry for point in points if point.kind == "request"]
        return min(entries, key=lambda entry: entry.sort_key, default=None)

    def _captures(self) -> dict[str, str]:
        """Return what the rules of the cause captured in their first match; the first rule wins."""
        cause = self.pack_cause.cause
        named = self.pack_cause.full_names([*cause.all_of, *cause.any_of])
        fields: dict[str, str] = {}
        for name in reversed([name for name in named if name in self.matches]):
            fields |= self.matches[name].first.fields
        return fields

    def _representative_events(self, name: str, found: RuleMatches) -> list[tuple[Event, int]]:
        """Return the first event of a rule, and how many there are.

        Return one per check where the sentence names the check, and one per path where there are several.
        """
        says = [
            reason.says
            for reason in self.pack_cause.cause.because
            if self.pack_cause.full_name(reason.rule) == name
        ]
        if any("{check}" in sentence for sentence in says):
            by_check: dict[str, Event] = {}
            for event in found.samples:
                by_check.setdefault(event.check, event)
            if len(by_check) > 1:
                return [(event, found.checks[check]) for check, event in by_check.items()]
            return [(event, found.count) for event in by_check.values()]
        if len(found.paths) > 1:
            by_path = sorted(found.paths.values(), key=lambda path: (-path[0], path[1].entry.sort_key))
            return [(event, count) for count, event in by_path[:_MAX_PATHS]]
        first = next((e for e in found.samples if any(_captures_all(e, s) for s in says)), found.first)
        return [(first, found.count)]

    def _reasons(self, cited: Mapping[str, list[tuple[Event, str]]]) -> list[Because]:
        """Return the sentences whose fields were captured; where none is complete, all of them."""
        candidates = [
            (reason.says, event, number)
            for reason in self.pack_cause.cause.because
            for event, number in cited.get(self.pack_cause.full_name(reason.rule), [])
        ]
        complete = [(says, event, number) for says, event, number in candidates if _captures_all(event, says)]
        reasons: dict[str, list[str]] = {}
        for says, event, number in complete or candidates:
            check = event.check or self.check or ""
            sentence = fill_sentence(says, event.fields, check=check, service=self.service)
            reasons.setdefault(sentence, []).append(number)
        return [Because(sentence, list(dict.fromkeys(numbers))) for sentence, numbers in reasons.items()]

    def headline(self) -> str:
        """Return the title with its number of lines, as shown for a symptom."""
        count = sum(found.count for found in self.matches.values())
        return f"{self.title} ({pluralize(count, 'line')})"

    def _select_matches(self, nearby: MatchesByRule) -> MatchesByRule:
        """Return the matches to cite: those of the reasons, then the others, most severe first."""
        reasons = [self.pack_cause.full_name(reason.rule) for reason in self.pack_cause.cause.because]
        cited = {
            name: self.matches.get(name) or nearby[name]
            for name in reasons
            if name in self.matches or name in nearby
        }
        others = [name for name in self.matches if name not in cited]
        others.sort(key=lambda name: (-self.matches[name].first.entry.level, self.matches[name].began))
        cited |= {name: self.matches[name] for name in others[: max(0, _MAX_CITED - len(cited))]}
        for symptom in self.symptoms:
            cited |= {name: found for name, found in list(symptom.matches.items())[:2] if name not in cited}
        return cited

    def _ruled_out(self, nearby: NearbyMatches, evidence_list: EvidenceList) -> list[RuledOut]:
        excluded = []
        for candidate in self.pack_cause.cause.ruled_out:
            lines = nearby(candidate.service)
            if not candidate.service:
                lines = self.matches | {
                    k: v for k, v in lines.items() if k not in self.matches and self._may_exclude(v)
                }
            name = next((name for name in self.pack_cause.full_names(candidate.rules) if name in lines), None)
            if name is not None:
                event = lines[name].first
                why = fill_sentence(candidate.why, event.fields, check=self.check or "", service=self.service)
                excluded.append(
                    RuledOut(candidate.cause, why, [evidence_list.cite(event, lines[name].count)])
                )
        failing = {
            self.check,
            *self.not_passed,
            *(candidate.cause for candidate in self.pack_cause.cause.ruled_out),
        }
        excluded += [
            RuledOut(check, f"the check {check} passed in the same run", [evidence_list.cite(event, 1)])
            for check, (_, _, event) in sorted(self.passed.items(), key=lambda passed: passed[1][:2])
            if check not in failing
        ]
        return excluded

    def _may_exclude(self, line: RuleMatches) -> bool:
        """Return whether a nearby match is about this incident: not one of another run of its kind."""
        return line.first.run != self.pack_cause.cause.scope


class _MissingFields(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "(not in the log)"


def fill_sentence(text: str, fields: dict[str, str], **more: str) -> str:
    """Return a sentence with its captured fields; a missing field is marked as missing."""
    return text.format_map(_MissingFields({**fields, **more}))


def _captures_all(event: Event, says: str) -> bool:
    """Return whether an event captured every field of a sentence."""
    return set(_FIELDS.findall(says)) <= {"check", "service", *event.fields}


def merge_matches(parts: Iterable[MatchesByRule]) -> MatchesByRule:
    """Return the matches of several places as one."""
    merged: MatchesByRule = {}
    for part in parts:
        for name, found in part.items():
            merged.setdefault(name, RuleMatches(name)).absorb(found)
    return merged
