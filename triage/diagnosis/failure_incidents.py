"""Groups of failures -> incidents: title, evidence, severity by share, confidence by link."""

import re
from hashlib import blake2b

import msgspec

from triage.diagnosis.evidence_list import EvidenceList, Link, line_of_cause
from triage.diagnosis.failure_causes import FailureCauses
from triage.diagnosis.failure_titles import (
    describe,
    describe_consequence,
    describe_gap,
    describe_outcome,
    quote_line,
    title_of,
)
from triage.diagnosis.matching import PackCause
from triage.diagnosis.serving import ServiceServing, took_requests
from triage.diagnosis.unexplained import cause_id_of, playbook_of
from triage.models import (
    REFUSALS,
    Because,
    Entry,
    Event,
    FailedShare,
    FailureGroup,
    FailureKind,
    FailureSample,
    Incident,
    Quote,
    Scope,
    Tier,
)
from triage.models.pack import Confidence
from triage.models.playbook import Severity
from triage.text import path_template, pluralize
from triage.window import format_timestamp

_NAMED = 20
#: The place in the source, on the first line.
_SOURCE_LINE = re.compile(r"\S+:\d+\n", re.ASCII)
_GRAVE, _NOTABLE = 0.5, 0.01
_MANY_STARTS = 0.1
_MANY, _FEW = 10, 2
_NOT_FOUND, _TOO_MANY, _SERVER_ERROR = 404, 429, 500
_SOCKET = 101
_START_KINDS = frozenset({"exit", "signal", "terminated", "memory", "startup_probe", "worker"})
#: A file of a build of a website, whose name changes with each build.
_ASSET = re.compile(r"\.(?:m?js|css|map|png|jpe?g|gif|svg|webp|avif|woff2?|ttf)$", re.IGNORECASE)
#: Paths of a sentence at most.
_LISTED = 3
_UNKNOWN_PATH = "unknown path"
#: Kinds of an instance's end, whose line says how.
_ENDS = frozenset({"exit", "signal", "terminated", "memory"})
#: What followed, by kind.
_NOUNS = {
    "exit": "container exit",
    "signal": "fatal signal",
    "terminated": "ended container",
    "memory": "exceeded memory limit",
    "startup_probe": "failed startup probe",
    "liveness_probe": "failed liveness probe",
    "readiness_probe": "failed readiness probe",
    "worker": "worker failure",
    "deployment": "deployment message",
    "task": "failed task",
    "execution": "failed execution",
    "request": "failed request",
}
_MEASURED = re.compile(r"\d+\.\d+|\d{4,}", re.ASCII)


def build_incident(
    group: FailureGroup, causes: FailureCauses, serving: ServiceServing, link: Link, *, recovered: bool
) -> Incident:
    """Return a group of failures as an incident."""
    known = causes.by_id(group.known.cause) if group.known is not None else None
    if group.known is not None and group.known.is_symptom and group.samples[0].statement is not None:
        known = None
    title = title_of(group)
    name = group.known.title if known is not None and group.known is not None else title
    evidence = EvidenceList(link)
    reasons = _reasons(group, evidence)
    sample = group.samples[0]
    is_explained = sample.statement is not None or (known is not None and known.cause.tier != "symptom")
    share = share_of(group, serving)
    cause = (
        known.cause.id
        if known is not None
        else cause_id_of(sample.kind, has_statement=sample.statement is not None)
    )
    identity = "\0".join((cause, group.service, _MEASURED.sub("<n>", name) if known else group.template))
    check = (group.known.event.check if known and group.known else "") or (known.cause.check if known else "")
    return Incident(
        id=blake2b(identity.encode(errors="replace"), digest_size=6).hexdigest(),
        cause=cause,
        title=title,
        service=group.service,
        check=check or None,
        condition=_condition(group, known),
        severity=severity_of(group, serving, share),
        confidence=_confidence(group, known),
        tier=_tier(group, known) if is_explained else "symptom",
        playbook=known.cause.playbook if known is not None else playbook_of(sample.kind),
        because=[f"{reason.says} [{', '.join(reason.evidence)}]" for reason in reasons],
        reasons=reasons,
        scope=Scope(
            service=group.service,
            project=sample.entry.project,
            location=sample.entry.location,
            revisions=[
                name for name in sorted(group.revisions, key=lambda n: (group.revisions[n], n)) if name
            ],
            instances=sorted(group.instances, key=lambda n: (group.instances[n], n))[:_NAMED],
        ),
        first_seen=format_timestamp(group.first),
        last_seen=format_timestamp(group.last),
        count=group.count,
        recovered=recovered,
        evidence=evidence.evidence,
        symptoms=_symptoms(group),
        share=share,
        captures=dict(group.known.event.fields) if known is not None and group.known is not None else {},
    )


def share_of(group: FailureGroup, serving: ServiceServing) -> FailedShare | None:
    """Return how many failed of how many: of the starts for instances, of the requests for requests."""
    if any(kind in _START_KINDS for kind in group.kinds):
        failed = len(group.instances) or group.count
        good = {
            name: at
            for revision in serving.revisions.values()
            for name, at in revision.started.items()
            if name not in group.instances
        }
        total = failed + len(good)
        return FailedShare(failed=failed, total=total, of="instances") if total > 1 else None
    if set(group.kinds) == {"request"}:
        failed = group.count + group.requests
        return FailedShare(failed=failed, total=max(serving.requests, failed), of="requests")
    return None


def severity_of(group: FailureGroup, serving: ServiceServing, share: FailedShare | None) -> Severity:
    """Return the severity: how much of the service failed, not how bad the line sounds."""
    if is_refusal(group):
        return "P1" if refuses_all(group, serving) else "P2"
    if {status for _, status in group.paths} == {_SOCKET}:
        return "P2"  # the clients connect again
    if share is not None and share.of == "requests":
        return _severity_of_requests(group, serving, share)
    ratio = share.failed / share.total if share is not None else 1.0
    serves = serving.has_succeeded_after(group.first)
    if not serves and not (serving.may_hide_success and took_requests(group)):
        return "P0"
    many = ratio >= _MANY_STARTS or group.requests or group.count > _FEW
    return "P1" if serving.is_job or many or "deployment" in {*group.kinds, *group.consequences} else "P2"


def _severity_of_requests(group: FailureGroup, serving: ServiceServing, share: FailedShare) -> Severity:
    if not serving.requests and group.known is not None and group.known.is_symptom:
        is_explained = group.samples[0].statement is not None
        return "P1" if group.count >= _MANY or is_explained else "P2"  # of how many requests is unknown
    ratio = share.failed / share.total
    serves = serving.has_succeeded_after(group.first)
    answers = serving.has_served_after(group.first)
    is_whole = ratio >= _GRAVE and not serving.may_hide_success
    if is_whole and not (answers or (serves and group.count <= _FEW)):
        return "P0"
    is_end = group.known is not None and group.known.event.failure in _ENDS
    return "P1" if ratio >= _NOTABLE or share.failed >= _MANY or is_end else "P2"


def refuses_all(group: FailureGroup, serving: ServiceServing) -> bool:
    """Return whether many requests were refused on paths that succeeded before and never since.

    Or whether all are, and the application says why; or at least half of those of its paths, for a reason
    that a rule names and that is not often the caller's own.
    """
    is_said = group.samples[0].statement is not None
    if is_said and not (serving.may_hide_success or any(p.succeeded for p in serving.paths.values())):
        return True
    if group.count < _MANY:
        return False
    names = {path_template(path) for path, _ in group.paths} & serving.paths.keys()
    known = [serving.paths[name] for name in names]
    is_grave = _names_error(group) and group.known is not None and not group.known.is_minor
    if is_grave and group.samples[0].entry.balancer is not None and not serving.has_served_after(group.first):
        return True  # the load balancer lets nothing through any more
    if is_said and is_grave and 2 * group.count >= sum(path.total for path in known):
        return True
    if all(_ASSET.search(path) and status == _NOT_FOUND for path, status in group.paths):
        return False  # pages of an older build ask for its files
    succeeded = [path.succeeded_at for path in known if path.succeeded]
    return bool(succeeded) and max(succeeded) <= group.first


def is_refusal(group: FailureGroup) -> bool:
    """Return whether nothing failed but requests that the application refused.

    With 429 an instance refuses what is too much for its own limit, unless it names an error, and a policy
    before the service what one caller sends too much. With 501 it refuses nothing of which it says why.
    """
    statuses = {status for _, status in group.paths}
    statement = group.samples[0].statement
    names_error = statement is not None and (statement.is_exception or _names_error(group))
    is_own_limit = not names_error and all(sample.entry.instance for sample in group.samples)
    known = group.known if statement is None and _names_error(group) else None
    limits = is_own_limit or (known is not None and known.is_minor)
    return (
        set(group.kinds) == {"request"}
        and bool(statuses)
        and all(status in REFUSALS and (status != _TOO_MANY or limits) for status in statuses)
        and (statement is None or max(statuses) < _SERVER_ERROR)
    )


def _names_error(group: FailureGroup) -> bool:
    """Return whether a rule names what went wrong."""
    return group.known is not None and not group.known.is_symptom


def _tier(group: FailureGroup, known: PackCause | None) -> Tier:
    if set(group.kinds) == {"request"}:
        return "runtime" if known is None or known.cause.tier in ("symptom", "runtime") else known.cause.tier
    if known is not None and known.cause.tier != "symptom":
        return known.cause.tier
    return "crash" if any(kind in _START_KINDS for kind in group.kinds) else "runtime"


def _condition(group: FailureGroup, known: PackCause | None) -> str | None:
    if known is not None and known.cause.condition:
        return known.cause.condition
    if known is not None and known.cause.tier == "startup" and any(k in _START_KINDS for k in group.kinds):
        return "boot_failure"
    return "boot_failure" if any(kind in ("startup_probe", "deployment") for kind in group.kinds) else None


def _confidence(group: FailureGroup, known: PackCause | None) -> Confidence:
    """Return how sure the link is: a known platform text, the same trace or a repeated instance are high."""
    sample = group.samples[0]
    named_by_point = sample.statement is None or (group.known is not None and group.known.event.failure)
    if known is not None and known.cause.tier != "symptom" and named_by_point:
        return known.cause.confidence
    if sample.statement is None:
        return "low" if known is not None and known.cause.confidence == "low" else "medium"
    if group.is_noise:
        return "low"
    if group.link == "trace" or (group.link == "instance" and (group.count > 1 or known is not None)):
        return "high"
    if group.candidates > 1 and known is None:
        return "low"
    return "high" if known is not None and group.link == "instance" else "medium"


def _reasons(group: FailureGroup, evidence: EvidenceList) -> list[Because]:
    """Return how we know, in the order of time: the statement, the failure point, what followed."""
    sample = group.samples[0]
    reasons = []
    if group.opening is not None:
        gap = describe_gap(group.first - group.opening.entry.timestamp)
        says = f"{gap} before the first failure, the application printed {quote_line(group.opening.decisive)}"
        reasons.append(Because(says, [_cite_quote(evidence, group.opening, group, 1)]))
    if sample.statement is not None:
        count = group.count if group.link in ("trace", "instance") else 1
        number = _cite_quote(evidence, sample.statement, group, count)
        says = f"he application printed {quote_line(sample.statement.decisive)}"
        is_before = sample.kind != "request" and sample.gap
        when = f"{describe_gap(sample.gap)} before the failure, t" if is_before else "T"
        reasons.append(Because(f"{when}{says}", [number]))
    elif sample.tail and sample.kind != "request":
        numbers = [_cite_quote(evidence, quote, group, 1) for quote in sample.tail]
        last = quote_line(sample.tail[-1].decisive)
        reasons.append(Because(f"The last line of the instance before the failure was {last}", numbers))
    point = evidence.cite(_event(sample.entry, sample.event), _count_similar(group, sample))
    reasons.append(Because(_point_sentence(group, sample), [point]))
    if sample.silent_since is not None and sample.kind != "request":
        reasons += [Because(says, [point]) for says in _silence(sample.entry, sample.silent_since)]
    first_of_kind = {other.kind: other.entry for other in reversed(sample.consequences)}
    for kind in dict.fromkeys(other.kind for other in sample.consequences):
        entry = first_of_kind[kind]
        count = group.requests if kind == "request" else group.consequences[kind]
        number = evidence.cite(_event(entry, None), count)
        reasons.append(Because(_consequence_sentence(kind, entry, group), [number]))
    seen = {sample.kind}
    for other_sample in group.samples[1:]:
        if other_sample.statement is not None and other_sample.kind not in seen:
            seen.add(other_sample.kind)
            evidence.cite(
                _event(other_sample.entry, other_sample.event), group.kinds.get(other_sample.kind, 1)
            )
    return reasons


def _silence(entry: Entry, since: int) -> list[str]:
    """Return that an instance printed nothing, and when: a measured fact, which names both.

    Silence within one second says nothing.
    """
    start, end = (format_timestamp(time)[:19].replace("T", " ") for time in (since, entry.timestamp))
    if start == end:
        return []
    return [f"Instance ...{entry.instance[-8:]} printed nothing between {start} and {end} UTC"]


def _point_sentence(group: FailureGroup, sample: FailureSample) -> str:
    if sample.kind == "request":
        return _request_sentence(group)
    times = f", {group.count:,} times" if group.count > 1 else ""
    return f"{describe(group, sample)}{times}"


def _request_sentence(group: FailureGroup) -> str:
    """Return how many requests failed, and how: "16 requests returned 503 (8 on /a, 8 on /b)"."""
    found = list(_by_template(group).items())
    total = pluralize(sum(group.paths.values()) or group.count, "request")
    statuses = {status for (_, status), _ in found if status}
    outcome = describe_outcome(sorted(statuses))
    if len(found) == 1 and found[0][0][0] != _UNKNOWN_PATH:
        return f"{total} to {found[0][0][0]} {outcome}"
    if len(found) < 2:
        return f"{total} {outcome}"
    several = len(statuses) > 1
    listed = [
        f"{count:,} on {path}{f' with {status}' if several and status else ''}"
        for (path, status), count in found[:_LISTED]
    ]
    more = [f"and {len(found) - _LISTED} more"] if len(found) > _LISTED else []
    return f"{total} {outcome} ({', '.join([*listed, *more])})"


def _count_similar(group: FailureGroup, sample: FailureSample) -> int:
    """Return how many failure points are similar to a sample.

    Requests of its path and status, else its kind.
    """
    http = sample.entry.http
    if sample.kind == "request" and http is not None and http.status:
        return _by_template(group).get((path_template(http.path) or _UNKNOWN_PATH, http.status), 1)
    return group.kinds.get(sample.kind, 1)


def _by_template(group: FailureGroup) -> dict[tuple[str, int], int]:
    found: dict[tuple[str, int], int] = {}
    for (path, status), count in group.paths.items():
        key = (path_template(path) or _UNKNOWN_PATH, status)
        found[key] = found.get(key, 0) + count
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))


def _consequence_sentence(kind: FailureKind, entry: Entry, group: FailureGroup) -> str:
    if kind == "request":
        return f"{pluralize(group.requests, 'request')} failed because of it"
    if kind in _ENDS:
        return f"Cloud Run then logged {quote_line(entry.message, 100)}"
    return f"As a result, {describe_consequence(kind)}"


def _symptoms(group: FailureGroup) -> list[str]:
    found = [pluralize(count, _NOUNS[kind]) for kind, count in sorted(group.consequences.items())]
    return [*found, *([pluralize(group.requests, "failed request")] if group.requests else [])]


def _cite_quote(evidence: EvidenceList, quote: Quote, group: FailureGroup, count: int) -> str:
    event = group.known.event if group.known is not None and group.known.event.entry == quote.entry else None
    text = _from_decisive_line(quote)
    entry = quote.entry if quote.entry.message == text else msgspec.structs.replace(quote.entry, message=text)
    return evidence.cite(_event(entry, event), count, line_of_cause(quote, group.known))


def _from_decisive_line(quote: Quote) -> str:
    """Return a statement without the place in the source that Node prints before its error."""
    start = quote.text.find(quote.decisive)
    return quote.text[start:] if start > 0 and _SOURCE_LINE.match(quote.text) else quote.text


def _event(entry: Entry, event: Event | None) -> Event:
    """Return an event to be cited: the rule's reading, or one without a rule."""
    if event is not None and event.entry is entry:
        return event
    if event is None:
        return Event(entry=entry, pack="", rule="")
    return Event(entry=entry, pack=event.pack, rule=event.rule, literal=event.literal)
