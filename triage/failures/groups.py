"""Failures that have one explanation, counted together."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence

import msgspec

from triage.failures.instance import Failure
from triage.failures.linking import Attribution
from triage.failures.meaning import STRONG
from triage.failures.points import DEPTH, OF_INSTANCE, FailurePoint
from triage.failures.statements import Statement
from triage.measures import Moments
from triage.models import Consequence, Entry, FailureGroup, FailureSample, Link, Recognized
from triage.text import path_template

#: Attributions of a group that are kept to be cited: the first ones, and the first of each kind.
_SAMPLES = 3
#: Paths that a group distinguishes.
_PATHS = 200
_OVERFLOW = "…"
#: Traces of a group by which failures of several services are joined.
_TRACES = 2000
#: Tasks of jobs, of which Cloud Run runs at most 10,000 in an execution.
_TASKS = 20_000
#: Spans of time in which a group's failures are kept.
_SPANS = 128

#: Returns what the packs know of a failure point's own text, None where they know nothing.
PointRecognizer = Callable[[FailurePoint], Recognized | None]
#: The name of a group: the service, the cause ("" for an unknown one), and what tells it from others of that
#: cause.
GroupKey = tuple[str, str, str]


class GroupBuilder(msgspec.Struct):
    """Failures of one service that have the same explanation.

    key: service, cause and what distinguishes it.
    own: what the packs know of the first point's own text, where that is the explanation.
    count: failures, each start, end or request counted once.
    kinds: how many failures of each kind.
    paths: requests by path and status, those that failed in consequence included.
    instances: every instance, by its first failure.
    revisions: every revision, by its first failure.
    samples: the first failures, in order of time.
    links: how many were linked to their statement in which way.
    traces: the first failed requests that have a trace, by trace.
    tasks: the last failure of each task of a job, by execution and number.
    moments: when they were.
    unexplained: whether no statement explains them.
    """

    key: GroupKey
    own: Recognized | None
    count: int = 0
    kinds: Counter[str] = msgspec.field(default_factory=Counter)
    consequences: Counter[str] = msgspec.field(default_factory=Counter)
    paths: Counter[tuple[str, int]] = msgspec.field(default_factory=Counter)
    instances: dict[str, int] = {}
    revisions: dict[str, int] = {}
    last_by_revision: dict[str, int] = {}
    places: dict[tuple[str, str, str], int] = {}
    samples: list[Failure] = []
    links: Counter[Link] = msgspec.field(default_factory=Counter)
    traces: dict[str, int] = {}
    tasks: dict[tuple[str, str], int] = {}
    moments: Moments = msgspec.field(default_factory=lambda: Moments(_SPANS))
    requests: int = 0
    first: int = 0
    last: int = 0
    candidates: int = 1

    @property
    def service(self) -> str:
        """Return the service."""
        return self.key[0]

    @property
    def sample(self) -> Failure:
        """Return the failure that shows best what happened.

        The deepest kind, with a statement if one has one.
        """
        return min(
            self.samples, key=lambda f: (f.attribution.statement is None, DEPTH[f.point.kind], _turn(f))
        )

    @property
    def is_explained(self) -> bool:
        """Return whether a statement or the platform's own text explains the failures."""
        return self.sample.attribution.statement is not None or (
            self.own is not None and not self.own.is_symptom
        )

    @property
    def reports_symptom(self) -> bool:
        """Return whether requests failed, and what the application says of it only follows from others."""
        known = self.sample.attribution.recognized
        return set(self.kinds) == {"request"} and known is not None and known.is_symptom

    @property
    def is_unsaid(self) -> bool:
        """Return whether requests failed, and neither the application nor the platform names a cause."""
        return set(self.kinds) == {"request"} and not self.is_explained

    @property
    def path_templates(self) -> set[str]:
        """Return the paths of the requests, without their variable parts."""
        return {path_template(path) for path, _ in self.paths}

    @property
    def is_of_instances(self) -> bool:
        """Return whether instances failed, and not only requests."""
        return any(kind in OF_INSTANCE for kind in self.kinds)

    def add(self, failures: Sequence[Failure]) -> None:
        """Count more failures."""
        self.count += len(failures)
        self.kinds.update([failure.point.kind for failure in failures])
        self.links.update([failure.attribution.link for failure in failures])
        self.candidates = max(self.candidates, *[failure.attribution.candidates for failure in failures])
        points: list[FailurePoint] = []
        for failure in failures:
            points.append(failure.point)
            if failure.consequences or failure.requests:
                points += failure.consequences
                points += failure.requests
                self.consequences.update([point.kind for point in failure.consequences])
                self.requests += len(failure.requests)
        self._see(points)
        samples = self.samples
        if len(samples) == _SAMPLES:
            latest = samples[-1].point.entry.timestamp
            failures = [failure for failure in failures if failure.point.entry.timestamp <= latest]
        if failures:
            samples += failures
            samples.sort(key=_turn)
            del samples[_SAMPLES:]

    def absorb(self, other: "GroupBuilder") -> None:
        """Count the failures of another group as consequences of this one's."""
        for kind, count in other.kinds.items():
            if kind == "request":
                self.requests += count
            else:
                self.consequences[kind] += count
        self._join(other)
        for failure in other.samples:
            if len(self.samples) < _SAMPLES + 2 and failure.point.kind not in {
                s.point.kind for s in self.samples
            }:
                self.samples[0].consequences = [*self.samples[0].consequences, failure.point]

    def merge(self, other: "GroupBuilder") -> None:
        """Count the failures of another group, which have the same explanation."""
        self.count += other.count
        self.kinds += other.kinds
        self.links += other.links
        self.candidates = max(self.candidates, other.candidates)
        for instance, at in other.instances.items():
            self.instances[instance] = min(at, self.instances.get(instance, at))
        self._join(other)
        self.samples = sorted([*self.samples, *other.samples], key=_turn)[:_SAMPLES]

    def take_second(self, is_noise: Callable[[Attribution], bool]) -> bool:
        """Explain the failures by what else was said, where that is the same for all samples and no noise."""
        seconds = [_next_explanation(failure.attribution, is_noise) for failure in self.samples]
        found = {(*_explanation(second, self.own),) for second in seconds if second is not None}
        if None in seconds or len(found) != 1:
            return False
        for failure, second in zip(self.samples, seconds, strict=True):
            failure.attribution = second or failure.attribution
        self.key = (self.service, *found.pop())
        return True

    def _join(self, other: "GroupBuilder") -> None:
        """Take what two groups have in common: requests, places and times."""
        self.requests += other.requests
        for trace, start in other.traces.items():
            self._add_trace(trace, start)
        self.consequences += other.consequences
        for path, count in other.paths.items():
            self._count_path(path, count)
        for name, at in other.revisions.items():
            self.revisions[name] = min(at, self.revisions.get(name, at))
        for task, at in other.tasks.items():
            self.tasks[task] = max(at, self.tasks.get(task, at))
        for place, at in other.places.items():
            self.places[place] = min(at, self.places.get(place, at))
        for name, at in other.last_by_revision.items():
            self.last_by_revision[name] = max(at, self.last_by_revision.get(name, at))
        self.first, self.last = min(self.first, other.first), max(self.last, other.last)
        self.moments.absorb(other.moments)

    def build(self, *, is_noise: bool) -> FailureGroup:
        """Return the group as the diagnosis reads it."""
        sample = self.sample
        known = self.own if self.own is not None and not self.own.is_symptom else None
        statement, recognized = sample.attribution.statement, sample.attribution.recognized
        if known is None and statement is not None and recognized is not None:
            known = recognized.said_in(statement.decisive_entry)
        known = known or self.own
        own_names_it = self.own is not None and not self.own.is_symptom
        ordered = sorted(self.samples, key=lambda failure: (failure is not sample, _turn(failure)))
        return FailureGroup(
            service=self.service,
            known=known if known is not None and known.cause else None,
            template=statement.template if statement else self.key[2],
            link=max(self.links, key=lambda link: (self.links[link], link)),
            candidates=self.candidates,
            is_noise=is_noise,
            count=self.count,
            kinds=dict(self.kinds),
            consequences=dict(self.consequences),
            requests=self.requests,
            paths=dict(sorted(self.paths.items(), key=lambda found: (-found[1], found[0]))),
            instances=dict(self.instances),
            revisions=dict(self.revisions),
            last_by_revision=dict(self.last_by_revision),
            places=dict(self.places),
            first=self.first,
            last=self.last,
            samples=[_sample(failure, is_named=own_names_it) for failure in ordered],
            traces=dict(self.traces),
            tasks=dict(self.tasks),
            times=tuple(self.moments),
        )

    def _see(self, points: Sequence[FailurePoint]) -> None:
        """Take where and when something failed, and of requests the path and the trace."""
        entries = [point.entry for point in points]
        times = [entry.timestamp for entry in entries]
        requests = [point for point in points if point.kind == "request"]
        paths = Counter([(point.path, point.status or 0) for point in requests])
        for path, count in paths.items():
            self._count_path(path, count)
        for point in requests:
            if point.entry.trace:
                self._add_trace(point.entry.trace, point.entry.timestamp)
        self._count_tasks(points)
        for entry, at in zip(entries, times, strict=True):
            revision, instance = entry.revision, entry.instance
            last = self.last_by_revision.get(revision)
            if last is None or at > last:
                self.last_by_revision[revision] = at
            place = (entry.location, revision, instance)
            seen = self.places.get(place)
            if seen is None or at < seen:
                self.places[place] = at
                self.revisions[revision] = min(at, self.revisions.get(revision, at))
                if instance:
                    self.instances[instance] = min(at, self.instances.get(instance, at))
        self.first = min(self.first or times[0], *times)
        self.last = max(self.last, *times)
        self.moments.add_all([*times, *[point.end for point in points]])

    def _count_tasks(self, points: Sequence[FailurePoint]) -> None:
        """Take of the tasks of a job when each of them failed last."""
        for point in points:
            entry = point.entry
            if point.kind in OF_INSTANCE and entry.task and len(self.tasks) < _TASKS:
                task = entry.revision, entry.task
                self.tasks[task] = max(entry.timestamp, self.tasks.get(task, 0))

    def _add_trace(self, trace: str, start: int) -> None:
        known = self.traces.get(trace)
        if known is None:
            if len(self.traces) < _TRACES:
                self.traces[trace] = start
        elif start > known:
            self.traces[trace] = start

    def _count_path(self, path: tuple[str, int], count: int) -> None:
        if path not in self.paths and len(self.paths) >= _PATHS:
            path = (_OVERFLOW, path[1])
        self.paths[path] += count


class FailureGroups:
    """All failures of an export by their explanation."""

    def __init__(self, recognize_point: PointRecognizer) -> None:
        """Begin without any; ``recognize_point`` gives what the packs know of a point's own text."""
        self._recognize_point = recognize_point
        self._groups: dict[GroupKey, GroupBuilder] = {}

    def __iter__(self) -> Iterator[GroupBuilder]:
        """Yield the groups in order of their first failure."""
        yield from sorted(self._groups.values(), key=lambda group: (group.first, group.key))

    def add(self, failures: Iterable[Failure]) -> None:
        """Count failures where they belong."""
        known: dict[tuple[object, ...], Recognized | None] = {}
        by_key: dict[GroupKey, list[Failure]] = {}
        for failure in failures:
            texts = _texts_of(failure.point)
            if texts not in known:
                known[texts] = self._recognize_point(failure.point)
            key = (failure.point.entry.service, *_explanation(failure.attribution, known[texts]))
            by_key.setdefault(key, []).append(failure)
        for key, found in by_key.items():
            self._add_to_group(key, found)

    def _add_to_group(self, key: GroupKey, failures: Sequence[Failure]) -> None:
        group = self._groups.get(key)
        if group is None:
            group = self._groups[key] = GroupBuilder(key, None)
        former = group.samples[:1]
        group.add(failures)
        first = group.samples[0]
        if not former or first is not former[0]:
            own = self._recognize_point(first.point)
            group.own = own and own.said_in(first.point.entry)

    def explain_again(self, group: GroupBuilder, is_noise: Callable[[Attribution], bool]) -> bool:
        """Explain a group whose statement is noise by what else was said; return whether anything was."""
        former = group.key
        if not group.take_second(is_noise):
            return False
        del self._groups[former]
        known = self._groups.get(group.key)
        if known is None:
            self._groups[group.key] = group
        else:
            known.merge(group)
        return True

    def remove(self, group: GroupBuilder) -> None:
        """Leave a group out."""
        del self._groups[group.key]


def _next_explanation(
    attribution: Attribution, is_noise: Callable[[Attribution], bool]
) -> Attribution | None:
    """Return what explains a failure where its statement is noise: the next that is none, None if nothing."""
    second = attribution.second
    while second is not None and is_noise(second):
        second = second.second
    return second


def _texts_of(point: FailurePoint) -> tuple[object, ...]:
    """Return all of a point that decides what the packs know of it."""
    entry = point.entry
    return entry.service, entry.message, entry.log_name, entry.logger, point.kind, point.event is None


def _explanation(attribution: Attribution, own: Recognized | None) -> tuple[str, str]:
    """Return the cause and what distinguishes it.

    The platform's own text if it names the cause, else the statement.
    """
    point, known = attribution.point, attribution.recognized
    if own is not None and own.cause and not own.is_symptom:
        return own.cause, own.template
    if known is not None and known.cause:
        return known.cause, known.template
    if attribution.statement is not None:
        return "", attribution.statement.template
    if own is not None and own.cause:
        return own.cause, own.template
    return "", f"{point.kind} {point.status or ''}".strip()


def _turn(failure: Failure) -> tuple[object, ...]:
    entry: Entry = failure.point.entry
    return entry.sort_key


def _sample(failure: Failure, *, is_named: bool) -> FailureSample:
    """Return a failure to be cited.

    is_named: whether the point itself names the cause: then only an error is worth citing beside it.
    """
    point, attribution = failure.point, failure.attribution
    statement = attribution.statement if not is_named or attribution.strength >= STRONG else None
    return FailureSample(
        kind=point.kind,
        entry=point.entry,
        event=point.event,
        status=point.status,
        statement=statement.quote if statement else None,
        gap=attribution.gap,
        tail=tuple(said.quote for said in attribution.tail),
        silent_since=failure.silent_since,
        consequences=tuple(
            Consequence(other.kind, other.entry) for other in [*failure.consequences, *failure.requests[:1]]
        ),
        pack=_pack_of(statement) if statement else "",
    )


def _pack_of(statement: Statement) -> str:
    """Return the pack with a rule for the decisive line of a statement, "" if none has one."""
    decisive = statement.decisive_entry
    return next((event.pack for event in statement.events if event.entry is decisive), "")
