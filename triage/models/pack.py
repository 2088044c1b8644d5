"""A rule pack: what we know of a service's log lines, as data (queries/*.toml)."""

from typing import Annotated, Literal

import msgspec

from triage.models.event import RunKind
from triage.models.unchanging import Unchanging

Severity = Literal["P0", "P1", "P2"]
Confidence = Literal["high", "medium", "low"]
#: What a cause is, the deepest first: the order of design.md, "Causes outrank symptoms".
Tier = Literal["crash", "startup", "check", "gate", "runtime", "symptom"]
#: Where a cause is matched: one run of that kind, all events of one revision, or a failure point with the statements before it.
MatchScope = Literal["boot", "validation", "gate", "probe", "revision", "failure"]
#: What a platform line says has failed: the failure points that no HTTP status shows.
Failure = Literal[
    "", "exit", "signal", "terminated", "memory", "startup_probe", "liveness_probe", "readiness_probe", "worker", "request",
    "deployment", "task", "execution",
]
#: What a line says of its step, its check or its run.
Says = Literal["", "seen", "passed", "failed", "warned", "tolerated", "ready", "degraded", "not_ready"]
#: A path from the root; only its end may be left open.
Path = Annotated[str, msgspec.Meta(pattern=r"^/[\w./-]{2,200}\*?$")]
#: The places that a line can have in a run of each kind.
STEPS: dict[RunKind, frozenset[str]] = {
    "validation": frozenset({
        "started", "startup_wait", "app_state", "phase", "group", "group_result", "attempts", "reason", "check", "verdict",
        "failed_services", "tail", "claim", "refused", "allowed", "queued",
    }),
    "gate": frozenset({"error", "bypassed", "allowed", "refused", "approved"}),
    "boot": frozenset({
        "born", "listening", "worker", "phase_started", "phase_passed", "failed", "memory", "traceback", "note", "died",
        "ready", "stopped",
    }),
    "probe": frozenset({"started", "plain", "upgraded", "headers", "socket", "event", "verdict"}),
}  # fmt: skip


class _Data(Unchanging, msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Packs are written by people: an unknown key is an error."""


class Check(_Data, frozen=True, kw_only=True):
    """A service check of the chain. ``descriptions`` are the texts that name it when its name was scrubbed."""

    id: str
    descriptions: list[str] = []
    critical: dict[str, bool] = {}


class Phase(_Data, frozen=True, kw_only=True):
    """A phase of the chain: its number, its name and its checks, in the order in which they are made."""

    number: int
    name: str
    checks: list[str]


class Chain(_Data, frozen=True, kw_only=True):
    """The readiness chain: its phases, its checks, and the longest silences, in seconds, inside a run.

    Cloud Run's default startup probe tells of its failure after 240 s of silence. ``cache`` is how long a verdict is
    given again without a new validation. ``startup`` maps a phase of the startup
    orchestrator to the check that it stands for ("" for none).
    """

    phases: list[Phase]
    checks: list[Check]
    silence: float = 60.0
    boot_silence: float = 300.0
    cache: float = 15.0
    startup: dict[str, str] = {}


class Paths(_Data, frozen=True, kw_only=True):
    """The paths on which sockets are opened, and those that tell of health; one that ends in "*" takes all below it.

    Requests to them are let through to be counted, so their beginnings must be their own: "/ws", never "/a".
    """

    socket: list[Path] = []
    health: list[Path] = []


class Rule(_Data, frozen=True, kw_only=True):
    """A log line's form: ``pattern`` (RE2 syntax) is tried on lines that hold ``literal``.

    The line is the first line of the message, its leading marks (emoji, "[U+1F534]", "?") taken off; with
    ``multiline`` it is the whole message. ``hits`` must match, ``misses`` must not. ``log`` and ``logger`` are parts of
    the log name and of the logger that may say it: a line that names another is somebody quoting it. ``noise`` is the
    title of a chronic line that is counted apart and never an incident. ``failure`` says what failed, if the line
    is a failure point.
    """

    id: str
    literal: str
    pattern: str
    hits: list[str]
    misses: list[str]
    run: RunKind | Literal[""] = ""
    step: str = ""
    check: str = ""
    outcome: Says = ""
    condition: str = ""
    noise: str = ""
    multiline: bool = False
    log: str = ""
    logger: str = ""
    failure: Failure = ""


class RunNeeds(_Data, frozen=True, kw_only=True):
    """What a run must be for a cause: every list that is given must hold the run's value.

    ``failed`` holds the run's first failed check ("" for none); ``noncritical_failed`` and ``tolerated`` must share a
    check with the run's ("*" for any).
    """

    verdict: list[str] = []
    condition: list[str] = []
    failed: list[str] = []
    noncritical_failed: list[str] = []
    tolerated: list[str] = []
    repeats: bool | None = None


class Reason(_Data, frozen=True, kw_only=True):
    """One step from symptom to cause: said when ``rule`` stands in the scene; {name} is what the rule captured."""

    rule: str
    says: str


class RulingOut(_Data, frozen=True, kw_only=True):
    """A cause that a careless reader would blame, cleared by ``rules``: ``why`` it is not.

    The lines that clear it are those of the same service, or of the services that the glob pattern ``service`` names.
    """

    cause: str
    rules: list[str]
    why: str
    service: str = ""


class Settle(_Data, frozen=True, kw_only=True):
    """What would settle an open question: a Logging filter and why."""

    filter: str
    why: str


class Cause(_Data, frozen=True, kw_only=True):
    """What broke, and how it is recognised.

    A scene is one run of the named kind with its events, or all events of a revision. The cause holds when the run
    fits ``run``, every rule of ``all_of`` and one of ``any_of`` (if any) stands in the scene, and none of
    ``none_of``. Rules of another pack are named ``pack/rule``. ``check`` is a check's id, "" for none, or "@failed",
    "@noncritical", "@tolerated" for the first such check of the run. ``because`` and ``title`` may hold what the named
    rules captured, as {name}, and {check}.
    ``verdict`` is what the cause says of the service when no run does.
    """

    id: str
    title: str
    tier: Tier
    scope: MatchScope
    severity: Severity
    playbook: str
    because: list[Reason]
    means: str
    run: RunNeeds | None = None
    all_of: list[str] = []
    any_of: list[str] = []
    none_of: list[str] = []
    check: str = ""
    condition: str = ""
    confidence: Confidence = "high"
    verdict: Literal["", "not_ready", "degraded"] = ""
    outranks: list[str] = []
    ruled_out: list[RulingOut] = []
    settle: Settle | None = None
    limits: list[str] = []


class Pack(_Data, frozen=True, kw_only=True):
    """One file of queries/: what is asked for, for which services, and what the lines mean.

    ``services`` are glob patterns of the services whose lines the pack reads; without any it reads all (the
    platform's, the server's). ``primary`` are those among them that have the chain: a document's verdict is theirs.
    ``impact`` is what an outage of theirs means to the business, which no log shows.
    """

    id: str
    title: str
    version: int
    services: list[str] = []
    primary: list[str] = []
    keywords: list[str]
    filter: str
    chain: Chain | None = None
    paths: Paths = Paths()
    impact: str = ""
    limits: list[str] = []
    rules: list[Rule]
    causes: list[Cause] = []
