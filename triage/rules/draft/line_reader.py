"""What a line seems to say of a readiness chain: the result of a check, a verdict, the start of a run.

The words are those that services of many kinds print; what one service says is not known here.
"""

import re
from typing import Literal, NamedTuple

from triage.models.pack import RuleOutcome

Kind = Literal["check", "verdict", "started", "phase", "startup_wait"]

#: What a line shows: its outcome, by the words that say so. The longer ones stand first.
_STATUS: dict[RuleOutcome, str] = {
    "failed": r"not[ _]serving|not[ _]ready|not[ _]ok|failed|failure|failing|errored|error|down|unhealthy"
    r"|unavailable|unreachable|timed[ _]out|timeout|broken|refused|ko",
    "warned": r"degraded|warning|warned|warn|weak|slow",
    "passed": r"serving|healthy|passed|passing|succeeded|successful|success|reachable|available|connected"
    r"|ready|okay|alive|ok|up",
}
_ANY_STATUS = "|".join(f"(?P<{outcome}>{words})" for outcome, words in _STATUS.items())
_NAME = r"[A-Za-z][\w-]{0,40}(?:\.[\w-]{1,40}){0,5}"
_THING = r"check|probe|dependency|component|indicator|contributor|counter|service|health of|health"
_QUOTE, _END_QUOTE = r"[\"'`\[(]?", r"[\"'`\])]?"
_SAYS = r"(?:is|was|has|reports?|reported|status|state|changed to|->)"
_LINK = rf"{_END_QUOTE}(?:\s*[:=>-]{{1,2}}\s*|\s+)(?:{_SAYS}[:= ]\s*){{0,2}}"
_SHOWS = rf"(?i:{_ANY_STATUS})\b"
#: Names of things: "check kafka failed", "kafka health check failed", "kafka: ok".
_FORMS = [
    re.compile(
        rf"(?P<head>.*?\b(?i:{_THING})[: ]\s*{_QUOTE})(?P<name>{_NAME})(?P<link>{_LINK}){_SHOWS}",
        re.ASCII,
    ),
    re.compile(
        rf"(?P<head>.*?{_QUOTE})\b(?P<name>{_NAME})(?P<link>{_END_QUOTE}\s+(?i:health )?"
        rf"(?i:check|probe|connection)[: ]\s*(?:is |has |status )?){_SHOWS}",
        re.ASCII,
    ),
    re.compile(
        rf"(?P<head>(?:[\w .-]{{1,40}}[:\]>]\s+)?{_QUOTE})(?P<name>{_NAME})(?P<link>{_LINK}){_SHOWS}",
        re.ASCII,
    ),
]
#: Words that name no check.
_NO_NAME = frozenset({
    "a", "all", "an", "and", "any", "app", "application", "are", "boot", "but", "chain", "check", "checks",
    "connection", "failed", "for", "health", "healthcheck", "instance", "is", "it", "liveness", "not", "of",
    "ok", "on", "overall", "passed", "probe", "readiness", "ready", "server", "service", "services",
    "startup", "state", "status", "still", "system", "the", "this", "to", "up", "was", "with",
})  # fmt: skip
_NOT_READY = re.compile(
    r"\bnot[ _]ready\b|\brefus(?:es|ing)[ _](?:to start|traffic)\b|\bgiv(?:es|ing) up\b|\bstays closed\b"
    r"|\b(?:readiness|startup|overall|all checks|validation)\b[^.]{0,60}"
    r"\b(?:failed|not[ _]serving|down|unhealthy|aborted|timed out)\b",
    re.IGNORECASE,
)
_READY = re.compile(
    r"\bready (?:after|in)\b|\bis ready\b|\bready to (?:serve|accept)\b|(?i:\baccepting[ _]traffic\b)"
    r"|\bREADY\b|\ball (?:\d+ )?checks? (?:passed|ok|succeeded|healthy)\b"
    r"|(?i:\b(?:readiness|startup|overall|validation)\b[^.]{0,60}"
    r"\b(?:passed|succeeded|complete|completed|finished|serving|up|healthy|ok|ready)\b)"
)
_STARTED = re.compile(
    r"\b(?:chain|checks?|readiness|validation|opening) (?:has )?(?:started|begins?|began|starting)\b"
    r"|\b(?:starting|running|checking|beginning|begin)(?: the)?(?: \d+)? "
    r"(?:readiness|health|startup|dependenc\w+|checks?|validation)\b",
    re.IGNORECASE,
)
_PHASE = re.compile(r"\bphase[: ]\s*(?P<phase>\d{1,2})\b", re.IGNORECASE)
_WAIT = re.compile(r"\bwaiting for (?P<phase>[\w.-]{1,60})", re.IGNORECASE)
#: The steps that are no check, in the order in which they are tried.
_STEPS: list[tuple[Kind, RuleOutcome, re.Pattern[str]]] = [
    ("verdict", "not_ready", _NOT_READY),
    ("started", "", _STARTED),
    ("verdict", "ready", _READY),
    ("phase", "", _PHASE),
    ("startup_wait", "seen", _WAIT),
]


class Reading(NamedTuple):
    """What a line seems to say.

    Attributes:
        kind: step that it seems to be.
        outcome: outcome that it reports, "" for none.
        name: name of the check, "" for none.
        name_span: where the name stands in the line.
        end: end of the part that says it; what follows is a detail.
        form: number of the form that matched, the surer ones first.

    """

    kind: Kind
    outcome: RuleOutcome = ""
    name: str = ""
    name_span: tuple[int, int] = (0, 0)
    end: int = 0
    form: int = 0


def read_line(line: str) -> Reading | None:
    """Return what a line without the prefix of its logger seems to say, None for nothing."""
    for form, pattern in enumerate(_FORMS):
        found = pattern.match(line)
        if found is not None and found["name"].lower() not in _NO_NAME:
            outcome = next(outcome for outcome in _STATUS if found[outcome])
            return Reading("check", outcome, found["name"], found.span("name"), found.end(), form)
    for kind, outcome, pattern in _STEPS:
        found = pattern.search(line)
        if found is not None:
            span = found.span("phase") if "phase" in pattern.groupindex else (0, 0)
            return Reading(kind, outcome, "", span, found.end())
    return None
