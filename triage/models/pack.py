"""A rule pack: what is known about the log lines of a service (queries/*.toml)."""

from typing import Literal

from triage.models.event import FailureKind, RunKind, SuccessKind
from triage.models.pack_tables import DecodeTable, GateWords, Identifier, PackModel, Paths, ProbeTable
from triage.models.playbook import Playbook, Severity
from triage.models.run import Verdict

Confidence = Literal["high", "medium", "low"]
#: How deep a cause is, the deepest first: causes supersede symptoms.
Tier = Literal["crash", "startup", "check", "gate", "runtime", "symptom"]
#: What a cause is matched against: one run of that kind, all events of one revision, or a failure point with
#: the statements before it.
MatchScope = Literal["boot", "validation", "gate", "probe", "revision", "failure"]
#: The outcome of a step, a check or a run.
RuleOutcome = Literal["", "seen", "passed", "failed", "warned", "tolerated", "ready", "degraded", "not_ready"]
#: The steps of each kind of run.
STEPS: dict[RunKind, frozenset[str]] = {
    "validation": frozenset({
        "started", "startup_wait", "app_state", "phase", "group", "group_result", "attempts", "reason",
        "check", "verdict", "skipped", "failed_services", "tail", "claim", "refused", "allowed", "queued",
    }),
    "gate": frozenset({"error", "bypassed", "allowed", "refused", "approved"}),
    "boot": frozenset({
        "born", "listening", "worker", "phase_started", "phase_passed", "failed", "memory", "traceback",
        "note", "died", "ready", "stopped",
    }),
    "probe": frozenset({"started", "plain", "upgraded", "headers", "socket", "event", "verdict"}),
}  # fmt: skip

_CHECKED = frozenset({"passed", "failed", "warned"})
_DECIDED = frozenset({"ready", "not_ready"})
_ANY_VERDICT = _DECIDED | {"degraded"}
#: The outcomes that a step of a run can report; other steps report none. "seen" fits every step.
OUTCOMES: dict[tuple[RunKind, str], frozenset[str]] = {
    ("validation", "startup_wait"): _CHECKED,
    ("validation", "app_state"): _CHECKED,
    ("validation", "phase"): _CHECKED,
    ("validation", "check"): _CHECKED,
    ("validation", "reason"): frozenset({"tolerated"}),
    ("validation", "verdict"): _DECIDED,
    ("validation", "skipped"): _DECIDED,
    ("gate", "error"): _ANY_VERDICT,
    ("gate", "bypassed"): _ANY_VERDICT,
    ("gate", "allowed"): _ANY_VERDICT,
    ("gate", "refused"): frozenset({"not_ready"}),
    ("gate", "approved"): frozenset({"ready"}),
    ("boot", "failed"): frozenset({"not_ready"}),
    ("boot", "died"): frozenset({"not_ready"}),
    ("boot", "ready"): frozenset({"ready"}),
    ("probe", "plain"): _CHECKED,
    ("probe", "upgraded"): _CHECKED,
    ("probe", "headers"): _CHECKED,
    ("probe", "socket"): _CHECKED,
    ("probe", "event"): _CHECKED,
    ("probe", "verdict"): _ANY_VERDICT,
}
#: Steps whose line says nothing without an outcome.
DECISIVE_STEPS: frozenset[tuple[RunKind, str]] = frozenset({
    ("validation", "check"), ("validation", "verdict"), ("probe", "verdict"),
})  # fmt: skip


class Check(PackModel, frozen=True, kw_only=True):
    """A service check of the chain.

    Attributes:
        id: id of the check.
        descriptions: texts that identify it where its name was scrubbed.
        critical: whether it is critical, by environment.

    """

    id: str
    descriptions: list[str] = []
    critical: dict[str, bool] = {}


class Phase(PackModel, frozen=True, kw_only=True):
    """A phase of the chain.

    Attributes:
        number: number of the phase.
        name: its name.
        checks: ids of its checks, in order.

    """

    number: int
    name: str
    checks: list[str]


class Chain(PackModel, frozen=True, kw_only=True):
    """The readiness chain of a service. Durations are in seconds.

    Attributes:
        phases: phases in order.
        checks: all checks.
        silence: longest silence inside a validation.
        boot_silence: longest silence inside a boot; Cloud Run's default startup probe reports its failure
            after 240 s.
        cache: how long the readiness gate repeats a verdict without a new validation.
        startup: check that each phase of the startup orchestrator corresponds to ("" for none).

    """

    phases: list[Phase]
    checks: list[Check]
    silence: float = 60.0
    boot_silence: float = 300.0
    cache: float = 15.0
    startup: dict[str, str] = {}


class Rule(PackModel, frozen=True, kw_only=True):
    """How to recognize one log line.

    The subject is the first line of the message without leading marks (emoji, "[U+1F534]", "?").

    Attributes:
        id: id of the rule.
        literal: text that every matching line contains.
        pattern: RE2 pattern, tried on lines that contain ``literal``.
        hits: lines that must match.
        misses: lines that must not match.
        run: kind of run that the line belongs to, "" for none.
        step: step of that run.
        check: check that the line is about.
        outcome: outcome that the line reports.
        condition: condition that the line reports.
        noise: title of the known noise, "" for none; such a line never makes an incident.
        multiline: whether the pattern is tried on the whole message.
        log: part of the log name; another log only quotes the line.
        logger: part of the logger name, alternatives separated by "|"; another logger only quotes the line.
        logged_by: full names of the loggers that print the hits; a rule with ``logger`` names them.
        failure: what failed if the line is a failure point, else "".
        success: what succeeded if the line says that a start, a deployment or an execution did, else "".

    """

    id: str
    literal: str
    pattern: str
    hits: list[str]
    misses: list[str]
    run: RunKind | Literal[""] = ""
    step: str = ""
    check: str = ""
    outcome: RuleOutcome = ""
    condition: str = ""
    noise: str = ""
    multiline: bool = False
    log: str = ""
    logger: str = ""
    logged_by: list[str] = []
    failure: FailureKind | Literal[""] = ""
    success: SuccessKind | Literal[""] = ""


class RunNeeds(PackModel, frozen=True, kw_only=True):
    """What a cause requires of a run. An empty list allows every value.

    Attributes:
        verdict: allowed verdicts.
        condition: allowed conditions.
        failed: allowed first failed checks ("" for none).
        noncritical_failed: the run needs one of these ("*" for any).
        tolerated: the run needs one of these ("*" for any).
        repeats: whether the run repeats a cached verdict.

    """

    verdict: list[Verdict] = []
    condition: list[str] = []
    failed: list[str] = []
    noncritical_failed: list[str] = []
    tolerated: list[str] = []
    repeats: bool | None = None


class ReasonTemplate(PackModel, frozen=True, kw_only=True):
    """One sentence of a cause, from symptom to cause.

    Attributes:
        rule: rule whose line the sentence is based on.
        says: sentence; {name} is replaced by what the rule captured.

    """

    rule: str
    says: str


class RuledOutRule(PackModel, frozen=True, kw_only=True):
    """A cause that looks likely, and the lines that exclude it.

    Attributes:
        cause: id of the excluded cause.
        rules: rules whose lines exclude it.
        why: reason, as a sentence.
        service: glob pattern of the services that log these lines, "" for the same service.

    """

    cause: str
    rules: list[str]
    why: str
    service: str = ""


class SuggestedQuery(PackModel, frozen=True, kw_only=True):
    """What to fetch to confirm a cause.

    Attributes:
        filter: Logging filter.
        why: question that its entries would answer.

    """

    filter: str
    why: str


class Cause(PackModel, frozen=True, kw_only=True):
    """What broke, and how to recognize it.

    A cause is matched against one run with its events, against all events of a revision, or against a failure
    point with the statements before it (``scope``). It applies when the run fits ``run``, every rule of
    ``all_of`` and one of ``any_of`` (if any) matched, and none of ``none_of``. Rules of another pack are
    written ``pack/rule``. ``title`` and ``because`` may contain {name} for what a rule captured, and {check}.

    What a pack omits follows from ``run`` and the first rule that it names: see ``triage/rules/defaults.py``.

    Attributes:
        id: id of the cause: letters, digits, ".", "_" and "-"; a letter or digit first.
        title: one-line title.
        means: what the cause means.
        tier: how deep the cause is.
        scope: match scope.
        severity: P0 to P2.
        playbook: playbook that fixes it.
        because: sentences from symptom to cause.
        run: what it requires of a run.
        all_of: rules that must all match.
        any_of: rules of which one must match.
        none_of: rules that must not match.
        check: failing check: an id, "" for none, or "@failed", "@noncritical", "@tolerated" for the first
            such check of the run.
        condition: condition of the incident.
        confidence: high, medium or low.
        verdict: verdict of the service where no run gives one.
        supersedes: causes that are symptoms of this one. Of the lines of one statement, that of this cause
            names it rather than theirs.
        explains: kinds of failures that a cause of scope "failure" explains, empty for all.
        ruled_out: causes that it excludes.
        suggest: what to fetch to confirm it.
        limits: what the logs cannot show, as sentences.

    """

    id: Identifier
    title: str
    means: str
    tier: Tier = "runtime"
    scope: MatchScope = "failure"
    severity: Severity = "P1"
    playbook: str = ""
    because: list[ReasonTemplate] = []
    run: RunNeeds | None = None
    all_of: list[str] = []
    any_of: list[str] = []
    none_of: list[str] = []
    check: str = ""
    condition: str = ""
    confidence: Confidence = "high"
    verdict: Literal["", "not_ready", "degraded"] = ""
    supersedes: list[str] = []
    explains: list[FailureKind] = []
    ruled_out: list[RuledOutRule] = []
    suggest: SuggestedQuery | None = None
    limits: list[str] = []


class Pack(PackModel, frozen=True, kw_only=True):
    """One file or folder of queries/.

    Attributes:
        id: id of the pack.
        title: title; the id where a pack has none.
        version: version of the pack.
        services: glob patterns of the services that it applies to, empty for all.
        primary: glob patterns of the services with the chain; they give the verdict of a document. Where a
            pack has a chain and omits them, they are its services.
        keywords: words to fetch by.
        filter: Logging filter to fetch by.
        chain: readiness chain, null for none.
        paths: request paths that are counted.
        gate: words of its readiness middleware.
        probe: what a probe requests, null where no probe is known.
        decode: how to decode its payloads.
        impact: business impact of an outage, which no log shows.
        limits: what the logs cannot show, as sentences.
        rules: the rules.
        causes: the causes.
        causes_by_part: ids of the causes by the file that holds them; filled by the reader of packs.
        playbooks: the playbooks in the folder ``playbooks`` beside the pack; filled by the reader of packs.

    """

    id: str
    title: str = ""
    version: int = 1
    services: list[str] = []
    primary: list[str] = []
    keywords: list[str] = []
    filter: str = ""
    chain: Chain | None = None
    paths: Paths = Paths()
    gate: GateWords = GateWords()
    probe: ProbeTable | None = None
    decode: DecodeTable = DecodeTable()
    impact: str = ""
    limits: list[str] = []
    rules: list[Rule] = []
    causes: list[Cause] = []
    causes_by_part: dict[str, list[str]] = {}
    playbooks: dict[str, Playbook] = {}
